"""Capture messages instead of sending them, for display in the catcher."""

import zlib
from collections.abc import Awaitable, Callable, Sequence
from email import message_from_bytes, policy

from django.db import transaction
from django.utils import timezone

from esmero.outbox.models import Captured
from esmero.outbox.transports.parcels import DeliveryObserver, Fate, Outcome, Parcel

type InThread = Callable[[Callable[[], None]], Awaitable[None]]


class CaptureTransport:
    """Accept parcels as a relay would; `in_thread` runs database work outside the event loop."""

    def __init__(self, *, in_thread: InThread) -> None:
        self._in_thread = in_thread

    async def deliver(self, parcels: Sequence[Parcel], observer: DeliveryObserver) -> None:
        for parcel in parcels:
            observer.begun(parcel.key)
        await self._in_thread(lambda: capture(parcels))
        for parcel in parcels:
            observer.answered(Outcome(parcel.key, Fate.ACCEPTED, 250, "2.0.0", "kept in the catcher", "body"))

    async def close(self) -> None:
        """Do nothing: there is no connection."""


def capture(parcels: Sequence[Parcel]) -> None:
    """Store these messages for the catcher."""
    now = timezone.now()
    rows = [
        Captured(
            message_id=parcel.key or None,
            return_path=parcel.return_path,
            recipient=parcel.recipient,
            subject=_subject(parcel.body),
            body=zlib.compress(parcel.body, 3),
            at=now,
        )
        for parcel in parcels
    ]
    with transaction.atomic():
        Captured.objects.bulk_create(rows)


def _subject(body: bytes) -> str:
    head = body.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    return str(message_from_bytes(head, policy=policy.default).get("Subject", ""))[:300]
