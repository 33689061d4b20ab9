"""Days of a condition made into bounds: what “last 30” or “this month” means on the day on which it is asked."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from esmero.people.segments.conditions import Compare, DateSpan

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DateRange:
    """First and last day, both counted; None is open."""

    first: date | None = None
    last: date | None = None


def bound_field(node: Compare, *, today: date) -> DateRange:  # noqa: C901 - one line a comparison
    """Return the days for which a comparison of a date holds (not for !=, known, unknown and anniversary)."""
    value: Any = node.value
    match node.comparison:
        case "=":
            return DateRange(_day(value), _day(value))
        case "<":
            return DateRange(last=shift(_day(value), -1))
        case "<=":
            return DateRange(last=_day(value))
        case ">":
            return DateRange(first=shift(_day(value), 1))
        case ">=":
            return DateRange(first=_day(value))
        case "between":
            return DateRange(_day(value[0]), _day(value[1]))
        case "last":
            return DateRange(shift(today, -value), today)
        case "next":
            return DateRange(today, shift(today, value))
        case "ago":
            return DateRange(last=shift(today, -value - 1))
        case "ahead":
            return DateRange(first=shift(today, value + 1))
        case "month":
            return DateRange(today.replace(day=1), today.replace(day=calendar.monthrange(today.year, today.month)[1]))
    raise ValueError(node.comparison)


def bound_span(span: DateSpan, *, today: date) -> DateRange:
    """Return the days of a span."""
    match span.kind:
        case "last":
            return DateRange(shift(today, -span.days), today)
        case "ago":
            return DateRange(last=shift(today, -span.days - 1))
        case "since":
            return DateRange(first=_day(span.first))
        case "before":
            return DateRange(last=shift(_day(span.first), -1))
        case "between":
            return DateRange(_day(span.first), _day(span.second))
    return DateRange()


def near_days(days: int, *, today: date) -> list[str]:
    """Return day and month ("MM-DD") of the days around today; the 28th stands for a 29 February that is missing."""
    found = {shift(today, offset) for offset in range(-days, days + 1)}
    near = {f"{day:%m-%d}" for day in found}
    if any((day.month, day.day) == (2, 28) and not calendar.isleap(day.year) for day in found):
        near.add("02-29")
    return sorted(near)


def begin_of(day: date) -> datetime:
    """Return the moment at which a day begins in the house's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def moments(bounds: DateRange, *, name: str) -> dict[str, datetime]:
    """Return bounds as lookups on a moment called `name`; no function stands around the column, so an index serves."""
    found = {}
    if bounds.first is not None:
        found[f"{name}__gte"] = begin_of(bounds.first)
    if bounds.last is not None:
        found[f"{name}__lt"] = begin_of(shift(bounds.last, 1))
    return found


def shift(day: date, days: int) -> date:
    """Return the day so many days later (or earlier), kept away from the ends of the calendar."""
    least, most = date.min.toordinal() + 2, date.max.toordinal() - 2
    return date.fromordinal(min(max(day.toordinal() + days, least), most))


def _day(text: str) -> date:
    return date.fromisoformat(text)
