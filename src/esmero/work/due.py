"""Claim, finish, retry and release due rows of any table with the `Due` mixin, under a lease."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from esmero.work.models import Due
from esmero.work.wakeups import wake

# Pauses before each further try.
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
    """Claim and return up to `most` due rows that are unclaimed or whose lease ended, in the order of due time."""
    rows = table._default_manager.filter(due_at__lte=now, **only)
    rows = rows.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)).order_by("due_at", "pk")
    # Usually nothing is due: then take no lock.
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
    """Free the rows that a dead process of this name had claimed; return their number."""
    held = table._default_manager.filter(claimed_by=worker, due_at__isnull=False)
    released = held.update(claimed_by="", claimed_until=None)
    if released:
        wake(table)
    return released


def next_due(table: type[Due], **only: Any) -> datetime | None:
    """Return the time at which the next row can be claimed: it becomes due, or the lease on it ends. None: no row."""
    rows = table._default_manager.filter(due_at__isnull=False, **only)
    free = rows.filter(claimed_until__isnull=True).order_by("due_at").values_list("due_at", flat=True)
    held = rows.filter(claimed_until__isnull=False).order_by("claimed_until").values_list("claimed_until", flat=True)
    return min(filter(None, (free.first(), held.first())), default=None)


def finish_due(rows: Sequence[Due], **facts: Any) -> int:
    """Make claimed rows not due and set `facts` on them; skip rows that their worker lost. Return the number."""
    if not rows:
        return 0
    return (
        type(rows[0])
        ._default_manager.filter(pk__in=[row.pk for row in rows], claimed_by=rows[0].claimed_by)
        .update(due_at=None, claimed_by="", claimed_until=None, **facts)
    )


def retry_later(row: Due, *, trouble: str, now: datetime, **facts_when_last: Any) -> bool:
    """Count a failed try and schedule the next one; after the last, set `facts_when_last` and make the row not due.

    Returns whether there is a next try.
    """
    tries = row.tries + 1
    mine = type(row)._default_manager.filter(pk=row.pk, claimed_by=row.claimed_by)
    if tries > len(RETRY):
        mine.update(
            due_at=None, claimed_by="", claimed_until=None, tries=tries, trouble=trouble[-8000:], **facts_when_last
        )
        return False
    mine.update(due_at=now + RETRY[tries - 1], claimed_by="", claimed_until=None, tries=tries, trouble=trouble[-8000:])
    wake(type(row))
    return True
