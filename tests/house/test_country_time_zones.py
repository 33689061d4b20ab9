"""Each country with one time on all its clocks, compared with the database from which the table was made."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest

from esmero.house.country_time_zones import COUNTRY_TIME_ZONES
from esmero.house.jurisdictions import all_profiles

# Two years from the day for which the table was made, each day: changes of the clock included.
DAYS = [datetime(2026, 11, 1, 12, tzinfo=UTC) + timedelta(days=number) for number in range(730)]


def clocks(name):
    return tuple(day.astimezone(ZoneInfo(name)).utcoffset() for day in DAYS)


def test_every_country_with_one_time_is_in_the_table_and_no_other():
    tzdata = pytest.importorskip("tzdata")
    text = (resources.files(tzdata) / "zoneinfo" / "zone.tab").read_text("utf-8")
    zones = defaultdict(set)
    for line in text.splitlines():
        if not line.startswith("#"):
            country, _coordinates, name = line.split("\t")[:3]
            zones[country].add(name)
    one_time = {country for country, names in zones.items() if len({clocks(name) for name in names}) == 1}
    assert set(COUNTRY_TIME_ZONES) == one_time
    assert all(COUNTRY_TIME_ZONES[country] in zones[country] for country in one_time)


@pytest.mark.parametrize("profile", all_profiles().values(), ids=lambda profile: profile.code)
def test_a_profile_of_a_country_knows_its_time(profile):
    for country in profile.countries:
        assert ZoneInfo(profile.time_zone).key == COUNTRY_TIME_ZONES.get(country, profile.time_zone)
