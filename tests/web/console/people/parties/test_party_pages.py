"""Roles, numbers, organisations and addresses of persons and organisations: through their pages, back by the toast."""

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from esmero.house.models import AuditEntry
from esmero.people.models import ContactPoint, Membership, Organisation, PartyNumber, PartyRole, Person
from tests.house_facts import add_people, build_house
from tests.web.console.people.persons.test_person_page import take_back, toast
from tests.web.document import get_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db
PLACES = {"person": "people", "organisation": "organisations"}


@pytest.fixture
def house(client):
    client.force_login(staff("agent"))
    return build_house()


@pytest.fixture
def person(house):
    return add_people(house, 1)[0]


@pytest.fixture
def body():
    return Organisation.objects.create(name="Talleres Güell", folded="talleres guell")


@pytest.fixture(params=PLACES)
def party(request, person, body):
    return person if request.param == "person" else body


def address(party):
    return f"/console/{PLACES[party._meta.model_name]}/{party.pk}/"


def test_a_role_decides_on_the_stage(client, house, party):
    at = address(party)
    today = timezone.localdate()
    assert client.get(at).context["stage"] == "known"
    made = client.post(f"{at}roles/new/", {"kind": "customer", "brand": house.brand.pk, "since": "2024-02-29"})
    assert made["Location"] == at
    assert client.get(at).context["stage"] == "customer"
    assert "customer Fibra Norte" in get_document(client, at).section("Relationship").words
    role = PartyRole.objects.get()
    again = client.post(f"{at}roles/new/", {"kind": "customer", "brand": house.brand.pk})
    assert again.context["form"].non_field_errors() == ["They have this role already; it has no end yet."]
    facts = {"kind": "customer", "brand": house.brand.pk, "since": "2024-02-29"}
    changed = client.post(f"{at}roles/{role.pk}/", {**facts, "until": today.isoformat()})
    ticket = toast(client, changed)
    assert client.get(at).context["stage"] == "leaving"
    take_back(client, ticket=ticket)
    assert client.get(at).context["stage"] == "customer"
    wrong = client.post(f"{at}roles/{role.pk}/", {**facts, "until": "2024-02-28"})
    assert wrong.context["form"].non_field_errors() == ["The last day is before the first."]
    client.post(f"{at}roles/{role.pk}/", {**facts, "until": (today - timedelta(days=1)).isoformat()})
    assert client.get(at).context["stage"] == "former"
    ticket = toast(client, client.post(f"{at}roles/{role.pk}/", {"act": "remove"}))
    assert client.get(at).context["stage"] == "known"
    take_back(client, ticket=ticket)
    assert client.get(at).context["stage"] == "former"


def test_the_lists_narrow_by_stage_and_role(client, house, person, body):
    add_people(house, 1, domain="otro.example")
    for party in (person, body):
        client.post(f"{address(party)}roles/new/", {"kind": "member"})
        listed = address(party).rpartition(f"{party.pk}/")[0]
        for query in ("stage=customer", "role=member", "stage=customer&role=member"):
            assert [line.row for line in client.get(f"{listed}?{query}").context["table"].lines] == [party], query
        for query in ("stage=former", "role=supplier"):
            assert client.get(f"{listed}?{query}").context["table"].lines == []
    client.force_login(staff("owner"))
    answer = client.post("/console/people/?file=csv&stage=customer&columns=name,stage", {"reason": "A meeting"})
    rows = list(csv.reader(b"".join(answer.streaming_content).decode().lstrip("\ufeff").splitlines()))
    assert len(rows) == 2


def test_a_number_comes_changes_and_goes(client, house, party, body, person):
    at = address(party)
    client.post(f"{at}numbers/new/", {"brand": house.brand.pk, "value": " A-1 "})
    number = PartyNumber.objects.get()
    assert number.value == "A-1"
    other = body if party is person else person
    taken = client.post(f"{address(other)}numbers/new/", {"brand": house.brand.pk, "value": "A-1"})
    assert "A-1" in taken.context["form"].non_field_errors()[0]
    gone = client.post(f"{at}numbers/{number.pk}/", {"act": "remove"})
    assert not PartyNumber.objects.exists()
    take_back(client, gone)
    assert PartyNumber.objects.get().party == party


