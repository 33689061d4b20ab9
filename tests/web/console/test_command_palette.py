"""The search over everything: what it finds for whom, and what it asks of the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esmero.people.models import Person
from tests.web.document import read_document
from tests.web.facts import furnish, staff

pytestmark = [pytest.mark.postgres, pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def ask(client, text):
    response = client.get("/console/palette/", {"q": text}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return read_document(response)


def test_it_finds_people_messages_pages_and_what_one_can_begin(client):
    console = furnish(rows=2)
    Person.objects.filter(pk=console.people[0].pk).update(folded="novoa ana")
    client.force_login(staff())
    found = ask(client, "nov")
    assert f"/console/people/{console.people[0].pk}/" in found.links()
    assert found.links("a[href^='/console/campaigns/']")
    assert "/console/segments/new/" in ask(client, "new").links()
    assert "/console/templates/" in ask(client, "temp").links()
    assert ask(client, "gmento 1").links("a[href^='/console/segments/']")


def test_pages_are_found_in_the_language_of_the_reader_without_accents(client):
    furnish()
    client.force_login(staff(language="es"))
    assert "/console/conversations/" in ask(client, "CONVERSACI").links()


def test_an_empty_search_shows_where_one_can_go(client):
    furnish()
    client.force_login(staff())
    assert {"/console/campaigns/new/", "/console/work/"} <= set(ask(client, "").links())


def test_it_offers_nobody_what_is_not_for_them(client):
    furnish()
    client.force_login(staff("reader"))
    assert "/console/campaigns/new/" not in ask(client, "").links()
    assert "/console/campaigns/new/" not in ask(client, "new").links()


def test_nothing_found_says_what_is_looked_at(client):
    furnish()
    client.force_login(staff())
    found = ask(client, "<b>zzz")
    assert "Nothing was found for “<b>zzz”." in found.text("[role=option]")
    assert not found.has("b")


def test_a_search_asks_at_most_eleven_times(client):
    furnish(rows=3)
    client.force_login(staff())
    for text in ("nombre", "nombre2 güell", "güell nombre2", "persona1@", "x"):
        with CaptureQueriesContext(connection) as asked:
            ask(client, text)
        assert len(asked) <= 11, [query["sql"][:90] for query in asked]


def test_whoever_is_signed_out_learns_nothing(client):
    furnish()
    assert client.get("/console/palette/?q=nombre").status_code == 302
