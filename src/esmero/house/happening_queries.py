"""Query the deliveries of happenings that wait or fail, by function, and make failed ones due again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from esmero.house.audit import note
from esmero.house.models import HappeningDelivery, User
from esmero.work.wakeups import wake

_OPEN = Q(done_at=None)
_FAILED = _OPEN & Q(due_at=None)
_IN_TROUBLE = _OPEN & ~Q(trouble="")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionTrouble:
    """Describe a function with failing deliveries.

    `retried` are due again by themselves, `failed` need a person. `trouble` is the text of the latest failure; `since`
    the time of the oldest happening that waits.
    """

    function: str
    retried: int
    failed: int
    since: datetime
    trouble: str


def list_troubles() -> Sequence[ReactionTrouble]:
    """Return the functions with failing deliveries, by name. Two queries."""
    rows = list(
        HappeningDelivery.objects.filter(_IN_TROUBLE)
        .values("function")
        .annotate(
            all=Count("id"), failed=Count("id", filter=_FAILED), since=Min("happening__at"), latest=Max("happening")
        )
        .order_by("function")
    )
    latest = HappeningDelivery.objects.filter(_IN_TROUBLE, happening__in=[row["latest"] for row in rows])
    texts = {(one.function, one.happening_id): one.trouble for one in latest}
    return [
        ReactionTrouble(
            function=row["function"],
            retried=row["all"] - row["failed"],
            failed=row["failed"],
            since=row["since"],
            trouble=texts.get((row["function"], row["latest"]), ""),
        )
        for row in rows
    ]


def try_again(function: str, *, by: User | str) -> int:
    """Make the failing deliveries of a function due now; return their number."""
    with transaction.atomic():
        rows = HappeningDelivery.objects.filter(_IN_TROUBLE, function=function, claimed_by="")
        moved = rows.update(due_at=timezone.now(), tries=0, trouble="")
        if moved:
            note("happening.again", by=by, facts={"function": function, "deliveries": moved})
            wake(HappeningDelivery)
    return moved
