"""Store inbound messages, classify them and dispatch them to handlers, each once in spite of crashes.

A message is a row with a due time. Its effects and its completion are one transaction. A failure is tried again, and
stays visible with its bytes if that does not help.
"""

import logging
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from esmero.intake.classify import InboundKind, classify
from esmero.intake.reports.arf import OPT_OUT
from esmero.intake.webhook_events import read_webhook_event
from esmero.mailroom.arriving.arrival import BY_ADDRESS, ONLY_ONE, Arrival, recognise
from esmero.mailroom.arriving.handlers import autoreply, bounce, complaint, dmarc, other, reply, unsubscribe
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import AddressBook
from esmero.mailroom.models import Inbound
from esmero.outbox.models import Message
from esmero.rendering.tokens import TokenPurpose
from esmero.vault.files import read, store
from esmero.vault.models import StoredFile
from esmero.work.due import claim_due, finish_due, retry_later
from esmero.work.wakeups import wake

log = logging.getLogger(__name__)

BATCH = 50
KIND = "inbound"

type Handler = Callable[[Arrival], None]

HANDLERS: Mapping[InboundKind, Handler] = {
    InboundKind.BOUNCE: bounce.handle,
    InboundKind.COMPLAINT: complaint.handle,
    InboundKind.AUTOREPLY: autoreply.handle,
    InboundKind.UNSUBSCRIBE: unsubscribe.handle,
    InboundKind.REPLY: reply.handle,
    InboundKind.DMARC: dmarc.handle,
    InboundKind.CHALLENGE: other.handle,
    InboundKind.OTHER: other.handle,
}


class ClaimLost(Exception):
    """Report that another worker holds the row now; the transaction must be rolled back."""


def take_in(raw: bytes, *, envelope_from: str, envelope_to: str, door: str, at: datetime) -> Inbound:
    """Store a message: its bytes synced in the vault, then its row, committed on return.

    The same message is the same row.

    `envelope_to` is empty where no envelope is known; `door` is the channel: smtp, lmtp, file, imap:MAILBOX or
    hook:PROVIDER.
    """
    digest = store(raw)
    with transaction.atomic():
        # Two deliveries of the same octets at once must not create two files; SQLite's writers queue anyway.
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:15], 16)])
        sealed = StoredFile.objects.filter(sha256=digest, kind=KIND).order_by("id").first()
        if sealed is None:
            sealed = StoredFile.objects.create(sha256=digest, size=len(raw), media_type="message/rfc822", kind=KIND)
        elif sealed.dropped_at is not None:  # received again after its retention; the next run will delete it again
            StoredFile.objects.filter(pk=sealed.pk).update(dropped_at=None)
        inbound, _ = Inbound.objects.get_or_create(
            raw=sealed,
            envelope_to=envelope_to.strip("<>").lower()[:320],
            defaults={"envelope_from": envelope_from.strip("<>")[:320], "door": door, "received_at": at, "due_at": at},
        )
        wake(Inbound)
    return inbound


def handle_due(worker: str) -> int:
    """Handle due messages; returns their number."""
    rows = claim_due(Inbound, worker=worker, now=timezone.now(), most=BATCH, state=Inbound.State.NEW)
    if rows:
        book = AddressBook(open_signer())
        for row in rows:
            handle(row, book=book)
    return len(rows)


def handle_now(inbound: Inbound, *, worker: str) -> Inbound:
    """Handle one message at once, for the command line; one that is done or claimed elsewhere is skipped."""
    claimed = claim_due(Inbound, worker=worker, now=timezone.now(), most=1, pk=inbound.pk)
    for row in claimed:
        handle(row, book=AddressBook(open_signer()))
    inbound.refresh_from_db()
    return inbound


def handle(row: Inbound, *, book: AddressBook) -> None:
    """Classify a claimed message and dispatch it; failures are stored in the row and never raised."""
    try:
        _handle(row, book=book)
    except ClaimLost:
        return
    except Exception as trouble:
        log.exception("inbound %d", row.pk)
        words = "".join(traceback.format_exception(trouble))
        retry_later(row, trouble=words, now=timezone.now(), state=Inbound.State.FAILED)


def _handle(row: Inbound, *, book: AddressBook) -> None:
    raw = read(row.raw)
    hook = row.door.startswith("hook:")
    verdict = read_webhook_event(raw) if hook else classify(raw, today=timezone.localtime(row.received_at).date())
    arrival = recognise(row, raw=raw, verdict=verdict, book=book)
    kind = verdict.kind
    if arrival.purpose is TokenPurpose.UNSUBSCRIBE and kind in (InboundKind.REPLY, InboundKind.OTHER):
        kind = InboundKind.UNSUBSCRIBE  # mail to that address is an unsubscription, whatever its text
    if verdict.feedback == OPT_OUT:
        kind = InboundKind.UNSUBSCRIBE  # a provider's unsubscribe button is no complaint
    with transaction.atomic():
        why = [*verdict.why, *([ONLY_ONE] if arrival.guessed else [BY_ADDRESS] if arrival.candidates else [])]
        facts = {"state": Inbound.State.DONE, "kind": kind.value, "why": why, "trouble": ""}
        # Before the handlers, so that a worker that has lost its claim writes nothing.
        if not finish_due([row], message=arrival.message, **facts):
            raise ClaimLost
        if arrival.message is not None and arrival.proven and not arrival.guessed:
            _resolve_doubt(arrival.message, at=arrival.at)
        HANDLERS[kind](arrival)


def _resolve_doubt(message: Message, *, at: datetime) -> None:
    """Mark a message in doubt as sent: an answer to it proves that it was sent."""
    doubt = Message.objects.filter(pk=message.pk, state=Message.State.DOUBT)
    if doubt.update(state=Message.State.SENT, sent_at=at, trouble=""):
        message.refresh_from_db(fields=["state", "sent_at", "trouble"])
