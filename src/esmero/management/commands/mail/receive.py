"""Run `esmero receive`: take in mail from files as if the listener had received it."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from esmero.management.command import CommandOutput, Commands, add_command, format_table
from esmero.refusal import NotThere


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands, "receive", handler=receive, summary="read mail from files and act on it, as the listener does"
    )
    command.add_argument("source", metavar="FILE|DIR|-", help="one message, a folder of messages, or standard input")
    command.add_argument("--to", default="", metavar="ADDRESS", help="the envelope's recipient, where it is known")
    command.add_argument("--from", dest="sender", default="", metavar="ADDRESS", help="the envelope's sender")


def receive(options: argparse.Namespace) -> CommandOutput:
    """Store each message, handle it at once, and report its classification."""
    from django.utils import timezone

    from esmero.mailroom.arriving.receive import handle_now, take_in

    facts = []
    for name, raw in _read(options.source):
        row = take_in(raw, envelope_from=options.sender, envelope_to=options.to, door="file", at=timezone.now())
        row = handle_now(row, worker="command line")
        facts.append(
            {
                "file": name,
                "id": row.pk,
                "state": row.state,
                "kind": row.kind,
                "why": row.why,
                "message": row.message_id,
            }
        )
    if not facts:
        raise NotThere("mail-missing", folder=options.source)
    rows = [(f["file"], f["state"], f["kind"] or "not read yet", f["message"] or "") for f in facts]
    code = 1 if any(f["state"] == "failed" for f in facts) else 0
    return CommandOutput(facts, format_table(rows, header=("file", "state", "kind", "message")), code)


def _read(source: str) -> Iterator[tuple[str, bytes]]:
    if source == "-":
        yield "-", sys.stdin.buffer.read()
        return
    path = Path(source)
    if not path.is_dir():
        yield path.name, path.read_bytes()
        return
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(path)), file.read_bytes()
