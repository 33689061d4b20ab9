"""Run `esmero doubts`: list and resolve messages in doubt, which the relay may or may not have accepted."""

import argparse
from typing import Any

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table
from esmero.refusal import InvalidValue, Refusal


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "doubts", summary="messages that the relay may or may not have")
    add_command(group, "list", handler=list_doubts, summary="name them")
    resolve = add_command(group, "resolve", handler=resolve_doubts, summary="decide one, or all")
    resolve.add_argument("id", metavar="ID", help="id of the message, or `all`")
    decision = resolve.add_mutually_exclusive_group(required=True)
    decision.add_argument("--sent", action="store_true", help="the relay's log has it: it left")
    decision.add_argument(
        "--again", action="store_true", help="the relay never had it: send it, with the same Message-ID"
    )


def list_doubts(options: argparse.Namespace) -> CommandOutput:  # noqa: ARG001
    """List messages in doubt with the Message-ID to look for in the log of the relay."""
    facts = [
        {
            "id": one.pk,
            "address": one.address,
            "person": one.person_id,
            "message_id": one.opaque,
            "brand": one.dispatch.brand.slug,
            "dispatch": one.dispatch_id,
            "trouble": one.trouble,
        }
        for one in _doubts().order_by("id")
    ]
    rows = [(f["id"], f["address"], f["message_id"], f["brand"]) for f in facts]
    return CommandOutput(
        facts, format_table(rows, header=("id", "address", "Message-ID begins", "brand")) or "Nothing is in doubt."
    )


def resolve_doubts(options: argparse.Namespace) -> CommandOutput:
    """Record one message or all as sent, or queue them again."""
    from django.utils import timezone

    from esmero.campaigns.lifecycle import reopen_for_retry
    from esmero.outbox.journal_recovery import resolve_doubt

    chosen = _doubts()
    if options.id != "all":
        if not options.id.isdecimal():
            raise InvalidValue("no-message-id", text=options.id)
        chosen = chosen.filter(pk=int(options.id))
        if not chosen.exists():
            raise Refusal("message-not-in-doubt", id=int(options.id))
    resolved = []
    for message in list(chosen):
        if resolve_doubt(message, sent=options.sent, by="command line", now=timezone.now()):
            resolved.append(message.pk)
            if options.again:
                reopen_for_retry(message.dispatch_id)
    decision = "sent" if options.sent else "again"
    return CommandOutput({"resolved": resolved, "as": decision}, f"{len(resolved)} resolved: {decision}")


def _doubts() -> Any:
    from esmero.outbox.models import Message

    return Message.objects.filter(state=Message.State.DOUBT).select_related("dispatch__brand")
