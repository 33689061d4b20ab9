"""What the sender decides by its clocks. They are handed in and stand still; nothing here sleeps."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Count
from django.utils import timezone

from esmero.mailroom.sending import sender
from esmero.mailroom.sending.batches import VERDICT_AGE, is_stale
from esmero.mailroom.sending.sender import RELAY_PAUSES, SAFETY, may_hand_over, pause_after
from esmero.outbox.claims import LEASE, WIRE_SIZE
from esmero.outbox.models import Dispatch, Message, Relay, RelayRate
from tests.house_facts import add_people, build_house, open_dispatch
from tests.mailroom.sending.clocks import Bench, accept, refuse_connection, withdraw_all

TWO = 2 * WIRE_SIZE  # so many people make two sub-batches of one batch
database = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bench(monkeypatch):
    return Bench(monkeypatch)


def fill(number, **relay):
    house = build_house(**relay)
    return open_dispatch(house, add_people(house, number))


def states(dispatch):
    return Counter(Message.objects.filter(dispatch=dispatch).values_list("state", flat=True))


def test_nothing_is_handed_over_in_the_last_seconds_of_a_lease():
    assert may_hand_over(70.0, lease_ends=100.0, paused_until=0.0)
    assert not may_hand_over(70.1, lease_ends=100.0, paused_until=0.0)
    assert not may_hand_over(70.0, lease_ends=100.0, paused_until=70.1)


@database
def test_a_sender_stops_before_its_lease_ends_and_frees_the_rest(bench):
    dispatch = fill(TWO)

    async def outlast_the_lease(_):
        bench.clocks.advance(LEASE.total_seconds() - SAFETY + 1)
        bench.stop.set()  # the loop may not renew it meanwhile

    bench.transport.during = outlast_the_lease
    bench.run()
    assert states(dispatch) == {"sent": WIRE_SIZE, "planned": WIRE_SIZE}
    assert not Message.objects.exclude(claimed_by="").exists()


@database
def test_a_lease_is_renewed_every_minute_for_all_that_the_sender_holds(bench, monkeypatch):
    monkeypatch.setattr(sender, "IDLE", 0)  # the loop goes round while a delivery is under way
    fill(TWO)
    held = {}

    async def outlast_a_minute(delivery):
        if delivery == 1:
            before = bench.sender._lease_ends
            bench.clocks.advance(sender.RENEW_EVERY + 1)
            await bench.until(lambda: bench.sender._lease_ends != before)
            held.update(await bench.in_thread(claims))

    def claims():
        return dict(Message.objects.values_list("claimed_until").annotate(number=Count("pk")))

    bench.transport.during = outlast_a_minute
    bench.run()
    assert held == {bench.clocks.at + LEASE: TWO}


def test_a_verdict_older_than_a_minute_is_stale():
    at = timezone.now()
    assert not is_stale(at, now=at + VERDICT_AGE)
    assert is_stale(at, now=at + VERDICT_AGE + timedelta(microseconds=1))


@database
def test_a_verdict_older_than_a_minute_is_asked_again_before_hand_over(bench):
    dispatch = fill(TWO)

    async def withdraw(delivery):
        if delivery == 1:
            await bench.in_thread(lambda: withdraw_all(bench.clocks.at))
            bench.clocks.advance(VERDICT_AGE.total_seconds() + 1)

    bench.transport.during = withdraw
    bench.run()
    assert states(dispatch) == {"sent": WIRE_SIZE, "refused": WIRE_SIZE}
    assert set(Message.objects.filter(state="refused").values_list("verdict", flat=True)) == {"G04"}


@database
def test_a_verdict_of_this_minute_is_not_asked_again(bench):
    dispatch = fill(TWO)

    async def withdraw(delivery):
        if delivery == 1:
            await bench.in_thread(lambda: withdraw_all(bench.clocks.at))
            bench.clocks.advance(VERDICT_AGE.total_seconds())

    bench.transport.during = withdraw
    bench.run()
    assert states(dispatch) == {"sent": TWO}


@database
def test_a_dispatch_that_is_paused_stops_in_the_middle_of_a_batch(bench, monkeypatch):
    monkeypatch.setattr(sender, "IDLE", 0)
    dispatch = fill(TWO)

    async def pause(delivery):
        if delivery == 1:
            await bench.in_thread(lambda: Dispatch.objects.update(state="paused"))
            bench.clocks.advance(sender.RELOAD_EVERY)
            await bench.until(lambda: not bench.sender._open_dispatches)

    bench.transport.during = pause
    bench.run()
    assert states(dispatch) == {"sent": WIRE_SIZE, "planned": WIRE_SIZE}
    assert not Message.objects.exclude(claimed_by="").exists()


def test_a_relay_rests_longer_with_each_trouble():
    assert [pause_after(troubles) for troubles in range(7)] == [*RELAY_PAUSES, RELAY_PAUSES[-1], RELAY_PAUSES[-1]]
    assert list(RELAY_PAUSES) == sorted(set(RELAY_PAUSES))


@database
def test_after_its_trouble_a_relay_rests_and_what_it_would_have_got_is_freed(bench):
    dispatch = fill(TWO)
    bench.transport.answer = refuse_connection
    bench.run()
    assert len(bench.transport.deliveries) == 1
    assert states(dispatch) == {"waiting": WIRE_SIZE, "planned": WIRE_SIZE}
    assert Relay.objects.get().trouble.startswith("connect:")


@database
def test_when_its_rest_is_over_a_relay_is_tried_again(bench):
    dispatch = fill(TWO)
    bench.transport.answer = refuse_connection

    async def mend(delivery):
        if delivery == 2:
            bench.transport.answer = accept
            bench.stop.set()

    began = bench.clocks.seconds
    bench.transport.during = mend
    bench.run(until_idle=False)
    assert states(dispatch) == {"waiting": WIRE_SIZE, "sent": WIRE_SIZE}
    assert RELAY_PAUSES[0] <= bench.clocks.seconds - began <= RELAY_PAUSES[0] + sender.IDLE
    assert Relay.objects.get().trouble == ""


@database
def test_single_messages_that_are_posted_after_a_small_batch_go_together(bench):
    dispatch = fill(3)
    messages = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    Message.objects.filter(pk__in=messages[1:]).update(due_at=bench.clocks.at + timedelta(hours=1))
    times = []

    async def post(delivery):
        times.append(bench.clocks.seconds)
        if delivery == 1:
            await bench.in_thread(lambda: Message.objects.filter(pk=messages[1]).update(due_at=bench.clocks.at))
            bench.sender._awake.set()
        else:
            bench.stop.set()

    bench.transport.during = post
    bench.run(until_idle=False)
    assert times[1] - times[0] == sender.GATHER
    assert states(dispatch) == {"sent": 2, "planned": 1}


@database
def test_no_more_leaves_at_once_than_the_rate_allows(bench, monkeypatch):
    dispatch = fill(TWO, per_second=20)
    sent = []

    async def pause(awake, seconds):  # for the first time: of the tokens of the first second one is left
        sent.append((bench.transport.sent, seconds))
        bench.stop.set()

    monkeypatch.setattr(sender, "_pause", pause)
    monkeypatch.setattr(sender, "IDLE", 60)
    bench.run(until_idle=False)
    assert sent == [(19, pytest.approx(0.15))]
    assert states(dispatch) == {"sent": 19, "planned": TWO - 19}


@database
def test_a_limited_relay_sends_all_at_its_rate_and_is_not_idle_meanwhile(bench):
    dispatch = fill(TWO, per_second=20)
    began = bench.clocks.seconds
    bench.run()
    assert states(dispatch) == {"sent": TWO}
    passed = bench.clocks.seconds - began
    assert passed == pytest.approx((TWO - 20) / 20, abs=0.5)


@database
def test_where_nothing_is_limited_no_rate_is_kept(bench):
    fill(3)
    bench.run()
    assert not RelayRate.objects.exists()


@database
def test_where_nothing_is_due_no_token_is_leased(bench):
    dispatch = fill(3, per_second=20)
    Message.objects.filter(dispatch=dispatch).update(due_at=bench.clocks.at + timedelta(hours=1))
    bench.run()
    assert not RelayRate.objects.exists()


@database
def test_tokens_of_messages_that_the_gate_refuses_are_given_back(bench):
    fill(TWO, per_second=20)
    withdraw_all(bench.clocks.at)
    bench.run()
    assert Message.objects.filter(state="refused").count() == TWO
    assert RelayRate.objects.get().full_at <= bench.clocks.at


@database
def test_tokens_that_were_leased_ahead_are_given_back_at_the_end(bench, monkeypatch):
    fill(TWO, per_second=20)

    async def pause(awake, seconds):
        bench.stop.set()

    monkeypatch.setattr(sender, "_pause", pause)
    bench.run(until_idle=False)
    assert RelayRate.objects.get().full_at == bench.clocks.at + timedelta(seconds=0.95)


@database
def test_a_dispatch_that_is_paused_while_its_tokens_come_leaves_them_to_others(bench, monkeypatch):
    dispatch = fill(TWO, per_second=20)

    async def pause(awake, seconds):
        await bench.in_thread(lambda: Dispatch.objects.update(state="paused"))
        bench.clocks.advance(sender.RELOAD_EVERY)

    monkeypatch.setattr(sender, "_pause", pause)
    bench.run()
    assert states(dispatch) == {"sent": 19, "planned": TWO - 19}
    assert RelayRate.objects.get().full_at < bench.clocks.at
