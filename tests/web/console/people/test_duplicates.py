import csv

import pytest
from django.test import Client

from esmero.people.addresses.suppression import suppress
from esmero.people.models import Duplicate, Merge, Organisation, PermissionEntry, Person
from esmero.people.persons.names import update_folded
from esmero.work.models import Job
from tests.house_facts import add_people, build_house
from tests.web.document import get_document, post_document
from tests.web.facts import staff

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


@pytest.fixture
def house(client):
    client.force_login(staff("agent"))
    return build_house()


@pytest.fixture
def pair(house):
    one, two = add_people(house, 2)
    Person.objects.filter(pk=one.pk).update(fields={"tariff": "fibra"})
    Person.objects.filter(pk=two.pk).update(title="Sra.", fields={"tariff": "móvil", "since": 2019})
    return Duplicate.objects.create(first=one, second=two, signs=["name", "phone"], weight=70)


def toast(client, response):
    """Return the ticket of the undo button that the page shows once."""
    html = client.get(response["Location"])
    [ticket] = [message.extra_tags for message in html.context["messages"] if message.extra_tags]
    return ticket


def take_back(client, response="", *, ticket=""):
    """Press the undo button of the toast that follows."""
    answer = client.post("/console/undo/", {"ticket": ticket or toast(client, response), "next": "/console/"})
    assert answer.status_code == 302


def test_two_stand_side_by_side_with_what_the_first_lacks_proposed(client, pair):
    shown = client.get(f"/console/duplicates/{pair.pk}/").context
    lines = {line.name: line for line in shown["lines"] if line.name}
    assert (shown["kept"], shown["gone"]) == (pair.first, pair.second)
    assert {name for name, line in lines.items() if line.from_gone} == {"title", "own:since"}
    assert {name for name, line in lines.items() if line.differs} == {"number", "given_name", "address", "own:tariff"}
    turned = client.get(f"/console/duplicates/{pair.pk}/?keep={pair.second_id}").context
    assert (turned["kept"], turned["gone"]) == (pair.second, pair.first)


def test_they_are_merged_as_chosen_and_taken_back(client, pair):
    answer = client.post(
        f"/console/duplicates/{pair.pk}/decide/",
        {"act": "merge", "keep": pair.first_id, "take-title": "gone", "take-own:tariff": "gone", "take-state": "gone"},
    )
    ticket = toast(client, answer)
    kept = Person.objects.get(pk=pair.first_id)
    assert (kept.title, kept.fields) == ("Sra.", {"tariff": "móvil"})
    assert f"/console/people/{kept.pk}/" in get_document(client, f"/console/people/{pair.second_id}/").links()
    take_back(client, ticket=ticket)
    assert set(Person.objects.values_list("state", flat=True)) == {"active"}
    assert Duplicate.objects.get().state == "open"


def test_a_merge_is_taken_back_from_the_persons_page_later(client, pair):
    client.post(f"/console/duplicates/{pair.pk}/decide/", {"act": "merge", "keep": pair.first_id})
    done = Merge.objects.get()
    forms = get_document(client, f"/console/people/{pair.first_id}/").forms()
    assert f"/console/merges/{done.pk}/undo/" in [one.action for one in forms]
    client.post(f"/console/merges/{done.pk}/undo/")
    assert Person.objects.get(pk=pair.second_id).state == "active"
    assert "undone already" in post_document(client, f"/console/merges/{done.pk}/undo/").toast()


def test_that_they_are_two_is_remembered_and_taken_back(client, pair):
    ticket = toast(client, client.post(f"/console/duplicates/{pair.pk}/decide/", {"act": "apart"}))
    assert not client.get("/console/duplicates/").context["table"].lines
    assert len(client.get("/console/duplicates/?state=different").context["table"].lines) == 1
    take_back(client, ticket=ticket)
    assert len(client.get("/console/duplicates/").context["table"].lines) == 1


