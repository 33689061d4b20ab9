"""Claim due messages under a lease, renew the lease, mark messages as on the wire, and free them.

Order of a message: claim_messages → (renew) → put_on_wire → recorded by outbox/ledger.py; free returns it to planned.
Each UPDATE repeats the expected state and worker, so that a worker that was presumed dead cannot write late. The states
are drawn in docs/decisions/0002-ledger.md.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import CharField, Func, QuerySet

from esmero.outbox.models import Message

LEASE = timedelta(minutes=5)
CLAIM_SIZE = 500  # messages of a batch
WIRE_SIZE = 100  # messages of a sub-batch: the most that one batch has on the wire

OUT_OF_DATE = "Its content was of use until a time that is over."

STATES_CLAIMABLE = (Message.State.PLANNED, Message.State.WAITING)
LANES = (0, 1, 2)
# Literals, not parameters: otherwise SQLite does not use its partial index of due messages.
_LITERALS = [Func(template=f"'{state.value}'", output_field=CharField()) for state in STATES_CLAIMABLE]
STATES_BUSY = (Message.State.CLAIMED, Message.State.WIRE, Message.State.ORPHANED)


class ClaimedMessage(NamedTuple):
    """Hold the columns of a claimed message that case file, renderer and transport need."""

    id: int
    dispatch_id: int
    person_id: int | None
    address: str
    language: str
    opaque: str
    tries: int
    kind: str
    content: dict[str, Any] | None
    content_until: datetime | None
    copy_of_id: int | None
    promotion: str


def claim_messages(
    *, worker: str, dispatch_ids: Collection[int], now: datetime, most: int = CLAIM_SIZE
) -> list[ClaimedMessage]:
    """Claim up to `most` due messages of these dispatches, in the order of lane, due time and id.

    Raises RuntimeError if another worker changed a row in between; then none of them may be sent.
    """
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
        # Cannot happen: PostgreSQL holds row locks, SQLite the writer lock. If it does, sending could send twice.
        if taken != len(rows):
            raise RuntimeError(f"Claimed {taken} of {len(rows)} messages: another worker wrote between.")
    return rows


def has_due(*, dispatch_ids: Collection[int], now: datetime) -> bool:
    """Return whether a claim would find any message."""
    return bool(dispatch_ids) and _due(dispatch_ids, now=now).exists()


def require_content(row: ClaimedMessage, *, at: datetime) -> None:
    """Raise ValueError if the content of a single message is gone, or of no use any more."""
    if row.kind and (row.content is None or (row.content_until is not None and row.content_until <= at)):
        raise ValueError(OUT_OF_DATE)


def find_next_due(*, now: datetime) -> datetime | None:
    """Return the time after `now` at which the next message becomes due, whatever its dispatch; None if there is none.

    One look into the index of due messages for each lane.
    """
    later = (
        Message.objects.filter(state__in=_LITERALS, due_at__gt=now).order_by("due_at").values_list("due_at", flat=True)
    )
    times = [later.filter(lane=lane).first() for lane in LANES]
    return min(filter(None, times), default=None)


def _due(dispatch_ids: Collection[int], *, now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(state__in=STATES_CLAIMABLE, due_at__lte=now, dispatch_id__in=dispatch_ids)


def renew(*, worker: str, now: datetime) -> int:
    """Extend the lease of all messages of this worker; return their number."""
    return Message.objects.filter(claimed_by=worker, state__in=STATES_BUSY).update(claimed_until=now + LEASE)


def put_on_wire(filled: Mapping[int, Mapping[str, object] | None], *, worker: str) -> set[int]:
    """Mark claimed messages as handed to the transport, and store the values of their fields (id → filled).

    Returns the ids that were still claimed by this worker.
    """
    if not filled:
        return set()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _PUT_ON_WIRE[connection.vendor],
            [Message.State.WIRE, json.dumps(filled), worker, Message.State.CLAIMED],
        )
        # The usual case needs no second query.
        if cursor.rowcount == len(filled):
            return set(filled)
        held = Message.objects.filter(id__in=list(filled), claimed_by=worker, state=Message.State.WIRE)
        return set(held.values_list("id", flat=True))


# One statement for all rows, each with its own values: a bulk_update would cost more than sending. On SQLite, only the
# primary key may be used: without statistics, the index on the worker looks more selective than it is.
_TABLE = Message._meta.db_table
_PUT_ON_WIRE = {
    "sqlite": (
        f"UPDATE {_TABLE} NOT INDEXED SET state = %s, filled = one.value FROM json_each(%s) AS one"  # noqa: S608
        f" WHERE {_TABLE}.id = CAST(one.key AS INTEGER) AND claimed_by = %s AND state = %s"
    ),
    "postgresql": (
        f"UPDATE {_TABLE} SET state = %s, filled = NULLIF(one.value, 'null'::jsonb)"  # noqa: S608
        f" FROM jsonb_each(%s::jsonb) AS one WHERE {_TABLE}.id = one.key::bigint AND claimed_by = %s AND state = %s"
    ),
}


def free(ids: Sequence[int], *, worker: str, state: str = Message.State.CLAIMED) -> int:
    """Return messages from `state` to planned, so that any worker can claim them; return their number.

    For messages of which no octet was sent: `state` is WIRE only after the journal proved it (journal_recovery.py).
    """
    with transaction.atomic():
        return Message.objects.filter(id__in=ids, claimed_by=worker, state=state).update(
            state=Message.State.PLANNED, claimed_by="", claimed_until=None
        )