def test_a_person_joins_several_organisations(client, person):
    at = address(person)
    client.post(f"{at}organisations/new/", {"organisation": "Acme", "position": "CEO"})
    client.post(f"{at}organisations/new/", {"organisation": "Bosch", "position": "Socia"})
    acme, bosch = Organisation.objects.order_by("name")
    lines = client.get(at).context["memberships"]
    assert [(one.organisation, one.note) for one in lines] == [(acme, "CEO · main one"), (bosch, "Socia")]
    ticket = toast(client, client.post(f"{at}organisations/{bosch.pk}/", {"act": "lead"}))
    assert [one.organisation for one in client.get(at).context["memberships"]] == [bosch, acme]
    take_back(client, ticket=ticket)
    client.post(f"{at}organisations/{acme.pk}/", {"position": "Presidenta"})
    person.refresh_from_db()
    assert (person.organisation, person.position) == (acme, "Presidenta")
    for organisation in (acme, bosch):
        [line] = client.get(address(organisation)).context["table"].lines
        assert line.row == person
        [row] = [one for one in client.get("/console/organisations/").context["table"].lines if one.row == organisation]
        assert row.row.people == 1
    left = client.post(f"{at}organisations/{bosch.pk}/", {"act": "remove"})
    assert not Membership.objects.exists()
    take_back(client, left)
    assert Membership.objects.get().position == "Socia"


def test_whoever_has_an_organisation_joins_a_second_one_from_its_page(client, person, body):
    acme = Organisation.objects.create(name="Acme", folded="acme")
    for organisation in (acme, body):
        ticket = toast(client, client.post(f"{address(organisation)}join/", {"person": person.pk}))
    person.refresh_from_db()
    assert person.organisation == acme
    assert Membership.objects.get().organisation == body
    take_back(client, ticket=ticket)
    assert not Membership.objects.exists()


def test_an_address_has_a_use_and_an_organisation_has_addresses(client, party):
    at = address(party)
    facts = {"street": "C/ Mayor 1", "line_2": "2.º B", "postal_code": "28013", "city": "Madrid", "country": "ES"}
    client.post(f"{at}reach/post/new/", {**facts, "use": "billing"})
    client.post(f"{at}reach/post/new/", {**facts, "use": "service"})
    assert client.post(f"{at}reach/post/new/", {**facts, "use": "service"}).context["form"].errors
    assert list(ContactPoint.objects.order_by("id").values_list("use", flat=True)) == ["billing", "service"]
    point = ContactPoint.objects.first()
    assert point.facts == facts
    assert client.get(f"{at}reach/{point.pk}/").context["form"]["use"].value() == "billing"
    changed = client.post(f"{at}reach/{point.pk}/", {**facts, "use": "home"})
    take_back(client, changed)
    assert ContactPoint.objects.get(pk=point.pk).use == "billing"
    gone = client.post(f"{at}reach/{point.pk}/", {"act": "remove"})
    take_back(client, gone)
    assert ContactPoint.objects.get(pk=point.pk).party == party
    assert "C/ Mayor 1" in get_document(client, at).section("Reach").words


def test_capacity_tax_number_and_time_zone_are_checked_and_kept(client, person, body):
    facts = {"capacity": "business", "country": "ES", "timezone": "Atlantic/Canary"}
    for party, name in ((person, {"given_name": "Ada"}), (body, {"name": "Acme"})):
        wrong = client.post(f"{address(party)}edit/", {**facts, **name, "tax_id": "B-58378432"})
        assert list(wrong.context["form"].errors) == ["tax_id"]
        assert client.post(f"{address(party)}edit/", {**facts, **name, "tax_id": "B-58378431"}).status_code == 302
        party.refresh_from_db()
        assert (party.capacity, party.tax_id, party.timezone) == ("business", "B58378431", "Atlantic/Canary")
        assert "B58378431" in get_document(client, address(party)).section("As a party to a contract").words


