"""Generate the reference pages (`docs/reference/`) from the code: commands, settings, events, happenings, terms."""

import argparse
import inspect
import re
from collections.abc import Iterator
from typing import Any

from esmero.house.configuration import list_settings, write_toml

_HINT = "This page is made from the code by `make docs`."


def commands_page(parser: argparse.ArgumentParser) -> str:
    """Return every command with its arguments as Markdown, in the order of the help."""
    lines = ["# Commands", "", _HINT, "", parser.description or "", "", parser.epilog or "", ""]
    # argparse has no public way to list the arguments and subcommands of a parser.
    for name, command in _walk_commands(parser):
        lines += [f"## `{name}`", "", (command.description or "").strip(), ""]
        rows = [row for action in command._actions if (row := _format_argument(action))]  # noqa: SLF001
        if rows:
            lines += ["| argument | meaning |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def settings_page() -> str:
    """Return every setting with its variable, default and meaning as Markdown."""
    lines = [
        "# Settings",
        "",
        _HINT,
        "",
        "Each stands, commented, in `esmero.toml` of the house; the variable in the environment wins over the file.",
        "",
        "| in esmero.toml | variable | default | meaning |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{one.name}` | `{one.variable}` | `{write_toml(one.default)}` | {_cell(one.description)} |"
        for one in list_settings()
    ]
    return "\n".join([*lines, ""])


def events_page() -> str:
    """Return the states and events of a message, each with its meaning, as Markdown."""
    from esmero.outbox.models import Message, MessageEvent

    lines = ["# States and events of a message", "", _HINT, ""]
    for title, choices in (("States", Message.State), ("Events", MessageEvent.Kind)):
        lines += [f"## {title}", "", "| code | meaning |", "|---|---|"]
        lines += [f"| `{code}` | {_cell(words)} |" for code, words in _list_choice_comments(choices)]
        lines.append("")
    return "\n".join(lines)


def happenings_page() -> str:
    """Return the catalogue of happenings, each with its meaning, its ids and the functions that react, as Markdown."""
    from dataclasses import fields

    from esmero.house.happenings import CATALOGUE
    from esmero.rounds.reactions import REACTIONS, names_by_kind

    names = names_by_kind(REACTIONS)
    lines = [
        "# Happenings",
        "",
        _HINT,
        "",
        "Each is written in the transaction of what happened, and delivered at least once to each reaction.",
        "A name never changes; a kind may gain ids and loses none.",
        "",
        "| happening | meaning | ids | reactions |",
        "|---|---|---|---|",
    ]
    for kind in CATALOGUE:
        ids = ", ".join(f"`{field.name}`" for field in fields(kind))
        reactions = ", ".join(f"`{name}`" for name in names.get(kind.kind, ()))
        meaning = (inspect.getdoc(kind) or "").removeprefix("Report ").removeprefix("that ")
        lines.append(f"| `{kind.kind}` | {_cell(meaning)} | {ids} | {reactions} |")
    return "\n".join([*lines, ""])


def terms_page() -> str:
    """Return the retention terms of every jurisdiction profile, with the source of each number, as Markdown."""
    from django.utils import translation

    from esmero.house.jurisdictions import all_profiles
    from esmero.web.labels.law.retention import DEEDS, RESTS, RULES

    lines = [
        "# Terms of storage",
        "",
        _HINT,
        "",
        (
            "What has outlived its purpose goes by itself, once a day. The strictest profile of a house’s brands "
            "holds; a shorter or, up to the maximum, a longer term is set under *Settings → Terms of storage*. "
            "`esmero privacy retention --dry-run` counts what would go. "
            "Nothing here is legal advice: have the terms read by somebody who knows your law."
        ),
        "",
    ]
    with translation.override("en"):
        for profile in all_profiles().values():
            lines += [
                f"## {profile.name['en']}",
                "",
                "| rule | days | then | at most | where the days come from | norm |",
            ]
            lines.append("|---|---|---|---|---|---|")
            for code, term in profile.terms.items():
                what, since = RULES[code]
                days = f"{term.days} {since}"
                origin = str(RESTS[term.source]).partition(": ")[2]
                cells = (
                    f"{what} (`{code}`)",
                    days,
                    str(DEEDS[term.action]),
                    str(term.maximum or ""),
                    origin,
                    term.norm,
                )
                lines.append(f"| {' | '.join(map(_cell, cells))} |")
            lines.append("")
    return "\n".join(lines)


def _walk_commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for child in action.choices.values():
                yield from _walk_commands(child)
            return
    yield parser.prog, parser


def _format_argument(action: argparse.Action) -> str:
    if isinstance(action, argparse._HelpAction) or action.dest == "format" or action.help == argparse.SUPPRESS:  # noqa: SLF001
        return ""
    name = ", ".join(action.option_strings) or str(action.metavar or action.dest)
    if action.option_strings and action.nargs != 0:
        name += f" {action.metavar or action.dest.upper()}"
    words = (action.help or "").replace("%(default)s", str(action.default))
    if action.choices:
        words += f" ({', '.join(map(str, action.choices))})"
    return f"| `{name}` | {_cell(words)}{' **required**' if action.required and action.option_strings else ''} |"


def _list_choice_comments(choices: Any) -> list[tuple[str, str]]:
    """Return each value of a TextChoices class with the comment beside it in the source, or else its label."""
    source = inspect.getsource(choices)
    found = []
    for member in choices:
        remark = re.search(rf"^\s*{member.name} = [^#\n]*(?:# (.*))?$", source, re.MULTILINE)
        found.append((str(member.value), (remark[1] if remark and remark[1] else str(member.label))))
    return found


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
