"""Compute when a message may reach a person: hours of the week and public holidays, in the person's time zone.

The hours of each jurisdiction are data (house/profiles/).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import ClassVar, Literal, Protocol
from zoneinfo import ZoneInfo

from esmero.policy.case import Channel

type HoursKind = Literal["commercial", "other"]
type Span = tuple[time, time]

# No calendar closes so many days in a row.
_FARTHEST = timedelta(days=30)


class HolidayCalendar(Protocol):
    """Tell which days are public holidays; the calendars of countries are values of the jurisdiction profiles."""

    def includes(self, day: date) -> bool:
        """Return whether a day is a public holiday."""


@dataclass(frozen=True, slots=True)
class NoHolidays:
    """Hold no holidays."""

    def includes(self, day: date) -> bool:  # noqa: ARG002 - as every calendar
        """Return False."""
        return False


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Hold the hours in which messages may arrive: the spans of each weekday, Monday first, and days off.

    A span includes its begin and excludes its end; no span reaches over midnight.

    Raises:
        ValueError: there are not seven days, none of them is open, or the spans of a day are not in order.

    """

    week: tuple[tuple[Span, ...], ...]
    holidays: HolidayCalendar = NoHolidays()

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