def test_two_organisations_become_one(client, person, body):
    other = Organisation.objects.create(name="Talleres Guell SL", folded="talleres guell sl")
    Person.objects.update(organisation=other)
    found = client.get(f"{address(body)}?other=guell").context["mergeable"]
    assert found == [other]
    client.post(f"{address(body)}merge/", {"merged": other.pk})
    person.refresh_from_db()
    assert person.organisation == body
    assert list(Organisation.objects.all()) == [body]
    assert client.post(f"{address(body)}merge/", {"merged": other.pk}).status_code == 404


@pytest.mark.parametrize("wrong", ["abc", "", "-1", "9" * 30, "9" * 5000, "²"])
def test_an_id_that_is_none_finds_nothing(client, person, body, wrong):
    client.force_login(staff())
    assert client.post(f"{address(body)}merge/", {"merged": wrong}).status_code == 404
    for name in ("person", "apart"):
        assert client.post(f"{address(body)}join/", {name: wrong}).status_code == 404
    for page, name in (("segment-examples", "reach"), ("brand-preview", "pk"), ("brand-preview", "issuer")):
        assert client.post(reverse(f"console:{page}"), {name: wrong}).status_code == 200
    assert client.get(reverse("console:audit"), {"by": wrong}).status_code == 200


def test_a_reader_changes_nothing(client, house, party):
    client.force_login(staff("reader"))
    at = address(party)
    for place in ("roles/new/", "numbers/new/", "reach/post/new/"):
        assert client.get(f"{at}{place}").status_code == 403
        assert client.post(f"{at}{place}", {"kind": "customer"}).status_code == 403
    assert f"{at}roles/new/" not in get_document(client, at).links()
    assert not AuditEntry.objects.filter(action__startswith="party.").exists()


@pytest.mark.parametrize("wrong", ["abc", "9" * 19, "9" * 5000])
def test_ticks_and_buttons_that_name_no_row_do_nothing(client, house, wrong):
    client.force_login(staff())
    assert client.post(reverse("console:proposals-act"), {"one": f"accept-{wrong}"}).status_code == 302
    assert client.post(reverse("console:doubts"), {"sent": "yes", "pick": wrong}).status_code == 302
    assert client.get(reverse("console:reports"), {"days": wrong}).status_code == 200


def test_what_was_offered_to_be_taken_back_reaches_the_survivor_of_a_merge(client, house, body):
    other = Organisation.objects.create(name="Cima", folded="cima")
    facts = {"street": "C/ Mayor 1", "line_2": "", "postal_code": "28013", "city": "Madrid", "country": "ES", "use": ""}
    toast(client, client.post(f"{address(other)}reach/post/new/", facts))
    point = ContactPoint.objects.get()
    removed = toast(client, client.post(f"{address(other)}reach/{point.pk}/", {"act": "remove"}))
    assert not ContactPoint.objects.exists()
    changed = toast(client, client.post(f"{address(other)}edit/", {"name": "Cima, S.L."}))
    client.post(f"{address(body)}merge/", {"merged": other.pk})
    take_back(client, ticket=removed)
    assert ContactPoint.objects.get().organisation == body
    connection.check_constraints()
    client.post(f"{address(body)}reach/{ContactPoint.objects.get().pk}/", {"act": "remove"})
    client.post(f"{address(body)}reach/post/new/", facts)
    take_back(client, ticket=removed)  # the same one is there already
    assert ContactPoint.objects.count() == 1
    take_back(client, ticket=changed)  # the survivor keeps its own values
    body.refresh_from_db()
    assert body.name == "Talleres Güell"
