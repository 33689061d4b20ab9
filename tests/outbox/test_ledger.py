from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from esmero.outbox.claims import claim_messages, put_on_wire
from esmero.outbox.ledger import LedgerAnswer, RetryPlan, close_finished, record_answers
from esmero.outbox.models import Message, MessageEvent
from esmero.outbox.transports.parcels import Fate, Outcome
from tests.house_facts import add_people, build_house, open_dispatch

pytestmark = pytest.mark.postgres


def outcome(key, fate, code=250, text="ok"):
    return Outcome(key, fate, code, "", text, "body")


def states(dispatch):
    return Counter(Message.objects.filter(dispatch=dispatch).values_list("state", flat=True))


def test_the_database_forbids_a_second_message_of_a_dispatch_to_a_person(db):
    house = build_house()
    people = add_people(house, 1)
    dispatch = open_dispatch(house, people)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(dispatch=dispatch, person=people[0], opaque="another")


def test_a_late_worker_records_nothing(db):
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 2))
    now = timezone.now()
    ids = [row.id for row in claim_messages(worker="late", dispatch_ids=[dispatch.pk], now=now)]
    assert put_on_wire(dict.fromkeys(ids[:1]), worker="late") == {ids[0]}
    Message.objects.filter(id__in=ids).update(claimed_by="other")  # the lease ran out and another took over
    assert record_answers([LedgerAnswer(outcome(ids[0], Fate.ACCEPTED))], worker="late", at=now) == 0
    assert states(dispatch) == {"wire": 1, "claimed": 1}


def test_every_answer_ends_in_its_state(db):
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 5))
    now = timezone.now()
    ids = [row.id for row in claim_messages(worker="w", dispatch_ids=[dispatch.pk], now=now)]
    put_on_wire(dict.fromkeys(ids), worker="w")
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


def test_a_dispatch_closes_when_all_its_messages_are_at_rest(db):
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 2))
    now = timezone.now()
    assert close_finished(now=now) == []
    Message.objects.filter(dispatch=dispatch).update(state="sent")
    assert close_finished(now=now) == [dispatch.pk]
    dispatch.refresh_from_db()
    assert dispatch.state == "closed"