def test_many_pairs_are_told_apart_at_once(client, pair):
    client.post("/console/duplicates/act/", {"act": "apart", "pick": [pair.pk]})
    assert Duplicate.objects.get().state == "different"


def test_a_search_is_queued_and_its_progress_shown(client, house):
    client.post("/console/duplicates/act/", {"act": "search"})
    assert Job.objects.get().kind == "find-duplicates"
    assert get_document(client, "/console/duplicates/").follows
    part = get_document(client, "/console/duplicates/?search", headers={"HX-Request": "true"})
    assert part.follows
    assert not part.is_page
    Job.objects.update(state="done")
    assert client.get("/console/duplicates/?search", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_reader_merges_nothing(client, pair):
    client.force_login(staff("reader"))
    assert client.get(f"/console/duplicates/{pair.pk}/").status_code == 200
    assert client.post(f"/console/duplicates/{pair.pk}/decide/", {"act": "merge"}).status_code == 403
    assert client.post("/console/duplicates/act/", {"act": "search"}).status_code == 403


def test_an_organisation_is_made_joined_and_parted(client, house):
    [one] = add_people(house, 1)
    answer = client.post(
        "/console/organisations/new/", {"name": "Talleres Güell", "domain": "https://www.guell.example/x"}
    )
    organisation = Organisation.objects.get()
    assert (organisation.domain, organisation.folded) == ("guell.example", "talleres guell")
    at = answer["Location"]
    Person.objects.update(folded="guell nombre0")
    assert client.get(f"{at}?find=NOMBRE0").context["found"] == [(one, "persona0@cliente.example")]
    answer = client.post(f"{at}join/", {"person": one.pk})
    [line] = client.get(at).context["table"].lines
    assert line.row == one
    parting = next(each for each in get_document(client, at).forms() if each.action == f"{at}join/" and each.buttons)
    assert ("apart", str(one.pk)) in [(each.name, each.value) for each in parting.buttons]
    [row] = client.get("/console/organisations/?q=guell").context["table"].lines
    assert row.row.people == 1
    owner = Client()
    owner.force_login(staff("owner"))
    file = b"".join(owner.post(f"{at}?file=csv", {"reason": "A meeting"}).streaming_content).decode()
    assert [row[:2] for row in csv.reader(file.lstrip("\ufeff").splitlines())] == [
        ["Name", "Address"],
        [str(one), "persona0@cliente.example"],
    ]
    client.post(f"{at}join/", {"apart": one.pk})
    assert client.get(at).context["table"].lines == []
    changed = client.post(f"{at}edit/", {"name": "Güell e Hijos"})
    take_back(client, changed)
    assert Organisation.objects.get().name == "Talleres Güell"


@pytest.mark.parametrize(
    ("query", "number"),
    [("", 2), ("?act=granted", 2), ("?act=withdrawn", 0), ("?channel=post", 0), ("?basis=consent", 2),
        ("?proof=file", 0),
     ("?q=persona1@cliente.example", 1), ("?q=nobody", 0)],
)  # fmt: skip
def test_the_ledger_can_be_narrowed(client, house, query, number):
    for one in add_people(house, 2):
        update_folded(one)
        one.save()
    assert len(client.get(f"/console/permissions/{query}").context["table"].lines) == number
    assert PermissionEntry.objects.count() == 2


def test_a_silent_address_is_found_by_typing_it(client, house):
    from django.utils import timezone

    suppress("zoe@cliente.example", scope="all", reason="unknown-user", evidence="x", at=timezone.now())
    suppress("ann@cliente.example", scope="commercial", reason="complaint", evidence="x", at=timezone.now())
    assert len(client.get("/console/permissions/silences/").context["table"].lines) == 2
    [line] = client.get("/console/permissions/silences/?q=ZOE@cliente.example").context["table"].lines
    assert line.row.reason == "unknown-user"
    page = get_document(client, "/console/permissions/silences/")
    assert "zoe@cliente" not in page.markup
    assert "nobody there has this address" in page.text("#table")
