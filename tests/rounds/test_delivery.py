"""Happenings reach each function that reacts to them, and one that fails disturbs nobody."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from esmero.house.happening_queries import list_troubles, try_again
from esmero.house.happenings import PersonErased, PersonMerged, ReactionPostponed, happen, happen_all
from esmero.house.models import AuditEntry, Happening, HappeningDelivery
from esmero.rounds import delivery
from esmero.rounds.delivery import CLAIMED, deliver_due, distribute
from esmero.rounds.reactions import react
from esmero.work.due import RETRY, claim_due

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def reactions(**functions):
    return [react(PersonErased, name=name, run=run) for name, run in functions.items()]


def write(name):
    """A function that writes into the audit log whom it got."""

    def run(happened):
        AuditEntry.objects.bulk_create(AuditEntry(action=name, subject_id=one.person_id) for one in happened)

    return run


def write_and_fail(name, *, at):
    """The same, but it fails after it wrote, whenever one of these is among what it got."""

    def run(happened):
        write(name)(happened)
        if {one.person_id for one in happened} & set(at):
            raise ValueError(f"cannot do {sorted(at)}")

    return run


def effects(name):
    return sorted(AuditEntry.objects.filter(action=name).values_list("subject_id", flat=True))


def erase(*ids):
    with transaction.atomic():
        happen_all(PersonErased(person_id=number) for number in ids)


def deliver_all(table, worker="w"):
    while deliver_due(worker, reactions=table):
        pass


def test_each_function_gets_each_happening_of_its_kind_once():
    erase(1, 2, 3)
    with transaction.atomic():
        happen(PersonMerged(person_id=1, merged_id=2, merge_id=3))
    table = reactions(first=write("first"), second=write("second"))
    deliver_all(table)
    deliver_all(table)
    assert effects("first") == effects("second") == [1, 2, 3]
    assert not Happening.objects.filter(due_at__isnull=False).exists()
    assert HappeningDelivery.objects.exclude(done_at=None).count() == 6


def test_more_than_one_claim_takes_are_delivered_too():
    erase(*range(CLAIMED + 1))
    deliver_all(reactions(first=write("first")))
    assert effects("first") == list(range(CLAIMED + 1))


def test_where_one_fails_the_others_of_its_function_and_all_of_the_other_functions_are_done():
    erase(1, 2, 3)
    deliver_all(reactions(broken=write_and_fail("broken", at=[2]), whole=write("whole")))
    assert effects("broken") == [1, 3], "what it wrote before it failed is taken back"
    assert effects("whole") == [1, 2, 3]
    waiting = HappeningDelivery.objects.get(done_at=None)
    assert (waiting.function, waiting.tries, waiting.claimed_by) == ("broken", 1, "")
    assert RETRY[0] - timedelta(seconds=60) < waiting.due_at - timezone.now() <= RETRY[0]
    [trouble] = list_troubles()
    assert (trouble.function, trouble.retried, trouble.failed) == ("broken", 1, 0)
    assert trouble.trouble.endswith("ValueError: cannot do [2]\n")


def test_after_the_last_try_it_waits_for_a_person_who_lets_it_be_tried_again():
    erase(1)
    table = reactions(broken=write_and_fail("broken", at=[1]))
    for _ in range(len(RETRY) + 1):
        deliver_all(table)
        HappeningDelivery.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    [trouble] = list_troubles()
    assert (trouble.retried, trouble.failed) == (0, 1)
    assert try_again("whole", by="ana") == 0
    assert try_again("broken", by="ana") == 1
    deliver_all(reactions(broken=write("broken")))
    assert effects("broken") == [1]
    assert list_troubles() == []
    assert AuditEntry.objects.get(action="happening.again").facts == {"function": "broken", "deliveries": 1}


def test_a_function_that_must_wait_is_asked_again_at_its_time_and_has_not_failed():
    until = timezone.now() + timedelta(hours=1)

    def wait(happened):
        if len(happened) > 1 or happened[0].person_id == 2:
            raise ReactionPostponed("no relay yet", until=until)
        write("patient")(happened)

    erase(1, 2)
    deliver_all(reactions(patient=wait))
    assert effects("patient") == [1]
    waiting = HappeningDelivery.objects.get(done_at=None)
    assert (waiting.due_at, waiting.tries, waiting.trouble) == (until, 0, "no relay yet")


def test_a_worker_that_lost_its_claim_writes_nothing():
    erase(1)
    table = reactions(slow=write("slow"))
    distribute(table)
    [held] = claim_due(HappeningDelivery, worker="dead", now=timezone.now(), lease=timedelta(0))
    held.happening = Happening.objects.get()
    deliver_all(table)
    delivery._deliver([held], to=table[0])
    assert effects("slow") == [1]


def test_a_function_that_the_table_no_longer_names_is_visible():
    erase(1)
    distribute(reactions(gone=write("gone")))
    deliver_all(reactions(other=write("other")))
    [trouble] = list_troubles()
    assert trouble.function == "gone"
    assert "NoSuchReaction" in trouble.trouble


def test_a_happening_of_an_unknown_kind_stops_nobody():
    Happening.objects.create(kind="person.praised", facts={}, due_at=timezone.now())
    erase(1)
    deliver_all(reactions(first=write("first")))
    assert effects("first") == [1]


def test_no_query_per_happening(django_assert_max_num_queries):
    erase(*range(20))
    table = reactions(first=write("first"))
    with django_assert_max_num_queries(25):  # those of two transactions, and one INSERT by the function
        deliver_due("w", reactions=table)
    assert effects("first") == list(range(20))
