"""Letters on paper and the rights of who stands in them: erasure, and the term of a batch's files."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.outbox.letters.batches import KEPT_POSTED, KEPT_UNPOSTED, post_batch
from esmero.outbox.models import Message
from esmero.privacy.erasure import ErasureRefused, erase_person
from esmero.privacy.retention import apply_rule
from esmero.vault.files import path_of
from tests.house_facts import build_house
from tests.letters import add_neighbours, make_batch, write_letters

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house():
    return build_house(kind="capture")


def files_of(batch):
    return [path_of(one.sha256).exists() for one in (batch.pdf, batch.csv)]


def test_who_stands_in_printed_letters_is_erased_when_they_are_posted(house):
    people, now = add_neighbours(house, 2), timezone.now()
    write_letters(house, people)
    batch = make_batch(house)
    with pytest.raises(ErasureRefused, match="erasure-while-printed"):
        erase_person(people[0], by="test", reason="wish", at=now)
    post_batch(batch, by="test", now=now)
    assert files_of(batch) == [True, True]
    erase_person(people[0], by="test", reason="wish", at=now)
    assert files_of(batch) == [False, False]
    gone, kept = Message.objects.order_by("id")
    assert (gone.address, gone.content, gone.state) == ("", None, "sent")
    assert kept.content is not None


def test_a_letter_that_is_not_printed_is_cancelled_with_its_person(house):
    (person,) = add_neighbours(house, 1)
    write_letters(house, [person])
    erase_person(person, by="test", reason="wish", at=timezone.now())
    assert make_batch(house).state == "empty"
    assert Message.objects.get().state == "cancelled"


@pytest.mark.parametrize(("posted", "kept"), [(True, KEPT_POSTED), (False, KEPT_UNPOSTED)])
def test_the_files_of_a_batch_have_their_term(house, posted, kept):
    write_letters(house, add_neighbours(house, 1))
    batch, now = make_batch(house), timezone.now()
    if posted:
        post_batch(batch, by="test", now=now)
    apply_rule("own-letters", at=now + kept)
    assert files_of(batch) == [True, True]
    apply_rule("own-letters", at=now + kept + timedelta(days=2))
    assert files_of(batch) == [False, False]
