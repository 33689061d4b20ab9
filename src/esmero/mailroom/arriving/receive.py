"""What came back is read and acted on: each mail once, whatever crashes in between.

A mail is a row with a due time. Its effects and the row's completion are one transaction; what cannot be handled is
tried again, and stays visible with its bytes when that does not help.
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
from esmero.work.due import claim_due, rest, try_again

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
    """Another worker holds the row now; nothing of ours may be written."""


def take_in(raw: bytes, *, envelope_from: str, envelope_to: str, door: str, at: datetime) -> Inbound:
    """Keep a mail: its bytes synced in the vault, then its row, committed on return. The same mail again is the same row.

    `envelope_to` is empty for a file; `door` is smtp, file or catcher.
    """
    digest = store(raw)
    with transaction.atomic():
        if connection.vendor == "postgresql":  # SQLite's writers queue anyway
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:15], 16)])
        sealed = StoredFile.objects.filter(sha256=digest, kind=KIND).order_by("id").first()
        if sealed is None:
            sealed = StoredFile.objects.create(sha256=digest, size=len(raw), media_type="message/rfc822", kind=KIND)
        elif sealed.dropped_at is not None:  # it came once more after its term; it goes again at the next look
            StoredFile.objects.filter(pk=sealed.pk).update(dropped_at=None)
        inbound, _ = Inbound.objects.get_or_create(
            raw=sealed,
            envelope_to=envelope_to.strip("<>").lower()[:320],
            defaults={"envelope_from": envelope_from.strip("<>")[:320], "door": door, "received_at": at, "due_at": at},
        )
    return inbound


def handle_due(worker: str) -> int:
    """Read and act on mails that wait; returns how many were taken up."""
    rows = claim_due(Inbound, worker=worker, now=timezone.now(), most=BATCH, state=Inbound.State.NEW)
    if rows:
        book = AddressBook(open_signer())
        for row in rows:
            handle(row, book=book)
    return len(rows)


def handle_now(inbound: Inbound, *, worker: str) -> Inbound:
    """Act on one mail here and now, as the command line does; one that is done or in other hands is left alone."""
    claimed = claim_due(Inbound, worker=worker, now=timezone.now(), most=1, pk=inbound.pk)
    for row in claimed:
        handle(row, book=AddressBook(open_signer()))
    inbound.refresh_from_db()
    return inbound


def handle(row: Inbound, *, book: AddressBook) -> None:
    """Classify a claimed mail and act on it; trouble of any kind ends in the row, never in the caller."""
    try:
        _handle(row, book=book)
    except ClaimLost:
        return
    except Exception as trouble:
        log.exception("inbound %d", row.pk)
        words = "".join(traceback.format_exception(trouble))
        try_again(row, trouble=words, now=timezone.now(), state=Inbound.State.FAILED)


def _handle(row: Inbound, *, book: AddressBook) -> None:
    raw = read(row.raw)
    hook = row.door.startswith("hook:")
    verdict = read_webhook_event(raw) if hook else classify(raw, today=timezone.localtime(row.received_at).date())
    arrival = recognise(row, raw=raw, verdict=verdict, book=book)
    kind = verdict.kind
    if arrival.purpose is TokenPurpose.UNSUBSCRIBE and kind in (InboundKind.REPLY, InboundKind.OTHER):
        kind = InboundKind.UNSUBSCRIBE  # whatever a mail to that address says, it was sent to leave
    if verdict.feedback == OPT_OUT:
        kind = InboundKind.UNSUBSCRIBE  # a provider's button to leave is no complaint
    with transaction.atomic():
        why = [*verdict.why, *([ONLY_ONE] if arrival.guessed else [BY_ADDRESS] if arrival.told else [])]
        facts = {"state": Inbound.State.DONE, "kind": kind.value, "why": why, "trouble": ""}
        if not rest([row], message=arrival.message, **facts):
            raise ClaimLost
        if arrival.message is not None and arrival.proven and not arrival.guessed:
            _settle_doubt(arrival.message, at=arrival.at)
        HANDLERS[kind](arrival)


def _settle_doubt(message: Message, *, at: datetime) -> None:
    """Something came back of a message in doubt: so it had left."""
    doubt = Message.objects.filter(pk=message.pk, state=Message.State.DOUBT)
    if doubt.update(state=Message.State.SENT, sent_at=at, trouble=""):
        message.refresh_from_db(fields=["state", "sent_at", "trouble"])
