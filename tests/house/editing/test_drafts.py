"""One draft for each person and thing, whatever windows and lines do."""

from itertools import product
from threading import Barrier, Thread

import pytest
from django.db import connection

from esmero.house.editing.drafts import DraftSubject, StaleDraft, drop_draft, read_draft, save_draft
from esmero.house.models import Draft
from esmero.refusal import InvalidValue
from tests.web.facts import staff

LETTER = DraftSubject(kind="template", id=7, part="es")


def save(owner, text, *, seen, subject=LETTER, begun_from=1):
    return save_draft(owner, subject=subject, content={"subject": text}, seen=seen, begun_from=begun_from)


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_draft_is_saved_over_the_version_that_the_window_knows():
    owner = staff()
    first = save(owner, "a", seen=0)
    second = save(owner, "ab", seen=first.version, begun_from=3)
    assert (second.pk, second.version, second.content, second.begun_from) == (first.pk, 2, {"subject": "ab"}, 3)
    assert second.saved_at >= first.saved_at


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_window_that_does_not_know_the_newest_is_told_and_writes_nothing():
    owner = staff()
    save(owner, "a", seen=0)
    save(owner, "ab", seen=1)
    for seen in (0, 1, 9):
        with pytest.raises(StaleDraft) as refusal:
            save(owner, "other", seen=seen)
        assert refusal.value.facts["seen"] == 2
    assert Draft.objects.get().content == {"subject": "ab"}
    assert save(owner, "other", seen=2).version == 3, "told, it may"
    drop_draft(owner, subject=LETTER)
    with pytest.raises(StaleDraft) as refusal:
        save(owner, "late", seen=3)
    assert refusal.value.facts == {"seen": 0, "at": None}
    assert not Draft.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db
def test_an_answer_that_was_lost_is_given_again():
    owner = staff()
    for _twice in range(2):
        assert save(owner, "a", seen=0).version == 1
    for _twice in range(2):
        assert save(owner, "ab", seen=1).version == 2


@pytest.mark.django_db
def test_people_things_and_languages_are_apart():
    people = [staff("manager"), staff("owner")]
    things = [LETTER, DraftSubject(kind="template", id=7, part="fr"), DraftSubject(kind="template", id=8, part="es")]
    for number, (owner, thing) in enumerate(product(people, things)):
        save(owner, str(number), seen=0, subject=thing)
    assert [read_draft(owner, subject=thing).content["subject"] for owner, thing in product(people, things)] == [
        str(number) for number in range(6)
    ]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_windows_that_save_at_once_one_wins_and_all_others_are_told():
    owner = staff()
    for round_ in range(3):
        seen, start, told = Draft.objects.values_list("version", flat=True).first() or 0, Barrier(5), []

        def write(number, seen=seen, start=start, told=told, round_=round_):
            try:
                start.wait()
                save(owner, f"{round_} {number}", seen=seen)
            except StaleDraft:
                told.append(number)
            finally:
                connection.close()

        threads = [Thread(target=write, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(told) == 4
        assert Draft.objects.get().version == round_ + 1


@pytest.mark.django_db
def test_a_draft_has_a_limit():
    with pytest.raises(InvalidValue):
        save(staff(), "x" * 1_000_001, seen=0)
