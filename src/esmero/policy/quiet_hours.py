"""Compute when a message may reach a person: hours of the week and public holidays, in the person's time zone.

The hours of each jurisdiction are data (house/jurisdictions.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from esmero.policy.case import Channel

type HoursKind = Literal["commercial", "other"]
type Span = tuple[time, time]

# No calendar closes so many days in a row.
_FARTHEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """Hold public holidays: fixed dates as (month, day), and movable ones as days from Easter Sunday."""

    fixed: frozenset[tuple[int, int]] = frozenset()
    from_easter: frozenset[int] = frozenset()

    def includes(self, day: date) -> bool:
        """Return whether a day is a public holiday."""
        if (day.month, day.day) in self.fixed:
            return True
        return bool(self.from_easter) and (day - easter_sunday(day.year)).days in self.from_easter


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Hold the hours in which messages may arrive: the spans of each weekday, Monday first, and days off.

    A span includes its begin and excludes its end; no span reaches over midnight.

    Raises:
        ValueError: there are not seven days, none of them is open, or the spans of a day are not in order.

    """

    week: tuple[tuple[Span, ...], ...]
    holidays: HolidayCalendar = HolidayCalendar()

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            msg = f"The hours of a week have seven days, some of them open; these are {self.week}."
            raise ValueError(msg)
        times = [[clock for span in spans for clock in span] for spans in self.week]
        if any(of_day != sorted(set(of_day)) for of_day in times):
            msg = f"The spans of a day stand in their order and do not touch; these are {self.week}."
            raise ValueError(msg)

    def include(self, local: datetime) -> bool:
        """Return whether a local time lies within the hours."""
        spans = self.week[local.weekday()]
        clock = local.time()
        return any(begin <= clock < end for begin, end in spans) and not self.holidays.includes(local.date())


def daily(begin: time, end: time) -> OpenHours:
    """Return the same hours on every day of the week."""
    day = ((begin, end),)
    return OpenHours((day,) * 7)


@dataclass(frozen=True, slots=True, eq=False)
class ResidenceFacts:
    """Hold the time zone of a person and the open hours of their jurisdiction, by (channel, kind); absent: always open.

    One object for all persons of a country, compared by identity, so that the hours are computed once for all of them.
    """

    is_shared: ClassVar[bool] = True

    zone: ZoneInfo
    hours: Mapping[tuple[Channel, HoursKind], OpenHours]


@lru_cache(maxsize=4096)
def quiet_until(residence: ResidenceFacts, *, at: datetime, channel: Channel, kind: HoursKind) -> datetime | None:
    """Return the next time at which a message may reach a person; None if it may now."""
    hours = residence.hours.get((channel, kind))
    return None if hours is None else next_opening(hours, zone=residence.zone, at=at)


def next_opening(hours: OpenHours, *, zone: ZoneInfo, at: datetime) -> datetime | None:
    """Return the first time after `at`, in UTC, that lies within the hours of a time zone; None if `at` itself does.

    Correct over changes of the clock: of two equal local times the first one opens, and a begin that clocks skip opens
    as late after the change as it would have been before it.
    """
    local = at.astimezone(zone)
    if hours.include(local):
        return None
    day = local.date()
    while day <= local.date() + _FARTHEST:
        for begin, _ in hours.week[day.weekday()]:
            for fold in (0, 1):
                opening = datetime.combine(day, begin.replace(fold=fold), tzinfo=zone).astimezone(UTC)
                if opening > at and hours.include(opening.astimezone(zone)):
                    return opening
        day += timedelta(days=1)
    msg = f"These hours never open: {hours}."
    raise ValueError(msg)


@lru_cache(maxsize=64)
def easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature 13 (1876), p. 487)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - correction + 15) % 30
    leap_years, years = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * leap_years - epact - years) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
