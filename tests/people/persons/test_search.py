"""Finding people while somebody types: what is found, and that it costs an index and no scan."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esmero.people.models import Address, Organisation, Person
from esmero.people.persons.contact_points import add_point
from esmero.people.persons.editing import change_person
from esmero.people.persons.organisations import save_organisation
from esmero.people.persons.search import search_persons
from esmero.people.search_texts import index_persons
from esmero.text_folding import fold

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def add(given, family, *, number=None, mail=None, state="active"):
    address = Address.objects.create(value=mail, domain=mail.partition("@")[2]) if mail else None
    person = Person.objects.create(
        given_name=given,
        family_name=family,
        number=number,
        address=address,
        state=state,
        folded=fold(f"{given} {family} {number or ''} {mail or ''}"),
    )
    index_persons([person.pk])
    return person


@pytest.fixture
def crowd():
    return {
        "begona": add("Begoña", "Muñoz Ibáñez", number="FN-5575", mail="bmi@cliente.example"),
        "maria": add("María José", "Muñoz", number="FN-5576"),
        "jean": add("Jean-Baptiste", "Lefèvre", mail="jb.lefevre@client.example"),
        "zoe": add("Zoé", "", number="9"),
        "gone": add("Begoña", "Muñoz", state="erased"),
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("begoña", {"begona"}),
        ("MUNOZ", {"begona", "maria"}),
        ("Begoña Muñoz", {"begona"}),
        ("Muñoz, Begoña", {"begona"}),
        ("José Muñoz", {"maria"}),
        ("fn-557", {"begona", "maria"}),
        ("FN-5576", {"maria"}),
        ("jb.lef", {"jean"}),
        ("lefe", {"jean"}),
        ("zoe", {"zoe"}),
        ("9", {"zoe"}),
        ("unoz", {"begona", "maria"}),
        ("efevr", {"jean"}),
        ("575", {"begona"}),
        ("client.example lefe", {"jean"}),
        ("muñoz maría", {"maria"}),
        ("muñoz jean", set()),
        ("un", set()),
        ("%", set()),
        ("", set()),
        ("\N{ZERO WIDTH SPACE}", set()),
    ],
)
def test_a_text_finds_whom_it_begins_or_who_contains_it(crowd, text, names):
    assert {person.pk for person in search_persons(text, limit=6)} == {crowd[name].pk for name in names}


def test_no_more_are_given_than_asked_for():
    for number in range(20):
        add("Ana", f"Sáez{number}")
    assert len(search_persons("ana", limit=6)) == 6


def test_whose_name_begins_with_it_comes_before_whose_name_contains_it():
    inside, first = add("Mariana", "Sáez"), add("Ana", "Zapico")
    assert list(search_persons("ana", limit=6)) == [first, inside]


def test_a_phone_number_and_an_organisation_are_found():
    person = add("Zoé", "Gil")
    add_point(person, kind="phone", value="+34 910 00 12 34", facts={"e164": "+34910001234"}, by="Lucía")
    organisation = Organisation.objects.create(name="Talleres Güell", folded="talleres guell")
    change_person(person, changes={"organisation": organisation.pk}, by="Lucía")
    assert list(search_persons("0001234", limit=6)) == [person]
    assert list(search_persons("910 00 12 34", limit=6)) == [person]
    assert list(search_persons("güell zoe", limit=6)) == [person]
    save_organisation(organisation, facts={"name": "Aceros Pérez"}, by="Lucía")
    assert not search_persons("güell", limit=6)
    assert list(search_persons("aceros", limit=6)) == [person]


@pytest.mark.parametrize("text", ["munoz", "José Muñoz", "fn-55", "bmi@cliente.example"])
def test_every_step_begins_in_an_index(crowd, text):
    with CaptureQueriesContext(connection) as asked:
        search_persons(text, limit=6)
    assert len(asked) <= 6
    if connection.vendor != "sqlite":
        return  # PostgreSQL scans a table of five rows, whatever its indexes
    for query in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plan = [row[3] for row in cursor.fetchall()]
        indexed = "VIRTUAL TABLE INDEX"  # FTS5 is called a scan, too
        assert not [step for step in plan if step.startswith("SCAN") and indexed not in step], (query["sql"], plan)
        assert not [step for step in plan if step.endswith("(state=?)")], (query["sql"], plan)
