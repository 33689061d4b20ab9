"""Define the parts that all commands share: registration in the parser, output as text or JSON, expected faults."""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CommandOutput:
    """Hold the output of a command: `facts` for programs (JSON), `text` for people, `code` for the shell.

    `advice` goes to stderr, so that a program that reads stdout gets the answer alone.
    """

    facts: Any
    text: str
    code: int = 0
    advice: str = ""


type CommandHandler = Callable[[argparse.Namespace], CommandOutput | None]
type Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no other name


def add_group(commands: Commands, name: str, *, summary: str) -> Commands:
    """Add a command that has subcommands; return the subparsers to add them to."""
    group = commands.add_parser(name, help=summary, description=summary)
    return group.add_subparsers(dest=f"{name}_command", metavar="COMMAND", required=True)


def add_command(
    commands: Commands, name: str, *, handler: CommandHandler, summary: str, needs_installation: bool = True
) -> argparse.ArgumentParser:
    """Add a command with its handler; return its parser.

    Without `needs_installation` it runs before Django is set up, and without a home folder.
    """
    command = commands.add_parser(name, help=summary, description=summary)
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print the answer (default: text)"
    )
    command.set_defaults(handler=handler, needs_installation=needs_installation)
    return command


def write_json(facts: Any) -> str:
    """Return facts as indented JSON; the keys keep their order, times and other objects become strings."""
    return json.dumps(facts, ensure_ascii=False, indent=2, default=str)


def format_table(rows: Sequence[Sequence[object]], *, header: Sequence[str] = ()) -> str:
    """Return rows as columns of equal width, integers aligned right; "" for no rows."""
    if not rows:
        return ""
    lines = [[str(cell) for cell in row] for row in ([header, *rows] if header else rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    right = [all(isinstance(row[column], int) for row in rows) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )
