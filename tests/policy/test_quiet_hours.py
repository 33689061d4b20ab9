"""Open hours and their next opening, by the wall clock of the standard library in many zones and at every change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esmero.house.jurisdictions import all_profiles
from esmero.policy.quiet_hours import OpenHours, daily, next_opening

MINUTE = timedelta(minutes=1)
HOURS = [hours for profile in all_profiles().values() for hours in profile.hours.values()]
ZONES = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("posix", "right")))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
hours_of_a_day = st.lists(st.integers(0, 24 * 4 - 1), min_size=2, max_size=6, unique=True).map(
    lambda quarters: tuple(
        (time(begin // 4, begin % 4 * 15), time(end // 4, end % 4 * 15))
        for begin, end in zip(sorted(quarters)[::2], sorted(quarters)[1::2], strict=False)
    )
)
any_hours = (
    st.lists(st.just(()) | hours_of_a_day, min_size=7, max_size=7).filter(any).map(lambda week: OpenHours(tuple(week)))
)


def is_open(hours, zone, at):
    """The wall clock alone: no arithmetic over a change of the clock."""
    local = at.astimezone(zone)
    minutes = local.hour * 60 + local.minute
    return not hours.holidays.includes(local.date()) and any(
        begin.hour * 60 + begin.minute <= minutes < end.hour * 60 + end.minute
        for begin, end in hours.week[local.weekday()]
    )


def check(hours, zone, at):
    opening = next_opening(hours, zone=zone, at=at)
    if opening is None:
        assert is_open(hours, zone, at)
        return
    assert not is_open(hours, zone, at)
    assert opening > at
    assert is_open(hours, zone, opening)
    step = at
    while step < opening:  # nothing between the two was open
        assert not is_open(hours, zone, step), step
        step = min(step + 15 * MINUTE, opening)


@given(st.sampled_from(HOURS), st.sampled_from(ZONES).map(ZoneInfo), moments)
def test_the_next_opening_is_the_first_open_minute_in_every_zone(hours, zone, at):
    check(hours, zone, at.replace(second=0, microsecond=0))


CHANGES = {
    "Europe/Madrid": (utc := [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]),
    "Europe/Lisbon": utc,
    "Atlantic/Azores": utc,
    "America/Santiago": [datetime(2026, 4, 5, 3, tzinfo=UTC), datetime(2026, 9, 6, 4, tzinfo=UTC)],
    "Australia/Lord_Howe": [datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)],
    "Africa/Cairo": [datetime(2026, 4, 23, 22, tzinfo=UTC), datetime(2026, 10, 29, 21, tzinfo=UTC)],
}


@given(st.sampled_from(HOURS), st.sampled_from(sorted(CHANGES)), st.integers(0, 1), st.integers(-48 * 60, 12 * 60))
def test_and_around_each_change_of_the_clock(hours, name, which, minutes):
    check(hours, ZoneInfo(name), CHANGES[name][which] + minutes * MINUTE)


@given(any_hours, st.sampled_from(sorted(CHANGES)), st.integers(0, 1), st.integers(-48 * 60, 12 * 60))
@example(daily(time(2, 30), time(4)), "Europe/Madrid", 1, 0)  # half past two comes twice
def test_hours_that_change_in_the_night_open_where_the_clock_shows_them(hours, name, which, minutes):
    at = CHANGES[name][which] + minutes * MINUTE
    opening = next_opening(hours, zone=ZoneInfo(name), at=at)
    if opening is None:
        assert is_open(hours, ZoneInfo(name), at)
    else:
        assert opening > at
        assert is_open(hours, ZoneInfo(name), opening)


# Dates of Easter Sunday as published (US Census Bureau's table).
@pytest.mark.parametrize(
    "week",
    [
        ((),) * 7,
        (((time(8), time(20)),),) * 6,
        (((time(20), time(8)),),) * 7,
        (((time(14), time(20)), (time(10), time(13))),) * 7,
    ],
    ids=["never open", "six days", "over midnight", "out of order"],
)
def test_hours_that_make_no_week_are_an_error(week):
    with pytest.raises(ValueError, match=r"hours of a week|spans of a day"):
        OpenHours(week)


def test_hours_that_a_calendar_closes_for_ever_are_an_error():
    class Closed:
        def includes(self, day):
            return True

    hours = OpenHours((((time(8), time(20)),),) * 7, holidays=Closed())
    with pytest.raises(ValueError, match="never open"):
        next_opening(hours, zone=ZoneInfo("Europe/Madrid"), at=datetime(2026, 1, 1, tzinfo=UTC))
