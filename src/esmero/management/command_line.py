"""Parse and run the commands of `esmero`; turn faults into one line on stderr and an exit code.

0: done. 1: a fault in the installation or the input. 2: the command could not be parsed. 130: Ctrl-C. 141: the reader
of the output closed the pipe, as `head` does (128 plus the number of SIGPIPE).
"""

import argparse
import os
import select
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TextIO

from esmero.management.command import CommandOutput, write_json
from esmero.refusal import NotThere, Refusal

# Command → (its module, its summary in the help). Written out here, because importing every module would slow down each
# command; a test compares the summaries with those of the modules. Order: set up, run, import, write, send, inspect.
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
    "account": ("esmero.management.commands.people.account", "who may sign in to the customer area"),
    "import": (
        "esmero.management.commands.people.import_list",
        "bring a list of people in from a CSV file or an Excel workbook",
    ),
    "blocked-domain": ("esmero.management.commands.people.blocked_domain", "domains whose addresses an import refuses"),
    "search": ("esmero.management.commands.house.search_index", "the index by which people are found"),
    "segment": ("esmero.management.commands.people.segment", "saved lists of conditions, counted exactly"),
    "campaign": ("esmero.management.commands.messages.campaign", "say something to a segment, once"),
    "send-test": (
        "esmero.management.commands.messages.send_test",
        "send a campaign's message to an address of your own",
    ),
    "why": ("esmero.management.commands.messages.why", "why a message left or did not; or all about an address"),
    "letters": ("esmero.management.commands.messages.letters", "letters on paper: print, post, returned"),
    "doubts": ("esmero.management.commands.messages.doubts", "messages that the relay may or may not have"),
    "receive": ("esmero.management.commands.mail.receive", "read mail from files and act on it, as the listener does"),
    "classify": ("esmero.management.commands.mail.classify", "say what each mail of a folder is; changes nothing"),
    "privacy": ("esmero.management.commands.people.privacy", "terms of storage, records of processing"),
}
OUTPUT_CLOSED = 141


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; imports every command module."""
    return _build([module for module, _line in COMMANDS.values()])


def _build(modules: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser with the commands of these modules; without modules, every command with its summary alone."""
    parser = argparse.ArgumentParser(
        prog="esmero",
        description="Keeps a company's word with each of its customers. ESMERO_HOME names the folder of the house.",
        epilog="Every command has --help and --format json. `esmero manage …` is Django's own command line. "
        "Exit code: 0 done, 1 something is wrong, 2 the command was not understood, 130 Ctrl-C, "
        "141 the reader closed the output.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in dict.fromkeys(modules):
        import_module(module).add(commands)
    if not modules:
        for command, (_module, line) in COMMANDS.items():
            commands.add_parser(command, help=line)
    return parser


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code; print an expected fault as one line on stderr, without traceback."""
    try:
        return _run(argv)
    except SystemExit as end:
        return int(end.code or 0)
    except Exception as trouble:
        if isinstance(trouble, BrokenPipeError) and drop_closed_output():
            return OUTPUT_CLOSED
        words = _explain(trouble)
        if words is None:
            raise
        print(f"esmero: {words}", file=sys.stderr)
        return 1


def _run(argv: Sequence[str]) -> int:
    module = COMMANDS.get(argv[0], ("",))[0] if argv else ""
    options = _build([module] if module else []).parse_args(argv)
    if options.needs_installation:
        _open_installation()
    return _print(options.handler(options), as_json=options.format == "json")


def _print(output: CommandOutput | None, *, as_json: bool) -> int:
    if output is None:
        return 0
    text = write_json(output.facts) if as_json else output.text
    if text:
        print(text, flush=True)
    if output.advice and not as_json:
        print(output.advice, file=sys.stderr)
    return output.code


def flush_output(code: int) -> int:
    """Flush stdout; return the exit code, or another one if the output cannot be written."""
    if sys.stdout is None:  # the parent process started the command with stdout closed
        return code
    try:
        sys.stdout.flush()
    except OSError as fault:
        _redirect_to_devnull(sys.stdout)
        if isinstance(fault, BrokenPipeError):
            return OUTPUT_CLOSED
        if code == 0:
            print(f"esmero: The output cannot be written: {fault.strerror}.", file=sys.stderr)
        return code or 1
    return code


def drop_closed_output() -> bool:
    """Redirect stdout and stderr to /dev/null if their reader has closed the pipe; return False if none has."""
    dropped = False
    for stream in filter(None, (sys.stdout, sys.stderr)):
        watch = select.poll()
        watch.register(stream.fileno(), 0)
        if watch.poll(0):  # poll reports POLLERR unrequested once a pipe has no reader
            _redirect_to_devnull(stream)
            dropped = True
    return dropped


def _redirect_to_devnull(stream: TextIO) -> None:
    """Point the descriptor of a stream at /dev/null, because the interpreter flushes its buffer again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _open_installation() -> None:
    """Set Django up for the installation in ESMERO_HOME; raise NotThere if there is none."""
    from esmero.house.configuration import find_home

    home = find_home()
    if not (home / "keys" / "secret.key").is_file():
        raise NotThere("house-missing", home=str(home))
    from esmero.management.django_setup import start_django

    start_django()


def _explain(trouble: Exception) -> str | None:
    """Return the line for an expected fault; None for a defect, which must show its traceback."""
    if isinstance(trouble, Refusal):
        from esmero.management.reader_language import say_refusal

        return say_refusal(trouble)
    if isinstance(trouble, OSError):
        place = f"{trouble.filename}: " if trouble.filename else ""
        return f"{place}{trouble.strerror or trouble}. Check that it exists and that you may use it."
    if not isinstance(trouble, SyntaxError) and "django" in sys.modules:
        from esmero.management.fault_messages import explain

        return explain(trouble)
    return None
