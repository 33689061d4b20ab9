"""Deliver happenings to the functions that react to them, to each at least once and with its effect exactly once.

A happening is distributed: one delivery for each function, in one transaction. A delivery is claimed like any due row;
its function runs in the transaction that records it as done, so a killed worker leaves both or neither. A function that
fails repeats alone, with the pauses of work/due.py, and stays visible under Work when they are used up.
"""

import logging
import traceback
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from esmero.house.happenings import ReactionPostponed, read_facts
from esmero.house.models import Happening, HappeningDelivery
from esmero.rounds.reactions import REACTIONS, Reaction, names_by_kind
from esmero.work.due import claim_due, finish_due, retry_later
from esmero.work.wakeups import wake

log = logging.getLogger(__name__)

DISTRIBUTED = 500  # happenings of one transaction
CLAIMED = 200  # deliveries claimed at once
TOGETHER = 50  # deliveries that a function gets at once


class DeliveryLost(Exception):
    """Report that another worker holds one of the deliveries now; the transaction must be rolled back."""


class NoSuchReaction(Exception):
    """Report a delivery to a function that the table no longer names."""


def deliver_due(worker: str, *, reactions: Sequence[Reaction] = REACTIONS) -> int:
    """Distribute new happenings and run the functions whose deliveries are due; return the number of both."""
    distributed = distribute(reactions)
    claimed = claim_due(HappeningDelivery, worker=worker, now=timezone.now(), most=CLAIMED)
    groups: dict[str, list[HappeningDelivery]] = defaultdict(list)
    for row in claimed:
        groups[row.function].append(row)
    happenings = Happening.objects.in_bulk({row.happening_id for row in claimed})
    for row in claimed:
        row.happening = happenings[row.happening_id]
    functions = {one.name: one for one in reactions}
    for name, rows in groups.items():
        for start in range(0, len(rows), TOGETHER):
            _deliver(rows[start : start + TOGETHER], to=functions.get(name))
    return distributed + len(claimed)


def distribute(reactions: Sequence[Reaction] = REACTIONS) -> int:
    """Make the deliveries of new happenings; return the number of happenings. The lock on their rows is the claim."""
    names, now = names_by_kind(reactions), timezone.now()
    new = Happening.objects.filter(due_at__lte=now).order_by("due_at", "id")
    if not new.exists():  # usually: then take no lock
        return 0
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            new = new.select_for_update(skip_locked=True)
        rows = list(new[:DISTRIBUTED])
        deliveries = [
            HappeningDelivery(happening=row, function=name, due_at=now)
            for row in rows
            for name in names.get(row.kind, ())
        ]
        HappeningDelivery.objects.bulk_create(deliveries, batch_size=DISTRIBUTED)
        Happening.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=None)
        if deliveries:
            wake(HappeningDelivery)  # other workers share them
    return len(rows)


def _deliver(rows: Sequence[HappeningDelivery], *, to: Reaction | None) -> None:
    """Run a function on claimed deliveries, all in one transaction; if that fails, on each alone."""
    try:
        with transaction.atomic():
            _run(rows, to=to)
    except Exception as trouble:  # noqa: BLE001 - whatever a function raises must end in a visible place
        if len(rows) > 1:
            for row in rows:
                _deliver([row], to=to)
        else:
            _repeat(rows[0], trouble)


def _run(rows: Sequence[HappeningDelivery], *, to: Reaction | None) -> None:
    # Finished first, so that a worker that lost its claim writes nothing.
    if finish_due(rows, done_at=timezone.now(), trouble="") != len(rows):
        raise DeliveryLost
    if to is None:
        raise NoSuchReaction(f"The function {rows[0].function} is not in the table of reactions any more.")
    to.run([read_facts(row.happening.kind, row.happening.facts) for row in rows])


def _repeat(row: HappeningDelivery, trouble: Exception) -> None:
    match trouble:
        case DeliveryLost():
            return
        case ReactionPostponed():
            HappeningDelivery.objects.filter(pk=row.pk, claimed_by=row.claimed_by).update(
                due_at=trouble.until, claimed_by="", claimed_until=None, trouble=str(trouble)
            )
            wake(HappeningDelivery)
        case _:
            log.warning("reaction %s to happening %d failed: %s", row.function, row.happening_id, trouble)
            retry_later(row, trouble="".join(traceback.format_exception(trouble)), now=timezone.now())
