"""Each page where several people edit one thing: the second is told, sees both texts, keeps theirs, and may decide."""

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from esmero.asks.models import Form
from esmero.house.models import Brand
from esmero.people.models import Segment, Topic
from esmero.vault.models import StoredFile
from tests.web.facts import furnish, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

# Of each page: its rows, its address, the field that two people write, where the saved text stands, and the button.
PAGES = {
    "template": (None, "/console/templates/{pk}/?language=es", "subject", {}),
    "segment": (Segment, "/console/segments/{pk}/", "name", {"act": "save"}),
    "brand": (Brand, "/console/settings/brands/{pk}/", "sender_name", {}),
    "topic": (Topic, "/console/topics/{pk}/", "name_es", {}),
    "form": (Form, "/console/forms/{pk}/", "name", {}),
}


def read_form(page, field):
    """Return what a browser would send for the form that holds this field."""
    form = next(one for one in LexborHTMLParser(page).css("form[method=post]") if one.css_first(f"[name={field}]"))
    sent = {}
    for one in form.css("input[name], textarea[name], select[name]"):
        facts = one.attributes
        if facts.get("type") in {"checkbox", "radio"} and "checked" not in facts:
            continue
        if facts.get("type") == "file" or "disabled" in facts:
            continue
        if one.tag == "select":
            chosen = one.css_first("option[selected]") or one.css_first("option")
            value = chosen.attributes.get("value") or "" if chosen else ""
        else:
            value = facts.get("value") or ("on" if facts.get("type") == "checkbox" else one.text() or "")
        sent.setdefault(facts["name"], []).append(value)
    return sent


@pytest.mark.parametrize("name", PAGES)
def test_the_second_is_told_and_decides(client, name):
    house = furnish().house
    model, address, field, button = PAGES[name]
    row = house.version.template if model is None else model.objects.order_by("id").first()
    address = address.format(pk=row.pk)
    if name == "form":
        button = {"title_es": "T", "wording_es": "W", "topics": [Topic.objects.filter(brand=house.brand).first().pk]}
    client.force_login(staff("owner"))
    opened = client.get(address).content.decode()
    mine = read_form(opened, field) | {field: ["Mío propio"]} | button
    theirs = read_form(opened, field) | {field: ["Ajeno"]} | button
    assert client.post(address, theirs).status_code == 302
    told = client.post(address, mine)
    assert told.status_code == 200
    html = told.content.decode()
    note = LexborHTMLParser(html).css_first("[role=alert]").text()
    assert "while you wrote" in note
    assert "Ajeno" in note or name == "segment"
    assert read_form(html, field)[field] == ["Mío propio"]
    row.refresh_from_db()
    first = row.row_version
    again = read_form(html, field) | button
    assert client.post(address, again).status_code == 302
    row.refresh_from_db()
    assert row.row_version == first + 1
    assert re.search("Mío propio", client.get(address).content.decode())


def test_a_logo_of_a_refused_change_is_not_kept(client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.web.facts import draw_picture

    brand = furnish().house.brand
    address = f"/console/settings/brands/{brand.pk}/"
    client.force_login(staff("owner"))
    sent = read_form(client.get(address).content.decode(), "sender_name")
    before = StoredFile.objects.count()
    Brand.objects.filter(pk=brand.pk).update(row_version=9)
    logo = SimpleUploadedFile("logo.png", draw_picture())
    assert client.post(address, sent | {"logo": logo}).status_code == 200
    assert StoredFile.objects.count() == before
