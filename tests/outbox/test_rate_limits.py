"""Rates over all processes of a relay: no interleaving gets more than its tokens, and two processes share them."""

import heapq
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from esmero.outbox import rate_limits
from esmero.outbox.models import Relay, RelayRate
from esmero.outbox.rate_limits import AHEAD, LONG_AGO, Rate, give_back, lease_tokens, plan_lease

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
rates = st.sampled_from([1, 2, 3, 7, 20, 333, 1_000, 100_000]).map(Rate)
gaps = st.integers(0, 3_000_000).map(lambda number: number * MICROSECOND) | st.sampled_from([timedelta(0), MICROSECOND])
wants = st.integers(1, 500)


@given(rates, st.lists(st.tuples(gaps, wants, st.booleans()), min_size=1, max_size=60))
def test_no_window_has_more_tokens_than_rate_and_burst(rate, asked):
    """Any number of processes ask at any moments, also before what they leased is there."""
    at, full_at, usable = NOW, LONG_AGO, []
    for gap, wanted, waits in asked:
        at += gap
        lease = plan_lease(full_at, rate=rate, wanted=wanted, now=at)
        full_at = lease.full_at
        usable.append((at + lease.wait, lease.tokens))
        if waits:
            at += lease.wait
    usable.sort()
    for first, (since, _) in enumerate(usable):
        for (until, _), total in zip(usable[first:], accumulate(n for _, n in usable[first:]), strict=True):
            assert total <= rate.per_second * (until - since).total_seconds() + rate.burst + 1e-6


@given(rates, st.lists(gaps, min_size=1, max_size=60))
def test_nobody_waits_for_longer_than_those_before_take(rate, pauses):
    at, full_at = NOW, LONG_AGO
    turn = timedelta(microseconds=rate.cost(rate.slice))
    for pause in pauses:
        lease = plan_lease(full_at, rate=rate, wanted=500, now=at)
        full_at = lease.full_at
        assert lease.wait <= AHEAD * turn
        assert lease.tokens >= min(500, rate.slice) or full_at - at > (AHEAD - 1) * turn
        at += pause


jumps = st.just(timedelta(0)) | st.integers(-100, 100).map(lambda number: number * timedelta(minutes=10))


@given(rates, st.lists(st.tuples(gaps, jumps), min_size=1, max_size=40))
def test_a_clock_that_jumps_fills_the_bucket_once_and_never_stalls(rate, steps):
    """One process with a clock of its own, by which it waits, and a wall clock that is put now and then."""
    true, off, full_at = NOW, timedelta(0), LONG_AGO
    turn = timedelta(microseconds=rate.cost(rate.slice))
    total, forwards = 0, 0
    for gap, jump in steps:
        off += jump
        forwards += jump > timedelta(0)
        lease = plan_lease(full_at, rate=rate, wanted=500, now=true + off)
        full_at = lease.full_at
        assert lease.wait <= AHEAD * turn
        true += lease.wait + gap
        total += lease.tokens
    most = rate.per_second * (true - NOW).total_seconds() + rate.burst * (1 + forwards)
    assert total <= most + 1e-6


def test_a_clock_that_was_put_back_empties_the_bucket_and_tokens_come_at_the_rate():
    lease = plan_lease(NOW + timedelta(hours=1), rate=Rate(20), wanted=500, now=NOW)
    assert (lease.tokens, lease.wait) == (4, timedelta(seconds=0.2))
    assert lease.full_at == NOW + timedelta(seconds=1.2)


def test_who_waits_is_served_in_the_order_of_asking():
    full_at, waits = NOW + timedelta(seconds=1), []
    for _ in range(3):
        lease = plan_lease(full_at, rate=Rate(20), wanted=500, now=NOW)
        full_at = lease.full_at
        waits.append(lease.wait.total_seconds())
    assert waits == [0.2, 0.4, 0.6]


def test_more_processes_than_slices_ahead_are_told_to_come_again():
    full_at = NOW + timedelta(seconds=1 + 0.2 * AHEAD)
    lease = plan_lease(full_at, rate=Rate(20), wanted=500, now=NOW)
    assert (lease.tokens, lease.full_at, lease.wait) == (0, full_at, timedelta(seconds=0.2))


@pytest.fixture
def relay(db):
    return Relay.objects.create(name="salida", host="127.0.0.1", per_second=20)


def lease(relay, **facts):
    return lease_tokens(relay.pk, rate=Rate(20), **{"wanted": 500, "now": NOW, **facts})


def test_a_second_of_tokens_is_there_at_once_and_then_they_come_at_the_rate(relay):
    leases = [lease(relay) for _ in range(6)]
    assert [one.tokens for one in leases] == [10, 5, 4, 4, 4, 4]
    assert [one.wait.total_seconds() for one in leases] == [0, 0, 0, 0.15, 0.35, 0.55]


def test_what_is_given_back_can_be_leased_again(relay):
    for wanted in (10, 5, 4, 1):
        lease(relay, wanted=wanted)
    give_back(relay.pk, rate=Rate(20), unused=5)
    leases = [lease(relay), lease(relay, wanted=1), lease(relay, wanted=1)]
    assert [(one.tokens, one.wait.total_seconds()) for one in leases] == [(4, 0), (1, 0), (1, 0.05)]


def test_tokens_that_another_process_leased_between_are_not_leased_twice(relay, monkeypatch):
    for wanted in (10, 4, 2):
        lease(relay, wanted=wanted)  # one slice is left
    others = []

    def plan_while_another_is_faster(*args, **facts):
        if not others:
            others.append(None)
            others.append(lease(relay))
        return plan_lease(*args, **facts)

    monkeypatch.setattr(rate_limits, "plan_lease", plan_while_another_is_faster)
    ours = lease(relay)
    assert [one.wait.total_seconds() for one in (others[1], ours)] == [0, 0.2]
    assert RelayRate.objects.get().full_at == NOW + timedelta(seconds=1.2)


def test_without_a_clock_of_its_own_a_lease_reads_that_of_the_database(relay):
    lease_tokens(relay.pk, rate=Rate(20), wanted=500)
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        [there] = cursor.fetchone()
    at = there if isinstance(there, datetime) else datetime.fromisoformat(there).replace(tzinfo=UTC)
    assert abs(RelayRate.objects.get().full_at - at) < timedelta(minutes=1)


@pytest.mark.parametrize(("per_second", "seconds"), [(1, 300), (20, 120), (1_000, 60)])
@pytest.mark.parametrize("processes", [2, 4])
def test_processes_share_a_rate_and_keep_it_together(relay, per_second, seconds, processes):
    """Let each lease, use its tokens when they are there, and lease again.

    One at once, the next ones later and later.
    """
    rate = Rate(per_second)
    begin, end = NOW + timedelta(seconds=5), NOW + timedelta(seconds=5 + seconds)
    asks = [(NOW + number * timedelta(milliseconds=3), number) for number in range(processes)]
    used = [0] * processes
    while asks:
        at, number = heapq.heappop(asks)
        leased = lease_tokens(relay.pk, rate=rate, wanted=500, now=at)
        if begin <= at + leased.wait < end:
            used[number] += leased.tokens
        again = at + leased.wait + timedelta(milliseconds=2 + 10 * number)
        if again < end:
            heapq.heappush(asks, (again, number))
    total = per_second * seconds
    assert sum(used) == pytest.approx(total, rel=0.02)
    assert min(used) >= 0.3 * total * 2 / processes
