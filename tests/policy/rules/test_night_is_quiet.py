from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from esmero.house.jurisdictions import profile_of
from esmero.policy.gate import judge
from esmero.policy.quiet_hours import ResidenceFacts
from tests.policy.verbs import OFFERS, SPAIN, a_case, an_entry, lets_pass, objects

FRANCE = ResidenceFacts(ZoneInfo("Europe/Paris"), profile_of("FR").hours)
MEXICO = ResidenceFacts(ZoneInfo("America/Mexico_City"), profile_of("EU").hours)
NEW_YEAR = ResidenceFacts(ZoneInfo("Pacific/Auckland"), profile_of("EU").hours)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("residence", "at"),
    [
        (SPAIN, utc(2026, 11, 24, 7, 0)),  # 8:00
        (SPAIN, utc(2026, 11, 24, 19, 59, 59)),  # 20:59:59
        (SPAIN, utc(2026, 7, 24, 6, 0)),  # 8:00 in summer
        (SPAIN, utc(2026, 11, 29, 12, 0)),  # a Sunday: mail may come
        (MEXICO, utc(2026, 11, 24, 2, 0)),  # 20:00 of the day before
        (NEW_YEAR, utc(2026, 12, 31, 20, 0)),  # 9:00 of the next year
    ],
)
def test_by_day_advertising_goes(residence, at):
    lets_pass(a_case(at=at, residence=residence))


@pytest.mark.parametrize(
    ("residence", "at", "until"),
    [
        (SPAIN, utc(2026, 11, 24, 20, 0), utc(2026, 11, 25, 7, 0)),
        (SPAIN, utc(2026, 11, 24, 6, 59, 59), utc(2026, 11, 24, 7, 0)),
        (SPAIN, utc(2026, 10, 24, 19, 0), utc(2026, 10, 25, 7, 0)),  # clocks go back this night: ten hours are eleven
        (SPAIN, utc(2026, 3, 28, 20, 0), utc(2026, 3, 29, 6, 0)),  # and forward
        (MEXICO, utc(2026, 11, 24, 10, 0), utc(2026, 11, 24, 14, 0)),
        (NEW_YEAR, utc(2026, 12, 31, 12, 0), utc(2026, 12, 31, 19, 0)),
    ],
)
def test_at_night_it_waits_for_the_morning_where_the_recipient_lives(residence, at, until):
    objection = objects(a_case(at=at, residence=residence), "G13")
    assert (objection.until, objection.facts) == (until, {"zone": residence.zone.key})
    lets_pass(a_case(at=objection.until, residence=residence))


@pytest.mark.parametrize("message_class", ["service", "relational", "auto-reply"])
def test_what_is_no_advertising_goes_at_any_hour(message_class):
    lets_pass(a_case(at=utc(2026, 11, 24, 2, 0), message_class=message_class))


def test_a_contract_confirmation_goes_at_night_without_its_advertisement():
    verdict = judge(a_case(at=utc(2026, 11, 24, 2, 0), message_class="service", promotion=OFFERS))
    assert (verdict.outcome, verdict.until, verdict.codes()) == ("go_without_promotion", None, "G13:slot")


@pytest.mark.parametrize(
    ("residence", "at", "until"),
    [
        (FRANCE, utc(2026, 11, 24, 12, 30), utc(2026, 11, 24, 13, 0)),  # 13:30: the hour of lunch
        (FRANCE, utc(2026, 11, 27, 19, 0), utc(2026, 11, 30, 9, 0)),  # Friday, 20:00: until Monday, 10:00
        (FRANCE, utc(2027, 5, 6, 12, 15), utc(2027, 5, 7, 8, 0)),  # Ascension
        (FRANCE, utc(2027, 7, 14, 10, 0), utc(2027, 7, 15, 8, 0)),  # 14 July
        (SPAIN, utc(2026, 11, 27, 20, 0), utc(2026, 11, 30, 8, 0)),
        (SPAIN, utc(2027, 3, 26, 10, 0), utc(2027, 3, 29, 7, 0)),  # Good Friday, then a weekend with summer time
        (SPAIN, utc(2026, 12, 8, 10, 0), utc(2026, 12, 9, 8, 0)),
    ],
)
def test_a_call_waits_for_the_hours_of_the_country(residence, at, until):
    case = a_case(at=at, channel="phone", residence=residence, statements=(an_entry(),))
    assert objects(case, "G13").until == until


@pytest.mark.parametrize("message_class", ["service", "relational"])
def test_no_call_wakes_anybody(message_class):
    assert objects(a_case(at=utc(2026, 11, 24, 2, 0), channel="phone", message_class=message_class), "G13").until


def test_letters_come_when_they_come():
    lets_pass(a_case(at=utc(2026, 11, 24, 2, 0), channel="post"))
