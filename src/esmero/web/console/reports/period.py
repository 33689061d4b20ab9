"""Read a report's brand and period from its URL, so that a report can be shared by link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.house.models import Brand
from esmero.web.console.page_frame import take_brand
from esmero.web.parts.components.times import TIME_FORMATS

SPANS: Mapping[int, str | Promise] = {
    7: _("7 days"),
    30: _("30 days"),
    90: _("90 days"),
    365: _("a year"),
}
DEFAULT_DAYS = 30
BY_WEEK = 120  # days; longer periods are drawn by week


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodStep:
    """Hold one point of a chart: a day, or a week that ends with the period."""

    label: str
    head: str
    days: Sequence[date]

    def add(self, numbers: Mapping[date, int]) -> int:
        """Return the sum over its days."""
        return sum(numbers.get(day, 0) for day in self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPeriod:
    """Hold the brand and the days from `begin` to `end` (today), both inclusive; UTC, as daily aggregates."""

    brand: Brand
    days: int
    begin: date
    end: date

    @property
    def steps(self) -> list[PeriodStep]:
        """Return the points of a chart over this period."""
        size = 7 if self.days > BY_WEEK else 1
        every = [self.begin + timedelta(days=number) for number in range(self.days)]
        chunks = [every[max(end - size, 0) : end] for end in range(len(every), 0, -size)][::-1]
        return [_step(chunk) for chunk in chunks]


def read_period(request: HttpRequest) -> ReportPeriod:
    """Read brand and period from the URL; default to the current brand and 30 days.

    Raises NoBrand if there is none.
    """
    brand = Brand.objects.filter(slug=request.GET.get("brand", "")).first() or take_brand(request)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, SPANS) else DEFAULT_DAYS
    today = timezone.now().astimezone(UTC).date()
    return ReportPeriod(brand=brand, days=days, begin=today - timedelta(days=days - 1), end=today)


def _step(days: Sequence[date]) -> PeriodStep:
    short = str(TIME_FORMATS["short"])
    first, last = date_format(days[0], short), date_format(days[-1], short)
    return PeriodStep(
        label=date_format(days[0], str(TIME_FORMATS["day and month"])),
        head=first if len(days) == 1 else f"{first} – {last}",
        days=days,
    )
