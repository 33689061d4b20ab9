from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from esmero.outbox import journal as journal_module
from esmero.outbox.claims import claim_messages, put_on_wire
from esmero.outbox.journal import JournalFolder
from esmero.outbox.journal_recovery import mark_orphans, resolve_doubt, settle_absent, settle_own
from esmero.outbox.ledger import LedgerAnswer, record_answers
from esmero.outbox.models import Message
from esmero.outbox.transports.parcels import Fate, Outcome
from esmero.refusal import Refusal
from tests.house_facts import add_people, build_house, open_dispatch

pytestmark = pytest.mark.postgres


def accepted(key):
    return Outcome(key, Fate.ACCEPTED, 250, "2.0.0", "ok", "body")


def record(outcomes):
    record_answers([LedgerAnswer(one) for one in outcomes], worker="w", at=timezone.now())


@pytest.fixture
def dead_batch(db):
    """A worker that claimed six, put five on the wire, began three, heard of one, and died."""
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 6))
    ids = [row.id for row in claim_messages(worker="w", dispatch_ids=[dispatch.pk], now=timezone.now())]
    put_on_wire(dict.fromkeys(ids[:5]), worker="w")
    with JournalFolder(settings.HOME, worker="w") as folder:
        folder.clear()
        journal = folder.open_journal()
        journal.hand_over(ids[:5])
        for key in ids[:3]:
            journal.begun(key)
        journal.answered(accepted(ids[0]))
    return ids


def states(ids):
    found = dict(Message.objects.filter(id__in=ids).values_list("id", "state"))
    return [found[pk] for pk in ids]


def test_the_same_worker_settles_what_it_left(dead_batch):
    with JournalFolder(settings.HOME, worker="w") as folder:
        settled = settle_own(folder, worker="w", record=record)
    assert (settled.freed, settled.answered, settled.doubts) == (3, 1, 2)
    assert states(dead_batch) == ["sent", "doubt", "doubt", "planned", "planned", "planned"]
    assert not list((settings.HOME / "journals" / "w").glob("*.journal"))


def test_after_a_power_cut_what_the_journal_does_not_say_is_in_doubt(dead_batch, monkeypatch):
    # The database lost its last commits as well: the fifth is "planned" again although it was handed over.
    Message.objects.filter(id=dead_batch[4]).update(state="planned", claimed_by="")
    monkeypatch.setattr(journal_module, "boot_id", lambda: "another boot")
    with JournalFolder(settings.HOME, worker="w") as folder:
        settle_own(folder, worker="w", record=record)
    assert states(dead_batch) == ["sent", "doubt", "doubt", "doubt", "doubt", "planned"]


def test_a_line_that_was_cut_off_counts_as_not_written(dead_batch):
    path = next((settings.HOME / "journals" / "w").glob("*.journal"))
    path.write_bytes(path.read_bytes().rstrip(b"\0") + b"a%d" % dead_batch[1])
    with JournalFolder(settings.HOME, worker="w") as folder:
        settle_own(folder, worker="w", record=record)
    assert states(dead_batch)[1] == "doubt"


def test_a_worker_that_stays_away_is_settled_on_the_careful_side(dead_batch):
    later = timezone.now() + timedelta(minutes=6)
    assert mark_orphans(now=later) == 5
    assert settle_absent(now=later) == 0  # not yet: it may come back with its journal
    assert settle_absent(now=later + timedelta(minutes=15)) == 6
    assert Counter(states(dead_batch)) == {"doubt": 5, "planned": 1}


def test_two_workers_of_one_name_are_refused(db):
    with JournalFolder(settings.HOME, worker="w"), pytest.raises(Refusal, match=r"^worker-name-taken "):
        JournalFolder(settings.HOME, worker="w")


def test_a_person_decides_a_doubt_once(dead_batch):
    with JournalFolder(settings.HOME, worker="w") as folder:
        settle_own(folder, worker="w", record=record)
    first, second = Message.objects.filter(state="doubt").order_by("id")
    assert resolve_doubt(first, sent=True, by="Lucía", now=timezone.now())
    assert not resolve_doubt(first, sent=False, by="Iñaki", now=timezone.now())
    assert resolve_doubt(second, sent=False, by="Lucía", now=timezone.now())
    assert states([first.id, second.id]) == ["sent", "planned"]
    assert first.events.get().facts == {"sent": True, "by": "Lucía"}
