"""Numbers of segments in a large house: at once about how many, from a sample; exactly as soon as somebody has counted.

Up to SMALL people everything is counted while one waits. Beyond, counting may take seconds, and no page waits for that: the
same ten thousand people, drawn once by chance, are looked at, one by one and so in bounded time, and a thread beside the web
server counts all. What it found is good for FRESH (`Counted`), under a digest of the conditions and of the day. An
estimate never looks like a count: it is rounded, and called “about” or “fewer than” (docs/decisions/0008-a-million-people.md).
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
from esmero.dossier.segments.selection import condition_of, count_each
from esmero.dossier.segments.sql import Condition, SegmentContext
from esmero.people.models import Person
from esmero.people.persons.queries import count_people
from esmero.work.background import run_aside

SMALL = 20_000
SAMPLE = 10_000
_SCARCE = 10  # found in the sample: fewer say no more than how many there are at most
_DRAWN = "esmero-sample"
_DRAWN_FOR = 600  # seconds: people come and go meanwhile, and the sample stays, so that numbers beside each other agree
_PATIENCE = timedelta(minutes=15)  # after which a count that was begun and not ended is taken for lost
FRESH = timedelta(minutes=10)  # people come and go: an older count is none
_busy = threading.Lock()


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many people, and how well that is known: exactly, about so many, or fewer than so many."""

    people: int
    kind: Literal["exact", "about", "under"] = "exact"


def is_large() -> bool:
    """Whether there are so many people that a page cannot wait until they are counted."""
    return count_people() > SMALL


def number_each(
    trees: Mapping[str, Any], *, guessed: Mapping[str, Estimate], house: SegmentContext
) -> dict[str, Estimate]:
    """Return the number of each tree, by the digest under which it is asked: exact where that is known or quick.

    `guessed` are the estimates that the page has already. What is not exact is being counted when this returns, if this
    process counts nothing else.

    Raises:
        SegmentFault: see `select_persons`.

    """
    if not trees:
        return {}
    if not is_large():
        return {key: Estimate(people) for key, people in count_each(trees, house=house).items()}
    fresh = timezone.now() - FRESH
    rows = SegmentEstimate.objects.filter(digest__in=list(trees), number__isnull=False, asked_at__gte=fresh)
    found = {digest: Estimate(number or 0) for digest, number in rows.values_list("digest", "number")}
    open_ones = {key: tree for key, tree in trees.items() if key not in found}
    guesses = guess_each({key: tree for key, tree in open_ones.items() if key not in guessed}, house=house)
    found |= {key: guesses.get(key) or guessed[key] for key in open_ones}
    _count_aside({key: open_ones[key] for key in open_ones if found[key].kind != "exact"}, house=house)
    return found


def guess_each(trees: Mapping[str, Any], *, house: SegmentContext) -> dict[str, Estimate]:
    """Estimate how many persons each tree selects; one query over the sample for all of them."""
    near = replace(house, few=True, compiled={})
    conditions = {key: condition_of(tree, house=near) for key, tree in trees.items()}
    return guess_conditions(conditions) if conditions else {}


def guess_conditions(conditions: Mapping[str, Condition]) -> dict[str, Estimate]:
    """Estimate how many active persons meet each condition, which must ask for each person by themselves."""
    people = count_people()
    names = {f"n{place}": key for place, key in enumerate(conditions)}
    asked: dict[str, Any] = {
        name: Count("pk", filter=condition)
        for name, key in names.items()
        if not isinstance(condition := conditions[key], bool)
    }
    held = sample_persons().aggregate(whole=Count("pk"), **asked) if asked else {}
    return {
        key: _guess(held[name], held["whole"], people=people)
        if name in held
        else Estimate(people if conditions[key] else 0)
        for name, key in names.items()
    }


def sample_persons() -> QuerySet[Person]:
    """Return some SAMPLE active persons, drawn by chance among all ids; the same ones for a while."""
    drawn: list[int] | None = cache.get(_DRAWN)
    if drawn is None:
        ends = Person.objects.aggregate(first=Min("pk"), last=Max("pk"))
        ids = range(ends["first"] or 0, (ends["last"] or 0) + 1)
        wanted = min(len(ids), 3 * SAMPLE, int(SAMPLE * len(ids) / max(count_people(), 1)) + 1)
        drawn = sorted(random.Random(SAMPLE).sample(ids, wanted))  # noqa: S311 - nothing secret
        cache.set(_DRAWN, drawn, timeout=_DRAWN_FOR)
    return Person.objects.filter(pk__in=drawn).exclude(state__in=Person.GONE)


def _guess(found: int, whole: int, *, people: int) -> Estimate:
    """Scale a part of the sample up to all; with 95 of 100, ten thousand tell a half from 49 or 51 per cent."""
    each = people / max(whole, 1)
    if found < _SCARCE:
        return Estimate(_round((found + 2 * sqrt(found) + 4) * each), "under")
    return Estimate(_round(found * each), "about")


def _round(number: float) -> int:
    """Keep two digits: an estimate that ends in something else than zeros would look like a count."""
    digits = len(str(int(number))) - 2
    return int(round(number, -digits)) if digits > 0 else round(number)


def _count_aside(trees: Mapping[str, Any], *, house: SegmentContext) -> None:
    """Begin to count what nobody counts, unless this process is counting: the page asks again soon."""
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
            counted = count_each({digest: trees[digest] for digest in mine}, house=replace(house, compiled={}))
            with transaction.atomic():
                for digest, number in counted.items():
                    SegmentEstimate.objects.filter(digest=digest).update(number=number)
        finally:
            _busy.release()

    try:
        run_aside(work, name="count segments")
    except BaseException:  # no thread could begin
        _busy.release()
        raise


def _claim(digests: list[str]) -> list[str]:
    """Return what nobody counts at the moment or has counted lately, and note that we do; what is old goes."""
    now = timezone.now()
    with transaction.atomic():
        SegmentEstimate.objects.filter(asked_at__lt=now - timedelta(days=2)).delete()
        lost = now - _PATIENCE
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
