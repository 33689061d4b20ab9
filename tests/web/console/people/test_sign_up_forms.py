"""Forms in the console.

Made, opened, closed; a changed wording is a new version; nobody builds one without the right.
"""

import pytest
from selectolax.lexbor import LexborHTMLParser

from esmero.asks.models import Form
from esmero.house.models import AuditEntry
from tests.house_facts import build_house
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


def said(house, **facts):
    base = {
        "name": "Boletín",
        "slug": "boletin",
        "topics": [house.topic.pk],
        "asks_frequency": "on",
        "title_es": "Nuestro boletín",
        "wording_es": "Pueden escribirme.",
        "field_0": "given_name",
        "required_0": "on",
    }
    return {**base, **facts}


def test_a_form_is_made_opened_and_closed(client):
    house = build_house()
    client.force_login(staff("manager"))
    client.post("/console/forms/new/", said(house))
    form = Form.objects.get()
    assert (form.state, form.fields) == ("draft", [{"name": "given_name", "required": True}])
    for act, state in (("open", "open"), ("close", "closed")):
        client.post(f"/console/forms/{form.pk}/act/", {"act": act})
        form.refresh_from_db()
        assert form.state == state
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"form.created", "form.open", "form.closed"}


def test_a_changed_wording_is_a_new_version_and_nothing_else_is(client):
    house = build_house()
    client.force_login(staff("manager"))
    client.post("/console/forms/new/", said(house))
    form = Form.objects.get()
    client.post(f"/console/forms/{form.pk}/", said(house, name="Otro"))
    form.refresh_from_db()
    assert form.wording_version == 1
    client.post(f"/console/forms/{form.pk}/", said(house, wording_es="Acepto."))
    form.refresh_from_db()
    assert form.wording_version == 2


def test_an_address_is_given_once(client):
    house = build_house()
    client.force_login(staff("manager"))
    client.post("/console/forms/new/", said(house))
    response = client.post("/console/forms/new/", said(house))
    assert "Another form has this address." in response.content.decode()
    assert Form.objects.count() == 1


def test_a_form_without_a_topic_cannot_be_opened(client):
    house = build_house()
    form = Form.objects.create(brand=house.brand, slug="x", name="X", wording={"es": "Sí"})
    client.force_login(staff("manager"))
    response = client.post(f"/console/forms/{form.pk}/act/", {"act": "open"}, follow=True)
    assert "a topic that it offers" in response.content.decode()
    form.refresh_from_db()
    assert form.state == "draft"


def test_who_only_reads_builds_none(client):
    house = build_house()
    client.force_login(staff("reader"))
    assert client.post("/console/forms/new/", said(house)).status_code == 403
    assert not Form.objects.exists()


def test_the_code_is_a_picture_of_the_address(client):
    house = build_house()
    form = Form.objects.create(brand=house.brand, slug="x", name="X")
    client.force_login(staff("reader"))
    response = client.get(f"/console/forms/{form.pk}/code.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert response.content.startswith(b"<?xml")
    assert b"<script" not in response.content


def test_what_is_wrong_in_a_folded_language_opens_it_and_is_named_on_top(client):
    house = build_house()
    client.force_login(staff("manager"))
    page = client.get("/console/forms/new/").content.decode()
    assert len(LexborHTMLParser(page).css("details.part > summary")) == 2
    page = client.post("/console/forms/new/", said(house, title_fr="x" * 1001)).content.decode()
    [opened] = LexborHTMLParser(page).css("details.part[open] > summary")
    assert "The same in French" in opened.text()
    assert '<a href="#id_title_fr">' in page
    assert not Form.objects.exists()
