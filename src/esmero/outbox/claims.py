"""Claim due messages under a lease, renew the lease, mark messages as on the wire, and free them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet

from esmero.outbox.models import Message

LEASE = timedelta(minutes=5)
CLAIM_SIZE = 500
WIRE_SIZE = 100

STATES_CLAIMABLE = (Message.State.PLANNED, Message.State.WAITING)
STATES_BUSY = (Message.State.CLAIMED, Message.State.WIRE, Message.State.ORPHANED)


class ClaimedMessage(NamedTuple):
    """A message in the hands of a worker: what case file, renderer and transport need of its row."""

    id: int
    dispatch_id: int
    person_id: int | None
    address: str
    language: str
    opaque: str
    tries: int
    payload: dict[str, object] | None
    promotion: str


def claim_messages(
    *, worker: str, dispatch_ids: Collection[int], now: datetime, most: int = CLAIM_SIZE
) -> list[ClaimedMessage]:
    """Claim up to `most` due messages of these dispatches, the most urgent lane first, then the oldest."""
    if not dispatch_ids or most <= 0:
        return []
    with transaction.atomic():
        due = _due(dispatch_ids, now=now).order_by("lane", "due_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        rows = [ClaimedMessage(*row) for row in due.values_list(*ClaimedMessage._fields)[:most]]
        ids = [row.id for row in rows]
        taken = Message.objects.filter(id__in=ids, state__in=STATES_CLAIMABLE).update(
            state=Message.State.CLAIMED, claimed_by=worker, claimed_until=now + LEASE
        )
        if taken != len(rows):  # cannot happen under the locks above; if it does, nobody may send these
            raise RuntimeError(f"Claimed {taken} of {len(rows)} messages: another worker wrote between.")
    return rows


def has_due(*, dispatch_ids: Collection[int], now: datetime) -> bool:
    """Say whether a claim would find anything."""
    return bool(dispatch_ids) and _due(dispatch_ids, now=now).exists()


def _due(dispatch_ids: Collection[int], *, now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(state__in=STATES_CLAIMABLE, due_at__lte=now, dispatch_id__in=dispatch_ids)


def renew(*, worker: str, now: datetime) -> int:
    """Extend the lease of all that this worker holds."""
    return Message.objects.filter(claimed_by=worker, state__in=STATES_BUSY).update(claimed_until=now + LEASE)


def put_on_wire(ids: Sequence[int], *, worker: str) -> set[int]:
    """Mark claimed messages as handed to the transport; return those that still were this worker's to mark."""
    with transaction.atomic():
        marked = Message.objects.filter(id__in=ids, claimed_by=worker, state=Message.State.CLAIMED).update(
            state=Message.State.WIRE
        )
        if marked == len(ids):
            return set(ids)
        held = Message.objects.filter(id__in=ids, claimed_by=worker, state=Message.State.WIRE)
        return set(held.values_list("id", flat=True))


def free(ids: Sequence[int], *, worker: str, state: str = Message.State.CLAIMED) -> int:
    """Hand messages that did not reach the wire back to whoever claims next."""
    with transaction.atomic():
        return Message.objects.filter(id__in=ids, claimed_by=worker, state=state).update(
            state=Message.State.PLANNED, claimed_by="", claimed_until=None
        )
