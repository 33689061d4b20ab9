"""Rows of people found by a word: the same whether few, some or many bear it."""

import pytest

from esmero.people.models import PermissionEntry, Person
from esmero.people.persons import queries
from esmero.people.persons.names import update_folded
from esmero.people.search_texts import index_persons
from tests.house_facts import add_people, build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

WORDS = {"Ana": 2, "Berta": 5, "Carla": 11}


@pytest.fixture
def entries():
    house = build_house()
    people = add_people(house, sum(WORDS.values()))
    names = [name for name, number in WORDS.items() for _each in range(number)]
    for person, name in zip(people, names, strict=True):
        person.given_name = name
        update_folded(person)
    Person.objects.bulk_update(people, ["given_name", "folded"])
    index_persons([person.pk for person in people])
    return PermissionEntry.objects.order_by("-id")


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("few", "held"), [(20, 30), (3, 30), (3, 6), (1, 3), (0, 0)])
def test_the_same_rows_are_found_whatever_way_is_taken(entries, monkeypatch, word, few, held):
    monkeypatch.setattr(queries, "MOST", few)
    monkeypatch.setattr(queries, "MOST_SCANNED", held)
    found = list(queries.find_rows_of_people(entries, text=word.upper()))
    assert found == [entry for entry in entries if entry.person.given_name == word]
    assert len(found) == WORDS[word]


def test_nobody_bears_it(entries):
    assert not queries.find_rows_of_people(entries, text="nadie").exists()


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("order", ["folded", "-folded", "-id"])
@pytest.mark.parametrize(("few", "bounded"), [(20, 30), (1, 30), (1, 3), (0, 0)])
def test_the_same_people_are_found_whatever_way_is_taken(entries, monkeypatch, word, order, few, bounded):
    Person.objects.filter(given_name="Carla").update(folded="")  # a name of nobody stands before all others
    monkeypatch.setattr(queries, "MOST", few)
    monkeypatch.setattr(queries, "MOST_BOUNDED", bounded)
    found = list(queries.find_people(queries.people_rows(), text=word[-3:]).order_by(order, "id"))
    assert found == list(Person.objects.filter(given_name=word).order_by(order, "id"))
    assert len(found) == WORDS[word]
