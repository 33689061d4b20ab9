"""Change the state of print batches and their letters: printed, posted, discarded. One transaction each.

The letters of a batch in the making are claimed like mails, by a worker of the batch's own name; so none is in two
batches. mailroom/sending/print_batches.py makes the files.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.outbox.claims import STATES_CLAIMABLE, ClaimedMessage
from esmero.outbox.models import Message, MessageEvent, PrintBatch
from esmero.people.models import Channel
from esmero.refusal import Refusal
from esmero.vault.files import drop_content
from esmero.vault.models import StoredFile
from esmero.work.wakeups import wake

KEPT_UNPOSTED = timedelta(days=90)
KEPT_POSTED = timedelta(days=30)  # after that, a letter is shown from the ledger


def claim_name(batch: int) -> str:
    """Return the name under which a batch claims its letters."""
    return f"print batch {batch}"


def waiting_letters(brand: Brand) -> QuerySet[Message]:
    """Return the letters of a brand that are due or wait."""
    return Message.objects.filter(
        dispatch__brand=brand, dispatch__channel=Channel.POST, state__in=(*STATES_CLAIMABLE, Message.State.CLAIMED)
    )


def count_waiting(brand: Brand, *, now: datetime) -> tuple[int, int]:
    """Return the numbers of letters that are due, and that wait for a later time."""
    rows = waiting_letters(brand).exclude(state=Message.State.CLAIMED)
    found = rows.aggregate(due=Count("pk", filter=Q(due_at__lte=now)), later=Count("pk", filter=Q(due_at__gt=now)))
    return found["due"], found["later"]


def list_claimed(batch: int) -> list[ClaimedMessage]:
    """Return the letters that a batch has claimed, in the order of their ids."""
    rows = Message.objects.filter(claimed_by=claim_name(batch), state=Message.State.CLAIMED).order_by("id")
    return [ClaimedMessage(*row) for row in rows.values_list(*ClaimedMessage._fields)]


def change_addresses(batch: int, addresses: Mapping[int, str]) -> None:
    """Store other addresses with letters that a batch has claimed: message id → lines."""
    rows = list(Message.objects.filter(pk__in=addresses, claimed_by=claim_name(batch), state=Message.State.CLAIMED))
    for row in rows:
        row.address = addresses[row.pk]
    Message.objects.bulk_update(rows, ["address"], batch_size=200)


def mark_printed(batch: int, filled: Mapping[int, Mapping[str, object] | None]) -> int:
    """Put claimed letters into their batch, with the values of their fields; return how many were still claimed."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK_PRINTED[connection.vendor],
            [Message.State.PRINTED, batch, json.dumps(filled), claim_name(batch), Message.State.CLAIMED],
        )
        return int(cursor.rowcount)


# One statement, as in outbox/claims.py.
_TABLE = Message._meta.db_table
_SET = "print_batch_id = %s, due_at = NULL, trouble = '', claimed_by = '', claimed_until = NULL"
_MARK_PRINTED = {
    "sqlite": (
        f"UPDATE {_TABLE} NOT INDEXED SET state = %s, {_SET}, filled = one.value"  # noqa: S608
        f" FROM json_each(%s) AS one"
        f" WHERE {_TABLE}.id = CAST(one.key AS INTEGER) AND claimed_by = %s AND state = %s"
    ),
    "postgresql": (
        f"UPDATE {_TABLE} SET state = %s, {_SET}, filled = NULLIF(one.value, 'null'::jsonb)"  # noqa: S608
        f" FROM jsonb_each(%s::jsonb) AS one WHERE {_TABLE}.id = one.key::bigint AND claimed_by = %s AND state = %s"
    ),
}


def post_batch(batch: PrintBatch, *, by: User | str, now: datetime) -> int:
    """Record that the letters of a batch were posted: they are sent. Return their number.

    Raises Refusal: the batch is not printed, or was posted or discarded before.
    """
    with transaction.atomic():
        moved = PrintBatch.objects.filter(pk=batch.pk, state=PrintBatch.State.PRINTED).update(
            state=PrintBatch.State.POSTED, posted_at=now, posted_by=str(by)[:200]
        )
        if not moved:
            raise Refusal("print-batch-not-printed")
        posted = Message.objects.filter(print_batch=batch, state=Message.State.PRINTED).update(
            state=Message.State.SENT, sent_at=now
        )
        StoredFile.objects.filter(pk__in=_files(batch)).update(keep_until=now + KEPT_POSTED)
        wake(MessageEvent)  # they count as sent
        note("letters.posted", by=by, subject=batch, facts={"letters": posted})
    return posted


def discard_batch(batch: PrintBatch, *, by: User | str, now: datetime) -> int:
    """Give up a batch that was not posted: its letters are planned again, its files are dropped. Return their number.

    Raises Refusal: the batch was posted or discarded before.
    """
    open_states = (PrintBatch.State.MAKING, PrintBatch.State.PRINTED)
    with transaction.atomic():
        moved = PrintBatch.objects.filter(pk=batch.pk, state__in=open_states).update(state=PrintBatch.State.DISCARDED)
        if not moved:
            raise Refusal("print-batch-closed")
        again = {"state": Message.State.PLANNED, "due_at": now, "print_batch": None, "filled": None}
        printed = Message.objects.filter(print_batch=batch, state=Message.State.PRINTED).update(**again)
        claimed = Message.objects.filter(claimed_by=claim_name(batch.pk), state=Message.State.CLAIMED)
        freed = claimed.update(state=Message.State.PLANNED, claimed_by="", claimed_until=None)
        drop_content(_files(batch), at=now)
        note("letters.discarded", by=by, subject=batch, facts={"letters": printed + freed})
    return printed + freed


def drop_files_of(person: int, *, at: datetime) -> int:
    """Drop the files of posted batches with a letter to this person (erasure), in the caller's transaction."""
    batches = Message.objects.filter(person=person, print_batch__isnull=False).values("print_batch")
    files = [pk for row in PrintBatch.objects.filter(pk__in=batches) for pk in _files(row)]
    return drop_content(files, at=at)


def _files(batch: PrintBatch) -> list[int]:
    row = PrintBatch.objects.filter(pk=batch.pk).values_list("pdf", "csv").first() or ()
    return [pk for pk in row if pk is not None]


def list_batches(brand: Brand, *, limit: int) -> Sequence[PrintBatch]:
    """Return the print batches of a brand, the latest first."""
    return list(PrintBatch.objects.filter(brand=brand).select_related("pdf", "csv").order_by("-id")[:limit])
