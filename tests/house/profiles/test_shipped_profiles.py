"""The shipped files give the values and verdicts that stood in code before (recorded), and sources for each of them."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from esmero.house.jurisdictions import is_ordinary_rate, legal_clock, load_profiles, profile_of, valid_bases
from esmero.house.profiles.holiday_calendars import CountryHolidays
from esmero.house.profiles.profile import find_tax_rate
from esmero.refusal import InvalidValue

BEFORE = json.loads(Path(__file__).with_name("before.json").read_text("utf-8"))
CODES = sorted(BEFORE["profiles"])
HALF_HOUR = timedelta(minutes=30)


def half_hours(hours, zone, years):
    """A digit for each half hour: 1 where it is open."""
    at, end, found = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025 + years, 1, 1, tzinfo=UTC), []
    while at < end:
        found.append("1" if hours.include(at.astimezone(zone)) else "0")
        at += HALF_HOUR
    return "".join(found)


def test_there_are_no_others():
    assert sorted(load_profiles().profiles) == CODES


@pytest.mark.parametrize("code", CODES)
def test_the_values_are_those_of_before(code):
    before, now = BEFORE["profiles"][code], profile_of(code)
    window = now.window
    assert now.name == before["name"]
    assert sorted(now.countries) == before["countries"]
    assert (now.calling_code, now.time_zone, now.authority) == (
        before["calling_code"],
        before["time_zone"],
        before["authority"],
    )
    assert {f"{c} {m}": sorted(bases) for (c, m), bases in now.bases.items()} == before["bases"]
    assert list(now.premium_prefixes) == before["premium_prefixes"]
    assert [phone for phone in BEFORE["phones"] if is_ordinary_rate(phone, code=code)] == before["ordinary"]
    terms = {rule: [one.days, one.action, one.norm, one.maximum, one.source] for rule, one in now.terms.items()}
    assert terms == before["terms"]
    assert list(terms) == list(before["terms"])  # pages and reference show them in this order
    millimetres = [window.left, window.top, window.width, window.height, window.head, window.inset, window.body]
    assert millimetres == before["window"]


@pytest.mark.parametrize("code", CODES)
def test_the_hours_are_those_of_before_in_every_half_hour_of_seven_years(code):
    now = profile_of(code)
    zone = ZoneInfo(now.time_zone or "Europe/Brussels")
    assert {f"{c} {m}" for c, m in now.hours} == set(BEFORE["profiles"][code]["hours"])
    for (channel, messages), hours in now.hours.items():
        digits = half_hours(hours, zone, 7)
        told = {"sha256": hashlib.sha256(digits.encode()).hexdigest(), "open": digits.count("1")}
        assert told == BEFORE["profiles"][code]["hours"][f"{channel} {messages}"]


@pytest.mark.parametrize("code", CODES)
def test_a_value_that_is_left_out_is_never_looser_than_that_of_a_shipped_profile(code):
    strictest, other = load_profiles().strictest, profile_of(code)
    for (channel, messages), bases in other.bases.items():
        assert strictest.bases[channel, messages] <= bases
        assert valid_bases("XX", channel=channel, commercial=messages == "commercial") <= bases
    for kind, hours in other.hours.items():
        mine = half_hours(strictest.hours[kind], ZoneInfo("Europe/Madrid"), 1)
        national = half_hours(hours, ZoneInfo("Europe/Madrid"), 1)
        if kind in other.closed_on_holidays:  # of a country without a file no holidays are known
            national = "".join(
                "1" if there == "1" or (own == "1" and is_holiday(other, number)) else "0"
                for number, (own, there) in enumerate(zip(mine, national, strict=True))
            )
        assert all(there == "1" for own, there in zip(mine, national, strict=True) if own == "1"), kind
    for rule, term in other.terms.items():
        assert strictest.terms[rule].days <= term.days
        assert strictest.terms[rule].longest <= term.longest
    for name, clock in other.clocks.items():
        assert strictest.clocks[name].last_day(date(2026, 12, 4), holidays=None) <= clock.last_day(
            date(2026, 12, 4), holidays=other.holidays
        )
    for sold, period in other.withdrawal.items():
        assert strictest.withdrawal[sold].days >= period.days


def is_holiday(profile, number):
    local = (datetime(2025, 1, 1, tzinfo=UTC) + number * HALF_HOUR).astimezone(ZoneInfo("Europe/Madrid"))
    return profile.holidays.includes(local.date())


@pytest.mark.parametrize("code", CODES)
def test_each_value_has_a_source_and_a_day(code):
    profile = profile_of(code)
    places = [f"bases {c} {m}" for c, m in profile.bases] + [f"hours {c} {m}" for c, m in profile.hours]
    places += [f"terms {rule}" for rule in profile.terms] + ["paper", "premium_numbers"]
    places += ["holidays"] if profile.holidays else []
    places += ["authority"] if profile.authority else []
    cited = [profile.citations[place] for place in places]
    cited += [one.citation for one in (*profile.tax_rates, *profile.clocks.values(), *profile.withdrawal.values())]
    assert all(one.source and one.as_of.year >= 2026 for one in cited)


@pytest.mark.parametrize("code", ["ES", "FR"])
def test_rates_of_a_kind_follow_each_other_without_a_gap(code):
    by_kind = {}
    for rate in profile_of(code).tax_rates:
        by_kind.setdefault((rate.kind, rate.region), []).append(rate)
    for rates in by_kind.values():
        rates.sort(key=lambda one: one.begins)
        assert rates[-1].ends is None
        for one, following in pairwise(rates):
            assert one.ends + timedelta(days=1) == following.begins


# Agencia Tributaria and Direction générale des Finances publiques, tables of rates.
@pytest.mark.parametrize(
    ("code", "kind", "on", "percent"),
    [
        ("ES", "standard", date(2008, 5, 1), "16"),
        ("ES", "standard", date(2010, 6, 30), "16"),
        ("ES", "standard", date(2010, 7, 1), "18"),
        ("ES", "standard", date(2012, 8, 31), "18"),
        ("ES", "standard", date(2012, 9, 1), "21"),
        ("ES", "reduced", date(2026, 1, 1), "10"),
        ("ES", "super-reduced", date(2026, 1, 1), "4"),
        ("FR", "standard", date(2013, 12, 31), "19.6"),
        ("FR", "standard", date(2014, 1, 1), "20"),
        ("FR", "reduced", date(2026, 1, 1), "5.5"),
    ],
)
def test_the_rate_is_that_of_the_day(code, kind, on, percent):
    assert find_tax_rate(profile_of(code), kind=kind, on=on).percent == Decimal(percent)


def test_no_rate_is_guessed():
    for code, kind, on in [
        ("ES", "standard", date(1990, 1, 1)),
        ("ES", "intermediate", date(2026, 1, 1)),
        ("EU", "standard", date(2026, 1, 1)),
    ]:
        with pytest.raises(InvalidValue) as refusal:
            find_tax_rate(profile_of(code), kind=kind, on=on)
        assert refusal.value.code == "tax-rate-unknown"


# The first is of lessons.md A4; the others by Regulation (EEC, Euratom) No 1182/71 and a calendar on the wall.
@pytest.mark.parametrize(
    ("code", "name", "region", "event", "last"),
    [
        ("ES", "complaint", "MD", date(2026, 12, 4), date(2026, 12, 30)),
        ("ES", "complaint", "", date(2026, 12, 4), date(2026, 12, 29)),  # 7 December is a holiday of regions only
        ("FR", "complaint", "", date(2026, 4, 30), date(2026, 5, 27)),  # no French number is known: the strictest one
        ("ES", "data-request", "", date(2026, 1, 31), date(2026, 2, 28)),
        ("ES", "data-request", "", date(2027, 12, 15), date(2028, 1, 15)),
        ("FR", "data-request-extension", "", date(2027, 11, 30), date(2028, 2, 29)),
        ("FR", "withdrawal-refund", "", date(2026, 12, 24), date(2027, 1, 7)),
    ],
)
def test_legal_clocks_end_on_their_day(code, name, region, event, last):
    holidays = profile_of(code).holidays
    if region:
        holidays = holidays.in_region(region)
    assert legal_clock(code, name=name).last_day(event, holidays=holidays) == last


def test_a_region_that_is_none_is_refused():
    with pytest.raises(InvalidValue):
        CountryHolidays("ES").in_region("XX")


# Of a country without a list of premium numbers: kinds by the numbering plans of `phonenumbers`.
@pytest.mark.parametrize(
    ("phone", "ordinary"),
    [
        ("+351 21 123 45 67", True),
        ("00351912345678", True),
        ("+351 800 123 456", True),
        ("+351 760 123 456", False),
        ("+49 900 1234567", False),
        ("21 123 45 67", False),  # of which country?
        ("", False),
        ("call us", False),
    ],
)
def test_without_a_list_only_numbers_that_are_known_to_be_ordinary_pass(phone, ordinary):
    assert is_ordinary_rate(phone, code="XX") is ordinary
