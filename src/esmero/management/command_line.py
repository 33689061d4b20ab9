"""The command line `esmero`: the tree of commands, and how faults become one clear line and an exit code.

0: done. 1: something is wrong in the house or on the way. 2: the command itself was not understood. 130: Ctrl-C. 141: the
reader of the output closed it, as `head` does (128 and the number of SIGPIPE).
"""

import argparse
import os
import select
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TextIO

from esmero.management.command import CommandFault, CommandOutput, write_json

# Command → (its module, its line of the help). Only the module of the command that was given is loaded;
# a test holds the lines equal to the modules' own. The order of the help: set up, run, load, say, send, look back.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": (
        "esmero.management.commands.house.init",
        "make an empty house in ESMERO_HOME, or bring one up to this version",
    ),
    "doctor": (
        "esmero.management.commands.house.doctor",
        "say what is missing, how to mend it, and which DNS records to publish",
    ),
    "demo": (
        "esmero.management.commands.processes.demo",
        "seed the invented group, start everything, send a first campaign",
    ),
    "serve": ("esmero.management.commands.processes.serve", "run everything on this machine: web, worker, listener"),
    "web": ("esmero.management.commands.processes.serve", "run the web server alone"),
    "worker": (
        "esmero.management.commands.processes.serve",
        "run the worker alone: it sends, imports and does what is due",
    ),
    "inbound": (
        "esmero.management.commands.processes.serve",
        "run the listener for returns and replies, and the reader of mailboxes, alone",
    ),
    "brand": ("esmero.management.commands.house.brand", "names under which the house writes"),
    "topic": ("esmero.management.commands.messages.topic", "what a brand writes about, and people can choose"),
    "relay": ("esmero.management.commands.mail.relay", "ways out: SMTP relays, or the capture behind the catcher"),
    "mailbox": ("esmero.management.commands.mail.mailbox", "mailboxes that are read by IMAP for what comes back"),
    "staff": ("esmero.management.commands.house.staff", "who may sign in to the console"),
    "import": (
        "esmero.management.commands.people.import_list",
        "bring a list of people in from a CSV file or an Excel workbook",
    ),
    "blocked-domain": ("esmero.management.commands.people.blocked_domain", "domains whose addresses an import refuses"),
    "segment": ("esmero.management.commands.people.segment", "saved lists of conditions, counted exactly"),
    "campaign": ("esmero.management.commands.messages.campaign", "say something to a segment, once"),
    "send-test": (
        "esmero.management.commands.messages.send_test",
        "send a campaign's message to an address of your own",
    ),
    "why": ("esmero.management.commands.messages.why", "why a message left or did not; or all about an address"),
    "doubts": ("esmero.management.commands.messages.doubts", "messages that the relay may or may not have"),
    "receive": ("esmero.management.commands.mail.receive", "read mail from files and act on it, as the listener does"),
    "classify": ("esmero.management.commands.mail.classify", "say what each mail of a folder is; changes nothing"),
    "privacy": ("esmero.management.commands.people.privacy", "terms of storage, records of processing"),
}
CLOSED = 141


def build_parser() -> argparse.ArgumentParser:
    """Return the whole tree of commands; it loads every module."""
    return _build([module for module, _line in COMMANDS.values()])


def _build(modules: Sequence[str]) -> argparse.ArgumentParser:
    """Return the tree with the commands of these modules; of none: each command with its line alone."""
    parser = argparse.ArgumentParser(
        prog="esmero",
        description="Keeps a company's word with each of its customers. ESMERO_HOME names the folder of the house.",
        epilog="Every command has --help and --format json. `esmero manage …` is Django's own command line. "
        "Exit code: 0 done, 1 something is wrong, 2 the command was not understood, 130 Ctrl-C, 141 the reader closed the output.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in dict.fromkeys(modules):
        import_module(module).add(commands)
    if not modules:
        for command, (_module, line) in COMMANDS.items():
            commands.add_parser(command, help=line)
    return parser


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code; expected faults are one line on stderr, never a traceback."""
    try:
        return _run(argv)
    except SystemExit as end:
        return int(end.code or 0)
    except Exception as trouble:
        if isinstance(trouble, BrokenPipeError) and drop_closed_output():
            return CLOSED
        words = _explain(trouble)
        if words is None:
            raise
        print(f"esmero: {words}", file=sys.stderr)
        return 1


def _run(argv: Sequence[str]) -> int:
    module = COMMANDS.get(argv[0], ("",))[0] if argv else ""
    options = _build([module] if module else []).parse_args(argv)
    if options.house:
        _enter_house()
    return _print(options.act(options), as_json=options.format == "json")


def _print(shown: CommandOutput | None, *, as_json: bool) -> int:
    if shown is None:
        return 0
    text = write_json(shown.facts) if as_json else shown.text
    if text:
        print(text, flush=True)
    if shown.aside and not as_json:
        print(shown.aside, file=sys.stderr)
    return shown.code


def flush_output(code: int) -> int:
    """Write out what stands in the buffer of stdout; return the exit code, another one where that fails."""
    if sys.stdout is None:  # closed by who began the command
        return code
    try:
        sys.stdout.flush()
    except OSError as fault:
        _lead_nowhere(sys.stdout)
        if isinstance(fault, BrokenPipeError):
            return CLOSED
        if code == 0:
            print(f"esmero: The output cannot be written: {fault.strerror}.", file=sys.stderr)
        return code or 1
    return code


def drop_closed_output() -> bool:
    """Lead stdout and stderr nowhere where their reader has closed them; False when both are read still."""
    dropped = False
    for stream in filter(None, (sys.stdout, sys.stderr)):
        watch = select.poll()
        watch.register(stream.fileno(), 0)
        if watch.poll(0):  # POLLERR comes unasked, when the last reader of a pipe has gone
            _lead_nowhere(stream)
            dropped = True
    return dropped


def _lead_nowhere(stream: TextIO) -> None:
    """Point a stream at /dev/null: what its buffer holds is written again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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
