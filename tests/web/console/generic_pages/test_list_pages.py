"""What each list can do: views under a name, a file with a reason, acts on what is ticked, and taking them back."""

import re

import pytest

from esmero.house.models import AuditEntry, SavedView
from esmero.people.models import Person, Tag
from tests.web.facts import furnish, staff

pytestmark = [pytest.mark.postgres, pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_a_view_is_kept_shown_replaced_and_forgotten(client):
    furnish()
    client.force_login(staff())
    facts = {"page": "people", "name": "Españoles", "query": "language=es"}
    client.post("/console/views/save/", facts)
    client.post("/console/views/save/", {**facts, "query": "language=es&sort=-name"})
    view = SavedView.objects.get()
    assert 'href="/console/people/?language=es&amp;sort=-name"' in client.get("/console/people/").content.decode()
    client.post(f"/console/views/{view.pk}/drop/")
    assert not SavedView.objects.exists()


def test_a_view_of_somebody_else_is_seen_only_when_shared(client):
    furnish()
    other = staff("agent")
    SavedView.objects.create(owner=other, page="people", name="Mine", query="")
    SavedView.objects.create(owner=other, page="people", name="Ours", query="", shared=True)
    client.force_login(staff("owner"))
    html = client.get("/console/people/").content.decode()
    assert "Ours" in html
    assert "Mine" not in html
    client.post(f"/console/views/{SavedView.objects.get(name='Ours').pk}/drop/")
    assert SavedView.objects.count() == 2


def test_a_file_of_people_needs_a_reason_and_leaves_a_trace(client):
    furnish(rows=2)
    client.force_login(staff("manager"))
    assert client.get("/console/people/?file=csv").status_code == 302
    assert client.post("/console/people/?file=csv", {"reason": " "}).status_code == 302
    response = client.post("/console/people/?file=csv&q=nombre1", {"reason": "Carta del banco"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert AuditEntry.objects.get(action="people.exported").facts["reason"] == "Carta del banco"


def test_whoever_only_reads_gets_no_file_of_people(client):
    furnish()
    client.force_login(staff("reader"))
    response = client.post("/console/people/?file=csv", {"reason": "Curiosity"})
    assert response.status_code == 302
    assert not AuditEntry.objects.filter(action="people.exported").exists()


def test_ticked_people_get_a_tag_and_lose_it_again_by_the_toast(client):
    console = furnish(rows=3)
    client.force_login(staff())
    first, second, third = console.people
    Tag.objects.create(name="vip")
    third.tags.add(Tag.objects.get(name="vip"))
    response = client.post(
        "/console/people/act/",
        {"act": "tag", "tag-value": "vip", "pick": [first.pk, third.pk], "query": ""},
        follow=True,
    )
    tagged = Person.objects.filter(tags__name="vip")
    assert set(tagged) == {first, third}
    ticket = re.search(r'name="ticket" value="([^"]+)"', response.content.decode())[1]
    client.post("/console/undo/", {"ticket": ticket, "next": "/console/people/"})
    assert set(tagged.all()) == {third}
    assert second not in tagged.all()


def test_a_toast_is_for_who_did_it_and_not_to_be_forged(client):
    console = furnish()
    client.force_login(staff())
    response = client.post(
        "/console/people/act/",
        {"act": "tag", "tag-value": "vip", "pick": [console.people[0].pk], "query": ""},
        follow=True,
    )
    ticket = re.search(r'name="ticket" value="([^"]+)"', response.content.decode())[1]
    for forged in (ticket[:-2] + "AA", ""):
        client.post("/console/undo/", {"ticket": forged})
    client.force_login(staff("manager"))
    client.post("/console/undo/", {"ticket": ticket, "next": "//evil.example/"})
    assert Person.objects.filter(tags__name="vip").count() == 1


def test_all_that_the_list_shows_can_be_tagged_at_once(client):
    furnish(rows=3)
    client.force_login(staff())
    Person.objects.filter(folded="guell nombre1").update(language="fr")
    client.post("/console/people/act/", {"act": "tag", "tag-value": "sur", "scope": "all", "query": "language=fr"})
    assert Person.objects.filter(tags__name="sur").count() == Person.objects.filter(language="fr").count()
