"""Compute the last day of a legal deadline: calendar days, working days or months.

The day of the event is not counted. A month ends on the day of the same number, or on the last day of a shorter month
(Regulation (EEC, Euratom) No 1182/71 art. 3(1) and (2)(c)).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from typing import Literal

from esmero.house.profiles.citations import Citation
from esmero.house.profiles.holiday_calendars import CountryHolidays, iterate_working_days

type ClockName = Literal["complaint", "data-request", "data-request-extension", "withdrawal-refund"]


class ClockUnit(StrEnum):
    """Define the unit of a legal deadline."""

    CALENDAR_DAYS = "calendar days"
    WORKING_DAYS = "working days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalClock:
    """Define a legal deadline: so many units after the event."""

    name: ClockName
    number: int
    unit: ClockUnit
    citation: Citation

    def last_day(self, event: date, *, holidays: CountryHolidays | None) -> date:
        """Return the last day in time after an event; without a calendar every weekday is a working day."""
        if self.unit is ClockUnit.WORKING_DAYS:
            return next(islice(iterate_working_days(event, holidays=holidays), self.number - 1, None))
        if self.unit is ClockUnit.CALENDAR_DAYS:
            return event + timedelta(days=self.number)
        years, month = divmod(event.month - 1 + self.number, 12)
        year, month = event.year + years, month + 1
        return date(year, month, min(event.day, monthrange(year, month)[1]))
