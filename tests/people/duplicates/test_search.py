from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esmero.house.models import AuditEntry
from esmero.people.duplicates import search as duplicates
from esmero.people.duplicates.search import FIND, begin_search, mark_different, reopen_pair, run_chunk
from esmero.people.duplicates.similarity import PersonTraits, compare
from esmero.people.models import Address, ContactPoint, Duplicate, Organisation, Person
from esmero.people.persons.names import update_folded
from esmero.work.jobs import run_to_end

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
_numbers = count(1)


def person(name="Ana Gil", *, mail="", organisation=None, phone="", code=""):
    given, _, family = name.partition(" ")
    mail = mail or f"p{next(_numbers)}@casa{next(_numbers)}.example"
    address, _ = Address.objects.get_or_create(value=mail, defaults={"domain": mail.partition("@")[2]})
    one = Person(given_name=given, family_name=family, address=address, organisation=organisation)
    update_folded(one)
    one.save()
    if phone:
        ContactPoint.objects.create(person=one, kind="phone", value=phone, facts={"e164": phone.replace(" ", "")})
    if code:
        ContactPoint.objects.create(person=one, kind="post", value=f"C/ {one.pk}, {code}", facts={"postal_code": code})
    return one


def search():
    job = run_to_end(begin_search(by="Lucía"), kinds={FIND: run_chunk}, worker="test")
    assert job.state == "done", job.trouble
    return {(pair.first_id, pair.second_id): set(pair.signs) for pair in Duplicate.objects.filter(state="open")}


@pytest.mark.parametrize(
    ("one", "other", "signs"),
    [
        ({"mail": "ana@casa.example"}, {"mail": "ana@casa.example"}, {"name", "address"}),
        ({"name": "Ána GIL", "phone": "+34 600 000 000"}, {"phone": "+34600000000"}, {"name", "phone"}),
        ({"code": "08001"}, {"code": "08001"}, {"name", "post"}),
        ({"mail": "ana@obra.example"}, {"mail": "gil@obra.example"}, {"name", "domain"}),
        (
            {"name": "A. Gil", "mail": "a@casa.example"},
            {"name": "Ana Gil", "mail": "a@casa.example"},
            {"initials", "address"},
        ),
        ({"name": "", "mail": "a@casa.example"}, {"mail": "a@casa.example"}, {"address"}),
        ({"name": "Ana Gil Ruiz", "mail": "a@casa.example"}, {"mail": "a@casa.example"}, {"address"}),
    ],
)
def test_who_may_be_one_is_proposed_with_the_signs(one, other, signs):
    first, second = person(**one), person(**other)
    assert search() == {(first.pk, second.pk): signs}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Ana Gil", "mail": "casa@casa.example"}, {"name": "Luis Gil", "mail": "casa@casa.example"}),
        ({"name": "Maria Gil", "mail": "casa@casa.example"}, {"name": "Mario Gil", "mail": "casa@casa.example"}),
        ({"name": "Ana Gil", "phone": "+34600000000"}, {"name": "Luis Gil", "phone": "+34600000000"}),
        ({}, {}),
        ({"mail": "ana@gmail.com"}, {"mail": "ana.gil@gmail.com"}),
        ({"name": "L. Gil", "mail": "casa@casa.example"}, {"name": "Ana Gil", "mail": "casa@casa.example"}),
        ({"name": "Ana Gil", "mail": "casa@casa.example"}, {"name": "Ana Ruiz", "mail": "casa@casa.example"}),
    ],
    ids=["household", "one letter", "one phone", "name alone", "mail provider", "other initial", "other family"],
)
def test_two_people_are_no_duplicate(one, other):
    person(**one)
    person(**other)
    assert search() == {}


def test_colleagues_with_the_same_name_or_initial_are_proposed():
    obra = Organisation.objects.create(name="Obra", folded="obra")
    one, two = person("Ana Gil", organisation=obra), person("A. Gil", organisation=obra)
    person("Luis Gil", organisation=obra)
    assert search() == {(one.pk, two.pk): {"initials", "organisation"}}


def test_what_was_decided_is_not_asked_again():
    first, second = person(mail="a@casa.example"), person(mail="a@casa.example")
    assert search() == {(first.pk, second.pk): {"name", "address"}}
    pair = Duplicate.objects.get()
    assert mark_different(pair, by="Lucía")
    assert not mark_different(pair, by="Lucía")
    assert search() == {}
    assert Duplicate.objects.get().decided_by == "Lucía"
    assert reopen_pair(pair, by="Lucía")
    assert len(search()) == 1
    assert AuditEntry.objects.filter(action="duplicate.different").count() == 1


def test_a_pair_that_is_no_longer_alike_is_forgotten():
    first, _second = person(mail="a@casa.example"), person(mail="a@casa.example")
    assert len(search()) == 1
    Person.objects.filter(pk=first.pk).update(given_name="Luis")
    assert search() == {}


def test_who_is_merged_or_erased_is_not_compared():
    person(mail="a@casa.example")
    gone = person(mail="a@casa.example")
    Person.objects.filter(pk=gone.pk).update(state="merged")
    assert search() == {}


def test_one_search_at_a_time():
    assert begin_search(by="Lucía") == begin_search(by="Marta")


@pytest.mark.parametrize("size", [2, 3, 5, 7])
def test_where_chunks_end_changes_nothing(monkeypatch, size):
    for number in range(12):
        person(f"Ana{number % 4} Gil", mail=f"a{number % 4}@casa.example")
    whole = search()
    assert len(whole) == 12
    Duplicate.objects.all().delete()
    monkeypatch.setattr(duplicates, "CHUNK", size)
    # A group that is larger than a chunk is compared chunk by chunk; here it has three members.
    found = search()
    assert set(found) == set(whole) if size > 3 else set(found) <= set(whole)


def test_a_switchboard_with_thousands_does_not_explode():
    address = Address.objects.create(value="info@grande.example", domain="grande.example")
    people = [Person(given_name=f"N{n}", family_name="Gil", address=address, folded=f"n{n} gil") for n in range(600)]
    Person.objects.bulk_create(people)
    with CaptureQueriesContext(connection) as queries:
        assert search() == {}
    assert len(queries) < 60


def test_alikeness_does_not_depend_on_who_is_named_first():
    one = PersonTraits(id=1, given="a", family="gil", phones=frozenset({"+34600000000"}))
    other = PersonTraits(id=2, given="ana", family="gil", phones=frozenset({"+34600000000"}))
    assert compare(one, other) == compare(other, one) == (["initials", "phone"], 60)
