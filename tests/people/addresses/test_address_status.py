from datetime import UTC, datetime, timedelta

import pytest

from esmero.people.addresses.address_status import BounceReport, record_bounce, record_delivery
from esmero.people.models import Address, Suppression

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def come_back(meaning, *, day=0.0, hard=False, ours=False):
    at = START + timedelta(days=day)
    return record_bounce(
        "ana@uno.example", returned=BounceReport(meaning=meaning, hard=hard, ours=ours, at=at, evidence="return 1")
    )


@pytest.mark.parametrize("meaning", ["unknown-user", "unknown-host", "moved", "no-mail-host"])
def test_who_does_not_exist_is_silenced_at_once(meaning):
    assert come_back(meaning, hard=True) == "suppressed"
    row = Suppression.objects.get()
    assert (row.reason, row.scope, row.evidence) == (meaning, "all", "return 1")


def test_other_faults_need_two_of_the_same_meaning():
    assert come_back("undefined", hard=True) == "failing"
    assert come_back("disabled", day=1, hard=True) == "failing"
    assert come_back("undefined", day=2, hard=True) == "failing"
    assert come_back("undefined", day=3, hard=True) == "suppressed"


def test_an_arrival_in_between_forgives():
    come_back("undefined", hard=True)
    record_delivery("Ana@uno.example")
    assert Address.objects.get().standing == "ok"
    assert come_back("undefined", day=1, hard=True) == "failing"


def test_an_arrival_forgives_what_did_not_yet_count():
    for day in (0, 4, 8, 12):
        assert come_back("mailbox-full", day=day) == "ok"
    record_delivery("ana@uno.example")
    for day in (16, 20, 24, 28):
        assert come_back("mailbox-full", day=day) == "ok"
    assert come_back("mailbox-full", day=32) == "failing"


def test_temporary_returns_count_by_days():
    for hour in range(12):
        assert come_back("mailbox-full", day=hour / 24) == "ok"
    for day in (3, 6, 9):
        assert come_back("mailbox-full", day=day) == "ok"
    assert come_back("mailbox-full", day=10) == "ok"  # five days, but not yet two weeks
    assert come_back("mailbox-full", day=14) == "failing"
    assert Address.objects.get().temporary_days == 6


def test_a_long_silence_starts_the_count_anew():
    for day in (0, 5, 10):
        come_back("mailbox-full", day=day)
    assert come_back("mailbox-full", day=101) == "ok"
    assert Address.objects.get().temporary_days == 1


@pytest.mark.parametrize("meaning", ["policy", "reputation", "authentication", "content", "too-large"])
def test_our_fault_never_counts(meaning):
    for day in range(40):
        assert come_back(meaning, day=day, hard=True, ours=True) == "ok"
    assert not Suppression.objects.exists()


def test_what_is_silenced_is_not_revived_by_an_arrival():
    come_back("unknown-user", hard=True)
    record_delivery("ana@uno.example")
    assert Address.objects.get().standing == "suppressed"
