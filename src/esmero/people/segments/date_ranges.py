"""Convert date conditions such as "last 30" or "this month" to ranges, relative to today."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from esmero.people.segments.tree import Compare, DateSpan
from esmero.people.segments.vocabulary import SPAN_PARTS

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DateRange:
    """Hold the first and last day, both inclusive; None is unbounded."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: str) -> bool:
        """Compare an ISO date as text, as SQL does."""
        return (self.first is None or self.first.isoformat() <= day) and (
            self.last is None or day <= self.last.isoformat()
        )


def bound_field(node: Compare, *, today: date) -> DateRange:
    """Return the range of a date comparison (not for known and anniversary)."""
    return _bound(node.comparison, node.value if isinstance(node.value, tuple) else (node.value,), today=today)


def bound_span(span: DateSpan, *, today: date) -> DateRange:
    """Return the range of a DateSpan."""
    return _bound(span.kind, [getattr(span, part) for part in SPAN_PARTS[span.kind]], today=today)


def _bound(how: str, values: Sequence[Any], *, today: date) -> DateRange:  # noqa: C901 - one line a comparison
    match how, *values:
        case "=", day:
            return DateRange(_day(day), _day(day))
        case "<" | "before", day:
            return DateRange(last=shift_day(_day(day), -1))
        case "<=", day:
            return DateRange(last=_day(day))
        case ">", day:
            return DateRange(first=shift_day(_day(day), 1))
        case ">=" | "since", day:
            return DateRange(first=_day(day))
        case "between", first, last:
            return DateRange(_day(first), _day(last))
        case "last", days:
            return DateRange(shift_day(today, -days), today)
        case "next", days:
            return DateRange(today, shift_day(today, days))
        case "ago", days:
            return DateRange(last=shift_day(today, -days - 1))
        case "ahead", days:
            return DateRange(first=shift_day(today, days + 1))
        case "month", _none:
            return DateRange(today.replace(day=1), today.replace(day=calendar.monthrange(today.year, today.month)[1]))
        case ("ever",):
            return DateRange()
    raise ValueError(how)


def anniversary_days(days: int, *, today: date) -> list[str]:
    """Return day and month ("MM-DD") of the days around today; 28 February includes 29 February in common years."""
    found = {shift_day(today, offset) for offset in range(-days, days + 1)}
    near = {f"{day:%m-%d}" for day in found}
    if any((day.month, day.day) == (2, 28) and not calendar.isleap(day.year) for day in found):
        near.add("02-29")
    return sorted(near)


def start_of_day(day: date) -> datetime:
    """Return the time at which a day begins in the time zone of the installation."""
    return timezone.make_aware(datetime.combine(day, time.min))


def range_lookups(bounds: DateRange, *, name: str) -> dict[str, datetime]:
    """Return a range as lookups on the datetime column `name`, without a function around it: an index applies."""
    found = {}
    if bounds.first is not None:
        found[f"{name}__gte"] = start_of_day(bounds.first)
    if bounds.last is not None:
        found[f"{name}__lt"] = start_of_day(shift_day(bounds.last, 1))
    return found


def shift_day(day: date, days: int) -> date:
    """Return the day shifted by a number of days, clamped to the ends of the calendar."""
    least, most = date.min.toordinal() + 2, date.max.toordinal() - 2
    return date.fromordinal(min(max(day.toordinal() + days, least), most))


def _day(text: str) -> date:
    return date.fromisoformat(text)
