import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from esmero.outbox.claims import LEASE, claim_messages, free, put_on_wire, renew
from esmero.outbox.ledger import refuse
from esmero.outbox.models import Message
from tests.house_facts import add_people, build_house, open_dispatch

pytestmark = pytest.mark.postgres


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


def test_a_late_worker_puts_nothing_on_the_wire_and_frees_nothing(db):
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 2))
    now = timezone.now()
    ids = [row.id for row in claim_messages(worker="late", dispatch_ids=[dispatch.pk], now=now)]
    assert put_on_wire(dict.fromkeys(ids[:1]), worker="late") == {ids[0]}
    Message.objects.filter(id__in=ids).update(claimed_by="other")  # the lease ran out and another took over
    assert put_on_wire(dict.fromkeys(ids[1:]), worker="late") == set()
    assert free(ids, worker="late") == 0
    assert states(dispatch) == {"wire": 1, "claimed": 1}


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
    put_on_wire(dict.fromkeys(ours[:1]), worker="w")
    later = now + timedelta(minutes=1)
    assert renew(worker="w", now=later) == 2
    until = dict(Message.objects.values_list("claimed_by", "claimed_until").distinct())
    assert until == {"w": later + LEASE, "other": now + LEASE}
