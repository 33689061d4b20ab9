"""Estimate segment sizes in a large installation from a sample, and count exactly in the background.

Up to SMALL persons, every page counts exactly. Beyond that counting may take seconds, and no page waits for it: the
conditions are evaluated for the same random ten thousand persons, in bounded time, while a thread of the web process
counts all. The exact number is valid for FRESH, stored under a digest of conditions and day (`SegmentEstimate`). An
estimate is rounded and labelled "about" or "fewer than" (docs/decisions/0008-a-million-people.md).
"""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from math import sqrt
from typing import Any, Literal

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from esmero.dossier.models import SegmentEstimate
from esmero.dossier.segments.selection import compile_conditions, count_each
from esmero.dossier.segments.sql import Condition, SegmentContext
from esmero.people.models import Person
from esmero.people.persons.queries import count_people
from esmero.work.background import run_in_background

SMALL = 20_000
SAMPLE = 10_000
_LEAST_FOUND = 10  # with fewer matches in the sample only an upper bound is given
_SAMPLE_KEY = "esmero-sample"
_SAMPLE_SECONDS = 600  # a constant sample, so that numbers on the same page are consistent
_LOST_AFTER = timedelta(minutes=15)  # an unfinished count older than this is presumed lost
FRESH = timedelta(minutes=10)  # an older count is out of date
_busy = threading.Lock()


@dataclass(frozen=True, slots=True)
class Estimate:
    """Hold a number of persons and its precision: exact, about, or an upper bound."""

    people: int
    kind: Literal["exact", "about", "under"] = "exact"


def is_large() -> bool:
    """Return whether there are too many persons to count while a page waits."""
    return count_people() > SMALL


def count_or_estimate(
    trees: Mapping[str, Any], *, guessed: Mapping[str, Estimate], context: SegmentContext
) -> dict[str, Estimate]:
    """Return the number for each tree by digest: exact if cached or fast to count, else an estimate.

    `guessed` are the estimates that the page has already. Inexact ones are counted in the background, unless this
    process is counting already.

    Raises:
        SegmentFault: see `select_persons`.

    """
    if not trees:
        return {}
    if not is_large():
        return {key: Estimate(people) for key, people in count_each(trees, context=context).items()}
    fresh = timezone.now() - FRESH
    rows = SegmentEstimate.objects.filter(digest__in=list(trees), number__isnull=False, asked_at__gte=fresh)
    found = {digest: Estimate(number or 0) for digest, number in rows.values_list("digest", "number")}
    open_ones = {key: tree for key, tree in trees.items() if key not in found}
    guesses = estimate_each({key: tree for key, tree in open_ones.items() if key not in guessed}, context=context)
    found |= {key: guesses.get(key) or guessed[key] for key in open_ones}
    _count_in_background({key: open_ones[key] for key in open_ones if found[key].kind != "exact"}, context=context)
    return found


def estimate_each(trees: Mapping[str, Any], *, context: SegmentContext) -> dict[str, Estimate]:
    """Estimate the number of persons for each tree, with one query over the sample."""
    near = replace(context, per_person=True, compiled={})
    conditions = {key: compile_conditions(tree, context=near) for key, tree in trees.items()}
    return estimate_conditions(conditions) if conditions else {}


def estimate_conditions(conditions: Mapping[str, Condition]) -> dict[str, Estimate]:
    """Estimate the number of active persons for each condition, which must be compiled with `per_person`."""
    people = count_people()
    names = {f"n{place}": key for place, key in enumerate(conditions)}
    asked: dict[str, Any] = {
        name: Count("pk", filter=condition)
        for name, key in names.items()
        if not isinstance(condition := conditions[key], bool)
    }
    held = sample_persons().aggregate(whole=Count("pk"), **asked) if asked else {}
    return {
        key: _scale(held[name], held["whole"], people=people)
        if name in held
        else Estimate(people if conditions[key] else 0)
        for name, key in names.items()
    }


def sample_persons() -> QuerySet[Person]:
    """Return about SAMPLE active persons drawn at random from all ids; the same ones for _SAMPLE_SECONDS."""
    drawn: list[int] | None = cache.get(_SAMPLE_KEY)
    if drawn is None:
        ends = Person.objects.aggregate(first=Min("pk"), last=Max("pk"))
        ids = range(ends["first"] or 0, (ends["last"] or 0) + 1)
        # Ids have gaps: draw more of them in proportion, at most three times as many.
        wanted = min(len(ids), 3 * SAMPLE, int(SAMPLE * len(ids) / max(count_people(), 1)) + 1)
        drawn = sorted(random.Random(SAMPLE).sample(ids, wanted))  # noqa: S311 - nothing secret
        cache.set(_SAMPLE_KEY, drawn, timeout=_SAMPLE_SECONDS)
    return Person.objects.filter(pk__in=drawn).exclude(state__in=Person.INACTIVE)


def _scale(found: int, whole: int, *, people: int) -> Estimate:
    """Extrapolate from the sample; with 95 % confidence ten thousand persons tell 50 from 49 or 51 per cent."""
    each = people / max(whole, 1)
    if found < _LEAST_FOUND:
        return Estimate(_round((found + 2 * sqrt(found) + 4) * each), "under")
    return Estimate(_round(found * each), "about")


def _round(number: float) -> int:
    """Round to two significant digits, so that an estimate does not look like a count."""
    digits = len(str(int(number))) - 2
    return int(round(number, -digits)) if digits > 0 else round(number)


def _count_in_background(trees: Mapping[str, Any], *, context: SegmentContext) -> None:
    """Start counting what nobody else counts, unless this process is busy; the page polls for the result."""
    if not trees or not _busy.acquire(blocking=False):
        return
    try:
        mine = _claim(list(trees))
    except BaseException:
        _busy.release()
        raise
    if not mine:
        _busy.release()
        return

    def work() -> None:
        try:
            counted = count_each({digest: trees[digest] for digest in mine}, context=replace(context, compiled={}))
            with transaction.atomic():
                for digest, number in counted.items():
                    SegmentEstimate.objects.filter(digest=digest).update(number=number)
        finally:
            _busy.release()

    try:
        run_in_background(work, name="count segments")
    except BaseException:  # the thread could not start, so work() will not release the lock
        _busy.release()
        raise


def _claim(digests: list[str]) -> list[str]:
    """Claim and return the digests that are neither being counted nor fresh; delete old rows."""
    now = timezone.now()
    with transaction.atomic():
        SegmentEstimate.objects.filter(asked_at__lt=now - timedelta(days=2)).delete()
        lost = now - _LOST_AFTER
        held = set(
            SegmentEstimate.objects.filter(digest__in=digests)
            .filter(Q(asked_at__gte=lost) | Q(number__isnull=False, asked_at__gte=now - FRESH))
            .values_list("digest", flat=True)
        )
        mine = [digest for digest in digests if digest not in held]
        SegmentEstimate.objects.bulk_create(
            [SegmentEstimate(digest=digest, asked_at=now) for digest in mine],
            update_conflicts=True,
            unique_fields=["digest"],
            update_fields=["asked_at", "number"],
        )
    return mine
