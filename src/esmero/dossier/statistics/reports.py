"""Read daily aggregates as sums by day and key over a period, for pages that must never count millions of rows."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.db.models import QuerySet, Sum

from esmero.dossier.models import DailyAggregate
from esmero.house.models import Brand


def sum_by_day(*, brand: Brand, kinds: Sequence[str], begin: date, end: date) -> dict[str, dict[date, int]]:
    """Return kind → day → number over all keys, from `begin` to `end` inclusive; one query."""
    rows = _between(brand, kinds, begin, end).values_list("kind", "day").annotate(number=Sum("number")).order_by()
    found: dict[str, dict[date, int]] = {kind: {} for kind in kinds}
    for kind, day, number in rows:
        found[kind][day] = number
    return found


def sum_by_key(*, brand: Brand, kinds: Sequence[str], begin: date, end: date) -> dict[str, dict[str, int]]:
    """Return kind → key → number over the whole period; one query."""
    rows = _between(brand, kinds, begin, end).values_list("kind", "key").annotate(number=Sum("number")).order_by()
    found: dict[str, dict[str, int]] = {kind: {} for kind in kinds}
    for kind, key, number in rows:
        found[kind][key] = number
    return found


def read_days(*, brand: Brand, kind: str, begin: date, end: date) -> list[tuple[date, str, int]]:
    """Return (day, key, number) of one kind, ordered by day."""
    return list(_between(brand, (kind,), begin, end).order_by("day", "key").values_list("day", "key", "number"))


def _between(brand: Brand, kinds: Sequence[str], begin: date, end: date) -> QuerySet[DailyAggregate]:
    return DailyAggregate.objects.filter(brand=brand, kind__in=kinds, day__gte=begin, day__lte=end)


def read_pressure(*, brand: Brand) -> tuple[date | None, dict[int, int], list[tuple[int, int]]]:
    """Return the latest count: its day, messages → persons, and (person id, messages) of those with most messages."""
    day = (
        DailyAggregate.objects.filter(brand=brand, kind="pressure")
        .order_by("-day")
        .values_list("day", flat=True)
        .first()
    )
    if day is None:
        return None, {}, []
    rows = DailyAggregate.objects.filter(brand=brand, kind__in=("pressure", "pressure-most"), day=day)
    people: dict[int, int] = {}
    most: list[tuple[int, int]] = []
    for kind, key, number in rows.values_list("kind", "key", "number"):
        if kind == "pressure":
            people[int(key)] = number
        else:
            most.append((int(key), number))
    return day, people, sorted(most, key=lambda one: (-one[1], one[0]))


def counted_at(*, brand: Brand, day: date) -> datetime | None:
    """Return the time at which a day was last counted; None if never."""
    number = (
        DailyAggregate.objects.filter(brand=brand, kind="counted", day=day).values_list("number", flat=True).first()
    )
    return datetime.fromtimestamp(number, tz=UTC) if number else None
