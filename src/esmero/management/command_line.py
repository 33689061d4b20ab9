"""The command line `esmero`: the tree of commands, and how faults become one clear line and an exit code.

0: done. 1: something is wrong in the house or on the way. 2: the command itself was not understood.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from esmero.management.command import CommandFault, CommandOutput, write_json
from esmero.management.commands.house import brand, doctor, init, staff
from esmero.management.commands.mail import classify, mailbox, receive, relay
from esmero.management.commands.messages import campaign, doubts, send_test, topic, why
from esmero.management.commands.people import blocked_domain, import_list, privacy, segment
from esmero.management.commands.processes import demo, serve

# The order of the help: set up, run, load, say, send, look back.
GROUPS = (
    init,
    doctor,
    demo,
    serve,
    brand,
    topic,
    relay,
    mailbox,
    staff,
    import_list,
    blocked_domain,
    segment,
    campaign,
    send_test,
    why,
    doubts,
    receive,
    classify,
    privacy,
)


def build_parser() -> argparse.ArgumentParser:
    """Return the whole tree of commands."""
    parser = argparse.ArgumentParser(
        prog="esmero",
        description="Keeps a company's word with each of its customers. ESMERO_HOME names the folder of the house.",
        epilog="Every command has --help and --format json. `esmero manage …` is Django's own command line.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for group in GROUPS:
        group.add(commands)
    return parser


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code; expected faults are one line on stderr, never a traceback."""
    try:
        options = build_parser().parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        if options.house:
            _enter_house()
        shown = options.act(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as trouble:
        words = _explain(trouble)
        if words is None:
            raise
        print(f"esmero: {words}", file=sys.stderr)
        return 1
    return _print(shown, as_json=options.format == "json")


def _print(shown: CommandOutput | None, *, as_json: bool) -> int:
    if shown is None:
        return 0
    text = write_json(shown.facts) if as_json else shown.text
    if text:
        print(text, flush=True)
    if shown.aside and not as_json:
        print(shown.aside, file=sys.stderr)
    return shown.code


def _enter_house() -> None:
    """Set Django up for the house of ESMERO_HOME."""
    from esmero.house.configuration import find_home

    home = find_home()
    if not (home / "keys" / "secret.key").is_file():
        raise CommandFault(
            f"There is no house in {home}. Make one with `esmero init`, or set ESMERO_HOME to its folder."
        )
    from esmero.management.django_setup import start_django

    start_django()


def _explain(trouble: Exception) -> str | None:
    """Return the line for an expected fault; None for what is a defect and must show its traceback."""
    if isinstance(trouble, CommandFault):
        return str(trouble)
    if isinstance(trouble, OSError):
        place = f"{trouble.filename}: " if trouble.filename else ""
        return f"{place}{trouble.strerror or trouble}. Check that it exists and that you may use it."
    if not isinstance(trouble, SyntaxError) and "django" in sys.modules:
        from esmero.management.fault_messages import explain

        return explain(trouble)
    return None
