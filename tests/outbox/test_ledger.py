import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from esmero.outbox.ledger import (
    LEASE,
    LedgerAnswer,
    RetryPlan,
    claim_messages,
    close_finished,
    free,
    put_on_wire,
    record_answers,
    refuse,
    renew,
)
from esmero.outbox.models import Message, MessageEvent
from esmero.outbox.transports.parcels import Fate, Outcome
from tests.house_facts import add_people, build_house, open_dispatch

pytestmark = pytest.mark.postgres


def outcome(key, fate, code=250, text="ok"):
    return Outcome(key, fate, code, "", text, "body")


def states(dispatch):
    return Counter(Message.objects.filter(dispatch=dispatch).values_list("state", flat=True))


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_claim_the_same_message():
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 300))
    claimed: dict[str, list[int]] = {"a": [], "b": []}
    start = threading.Barrier(2)

    def work(name):
        start.wait()
        while rows := claim_messages(worker=name, dispatch_ids=[dispatch.pk], now=timezone.now(), most=20):
            claimed[name] += [row.id for row in rows]
        connection.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in claimed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not set(claimed["a"]) & set(claimed["b"])
    assert len(claimed["a"]) + len(claimed["b"]) == 300
    assert states(dispatch) == {"claimed": 300}


def test_the_database_forbids_a_second_message_of_a_dispatch_to_a_person(db):
    house = build_house()
    people = add_people(house, 1)
    dispatch = open_dispatch(house, people)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(dispatch=dispatch, person=people[0], opaque="another")


def test_a_late_worker_writes_nothing(db):
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 2))
    now = timezone.now()
    ids = [row.id for row in claim_messages(worker="late", dispatch_ids=[dispatch.pk], now=now)]
    assert put_on_wire(ids[:1], worker="late") == {ids[0]}
    Message.objects.filter(id__in=ids).update(claimed_by="other")  # the lease ran out and another took over
    assert put_on_wire(ids[1:], worker="late") == set()
    assert record_answers([LedgerAnswer(outcome(ids[0], Fate.ACCEPTED))], worker="late", at=now) == 0
    assert free(ids, worker="late") == 0
    assert states(dispatch) == {"wire": 1, "claimed": 1}


def test_every_answer_ends_in_its_state(db):
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 5))
    now = timezone.now()
    ids = [row.id for row in claim_messages(worker="w", dispatch_ids=[dispatch.pk], now=now)]
    put_on_wire(ids, worker="w")
    later = now + timedelta(minutes=5)
    answers = [
        LedgerAnswer(outcome(ids[0], Fate.ACCEPTED)),
        LedgerAnswer(outcome(ids[1], Fate.IN_DOUBT, 0)),
        LedgerAnswer(
            outcome(ids[2], Fate.REFUSED_TEMPORARILY, 451, "slow"),
            RetryPlan(later, counts=True),
            2,
            "deferred",
            {"code": 451},
        ),
        LedgerAnswer(
            outcome(ids[3], Fate.REFUSED_PERMANENTLY, 550, "no"),
            RetryPlan(None, counts=True),
            4,
            "refused",
            {"code": 550},
        ),
        LedgerAnswer(outcome(ids[4], Fate.NOT_BEGUN, 0, "no route"), RetryPlan(later, counts=False)),
    ]
    assert record_answers(answers, worker="w", at=now) == 5
    found = {m.id: m for m in Message.objects.filter(dispatch=dispatch)}
    assert [found[pk].state for pk in ids] == ["sent", "doubt", "waiting", "gave-up", "waiting"]
    assert [found[pk].tries for pk in ids] == [0, 0, 1, 1, 0]
    assert found[ids[2]].due_at == found[ids[4]].due_at == later
    assert {e.kind for e in MessageEvent.objects.all()} == {"deferred", "refused"}
    assert all(not m.claimed_by for m in found.values())


def test_what_waits_is_not_claimed_before_its_time(db):
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 2))
    now = timezone.now()
    ids = [row.id for row in claim_messages(worker="w", dispatch_ids=[dispatch.pk], now=now)]
    refuse(
        [(ids[0], "G06:wait", None, now + timedelta(hours=1)), (ids[1], "G04", {"G04": {}}, None)], worker="w", at=now
    )
    assert claim_messages(worker="w", dispatch_ids=[dispatch.pk], now=now) == []
    again = claim_messages(worker="w", dispatch_ids=[dispatch.pk], now=now + timedelta(hours=2))
    assert [row.id for row in again] == [ids[0]]
    assert Message.objects.get(id=ids[1]).state == "refused"


def test_a_dispatch_closes_when_all_its_messages_are_at_rest(db):
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 2))
    now = timezone.now()
    assert close_finished(now=now) == []
    Message.objects.filter(dispatch=dispatch).update(state="sent")
    assert close_finished(now=now) == [dispatch.pk]
    dispatch.refresh_from_db()
    assert dispatch.state == "closed"


def test_the_most_urgent_lane_is_claimed_first_then_what_is_due_for_longest(db):
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 4))
    now = timezone.now()
    ids = list(Message.objects.order_by("id").values_list("id", flat=True))
    for pk, (lane, minutes) in zip(ids, [(2, 9), (1, 1), (0, 1), (0, 2)], strict=True):
        Message.objects.filter(id=pk).update(lane=lane, due_at=now - timedelta(minutes=minutes))
    order = [row.id for _ in ids for row in claim_messages(worker="w", dispatch_ids=[dispatch.pk], now=now, most=1)]
    assert order == [ids[3], ids[2], ids[1], ids[0]]


def test_renewing_extends_the_lease_of_all_that_a_worker_holds_and_of_nobody_else(db):
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 3))
    now = timezone.now()
    ours = [row.id for row in claim_messages(worker="w", dispatch_ids=[dispatch.pk], now=now, most=2)]
    claim_messages(worker="other", dispatch_ids=[dispatch.pk], now=now)
    put_on_wire(ours[:1], worker="w")
    later = now + timedelta(minutes=1)
    assert renew(worker="w", now=later) == 2
    until = dict(Message.objects.values_list("claimed_by", "claimed_until").distinct())
    assert until == {"w": later + LEASE, "other": now + LEASE}
