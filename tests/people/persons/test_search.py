"""Finding people while somebody types: what is found, and that it costs an index and no scan."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esmero.people.models import Address, Person
from esmero.people.persons.search import search_persons
from esmero.text_folding import fold

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def add(given, family, *, number=None, mail=None, state="active"):
    address = Address.objects.create(value=mail, domain=mail.partition("@")[2]) if mail else None
    return Person.objects.create(
        given_name=given,
        family_name=family,
        number=number,
        address=address,
        state=state,
        folded=fold(f"{given} {family} {number or ''} {mail or ''}"),
    )


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
        ("unoz", set()),
        ("muñoz jean", set()),
        ("%", set()),
        ("", set()),
        ("\N{ZERO WIDTH SPACE}", set()),
    ],
)
def test_a_text_finds_whom_it_begins(crowd, text, names):
    assert {person.pk for person in search_persons(text, limit=6)} == {crowd[name].pk for name in names}


def test_no_more_are_given_than_asked_for():
    for number in range(20):
        add("Ana", f"Sáez{number}")
    assert len(search_persons("ana", limit=6)) == 6


@pytest.mark.parametrize("text", ["munoz", "José Muñoz", "fn-55", "bmi@cliente.example"])
def test_every_step_begins_in_an_index(crowd, text):
    with CaptureQueriesContext(connection) as asked:
        search_persons(text, limit=6)
    assert len(asked) <= 4
    if connection.vendor != "sqlite":
        return  # PostgreSQL scans a table of five rows, whatever its indexes
    for query in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plan = [row[3] for row in cursor.fetchall()]
        assert not [step for step in plan if step.startswith("SCAN")], (query["sql"], plan)
        assert not [step for step in plan if step.endswith("(state=?)")], (query["sql"], plan)
