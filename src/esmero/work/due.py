"""Claim rows whose time has come (any table with the `Due` mixin), under a lease, in batches."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from esmero.work.models import Due

RETRY = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))


def claim_due[Row: Due](
    table: type[Row],
    *,
    worker: str,
    now: datetime,
    most: int = 100,
    lease: timedelta = timedelta(minutes=5),
    **only: Any,
) -> list[Row]:
    """Claim up to `most` rows that are due and unclaimed (or whose claim ran out) and return them, oldest first."""
    rows = table._default_manager.filter(due_at__lte=now, **only)
    rows = rows.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)).order_by("due_at", "pk")
    if not rows.exists():
        return []
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        claimed = list(rows[:most])
        table._default_manager.filter(pk__in=[row.pk for row in claimed]).update(
            claimed_by=worker, claimed_until=now + lease
        )
    for row in claimed:
        row.claimed_by, row.claimed_until = worker, now + lease
    return claimed


def release_due(table: type[Due], *, worker: str) -> int:
    """Hand back the rows that an earlier process of this name held when it died."""
    held = table._default_manager.filter(claimed_by=worker, due_at__isnull=False)
    return held.update(claimed_by="", claimed_until=None)


def rest(rows: Sequence[Due], **facts: Any) -> int:
    """Put rows that are done to rest, with what else changes; only those that their worker still holds are touched."""
    if not rows:
        return 0
    return (
        type(rows[0])
        ._default_manager.filter(pk__in=[row.pk for row in rows], claimed_by=rows[0].claimed_by)
        .update(due_at=None, claimed_by="", claimed_until=None, **facts)
    )


def try_again(row: Due, *, trouble: str, now: datetime, **facts_when_last: Any) -> bool:
    """Count a failed try and set the next one; after the last, put the row to rest with `facts_when_last`.

    Returns True while there is a next try.
    """
    tries = row.tries + 1
    mine = type(row)._default_manager.filter(pk=row.pk, claimed_by=row.claimed_by)
    if tries > len(RETRY):
        mine.update(
            due_at=None, claimed_by="", claimed_until=None, tries=tries, trouble=trouble[-8000:], **facts_when_last
        )
        return False
    mine.update(due_at=now + RETRY[tries - 1], claimed_by="", claimed_until=None, tries=tries, trouble=trouble[-8000:])
    return True
