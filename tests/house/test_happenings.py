"""The catalogue of happenings, and how they are written."""

import re
from dataclasses import dataclass, fields

import pytest
from django.db import transaction

from esmero.house.happenings import (
    BATCH,
    CATALOGUE,
    KINDS,
    HappeningFacts,
    MessageBounced,
    NotInTransaction,
    PersonErased,
    PersonMerged,
    UnknownHappening,
    happen,
    happen_all,
    read_facts,
)
from esmero.house.models import Happening
from tests.happenings import happened

pytestmark = pytest.mark.postgres
EXAMPLES = [kind(**{field.name: 7 for field in fields(kind)}) for kind in CATALOGUE]


def test_each_kind_has_a_name_of_its_own_that_says_what_happened_to_what():
    assert len(KINDS) == len(CATALOGUE)
    assert [name for name in KINDS if not re.fullmatch(r"[a-z_]+\.([a-z_]+ed|withdrawn|undone)", name)] == []


def test_facts_are_ids_and_say_so():
    assert {field.name for kind in CATALOGUE for field in fields(kind) if not field.name.endswith("_id")} == set()


@pytest.mark.django_db
@pytest.mark.parametrize("facts", EXAMPLES, ids=lambda facts: facts.kind)
def test_what_is_written_is_read_back(facts):
    happen(facts)
    row = Happening.objects.get()
    assert read_facts(row.kind, row.facts) == facts
    assert row.due_at is not None


@pytest.mark.django_db(transaction=True)
def test_it_belongs_into_the_transaction_of_what_happened():
    with pytest.raises(NotInTransaction):
        happen(PersonErased(person_id=1))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        happen(PersonErased(person_id=1))
        raise ZeroDivisionError
    assert happened() == []


@pytest.mark.django_db
def test_what_the_catalogue_does_not_allow_is_not_written():
    @dataclass(frozen=True, slots=True, kw_only=True)
    class PersonPraised(HappeningFacts):
        kind = "person.praised"
        person_id: int

    for wrong in (
        PersonPraised(person_id=1),
        PersonErased(person_id="1"),
        PersonErased(person_id=True),
        PersonErased(person_id=None),
        MessageBounced(message_id=1, person_id="ana@cliente.example"),
    ):
        with pytest.raises(TypeError):
            happen(wrong)
    happen(MessageBounced(message_id=1, person_id=None))
    assert happened() == [("message.bounced", {"message_id": 1, "person_id": None})]


@pytest.mark.django_db
def test_many_are_written_by_few_statements(django_assert_max_num_queries):
    with django_assert_max_num_queries(3):  # on PostgreSQL one of them is NOTIFY
        happen_all(PersonErased(person_id=number) for number in range(BATCH + 1))
    assert Happening.objects.count() == BATCH + 1
    with django_assert_max_num_queries(0):
        happen_all([])


def test_facts_of_another_version_are_read_or_refused():
    assert read_facts("person.erased", {"person_id": 1, "added_later": 2}) == PersonErased(person_id=1)
    with pytest.raises(UnknownHappening, match=r"person\.praised"):
        read_facts("person.praised", {"person_id": 1})
    with pytest.raises(UnknownHappening, match="merged_id"):
        read_facts(PersonMerged.kind, {"person_id": 1})
