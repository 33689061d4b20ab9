"""Provide the public holidays of countries and their regions, by the library `holidays` (MIT).

Regions have the codes of ISO 3166-2 without the country: MD is Madrid, 20 the Azores.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from esmero.refusal import InvalidValue


@dataclass(frozen=True, slots=True)
class CountryHolidays:
    """Hold the public holidays of a country, and of a region of it ("": only those of the whole country)."""

    country: str
    region: str = ""

    def includes(self, day: date) -> bool:
        """Return whether a day is a public holiday."""
        return day in _list_holidays(self.country, self.region, day.year)

    def in_region(self, region: str) -> "CountryHolidays":
        """Return the holidays of the country and one of its regions; InvalidValue for an unknown one."""
        if region and region not in list_regions(self.country):
            raise InvalidValue("holiday-region-unknown", country=self.country, region=region)
        return CountryHolidays(self.country, region)


@dataclass(frozen=True, slots=True)
class HolidaysOfCountries:
    """Hold the public holidays of several countries, for a profile that names no calendar; unknown ones have none."""

    countries: tuple[str, ...]

    def includes(self, day: date) -> bool:
        """Return whether a day is a public holiday in one of the countries."""
        return any(CountryHolidays(country).includes(day) for country in self.list_known())

    def list_known(self) -> list[str]:
        """Return the countries whose holidays the library knows."""
        return [country for country in self.countries if is_known_country(country)]


def is_known_country(country: str) -> bool:
    """Return whether the library knows the holidays of a country."""
    # Half a second to import: only processes that count days pay it.
    from holidays.utils import list_supported_countries

    return country in list_supported_countries()


def list_regions(country: str) -> list[str]:
    """Return the codes of the regions of a country that have holidays of their own."""
    from holidays.utils import list_supported_countries

    return sorted(list_supported_countries().get(country, []))


def iterate_working_days(after: date, *, holidays: CountryHolidays | None) -> Iterator[date]:
    """Yield the days after a day that are neither Saturday, Sunday nor a holiday."""
    day = after
    while True:
        day += timedelta(days=1)
        if day.weekday() < 5 and not (holidays and holidays.includes(day)):
            yield day


@lru_cache(maxsize=256)
def _list_holidays(country: str, region: str, year: int) -> frozenset[date]:
    from holidays.utils import country_holidays

    return frozenset(country_holidays(country, subdiv=region or None, years=year))
