"""Each page where several people edit one thing: the second is told, sees both texts, keeps theirs, and may decide."""

import pytest

from esmero.asks.models import Form
from esmero.house.models import Brand
from esmero.people.models import Segment, Topic
from esmero.vault.models import StoredFile
from tests.web.document import get_document, read_document
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


@pytest.mark.parametrize("name", PAGES)
def test_the_second_is_told_and_decides(client, name):
    house = furnish().house
    model, address, field, button = PAGES[name]
    row = house.version.template if model is None else model.objects.order_by("id").first()
    address = address.format(pk=row.pk)
    if name == "form":
        button = {"title_es": "T", "wording_es": "W", "topics": [Topic.objects.filter(brand=house.brand).first().pk]}
    client.force_login(staff("owner"))
    opened = get_document(client, address).form_of(field).fields
    mine = opened | {field: ["Mío propio"]} | button
    theirs = opened | {field: ["Ajeno"]} | button
    assert client.post(address, theirs).status_code == 302
    told = client.post(address, mine)
    assert told.status_code == 200
    page = read_document(told)
    assert "while you wrote" in page.alert()
    assert "Ajeno" in page.alert() or name == "segment"
    again = page.form_of(field)
    assert again.value(field) == "Mío propio"
    row.refresh_from_db()
    first = row.row_version
    assert client.post(address, again.fields | button).status_code == 302
    row.refresh_from_db()
    assert row.row_version == first + 1
    assert get_document(client, address).form_of(field).value(field) == "Mío propio"


def test_a_logo_of_a_refused_change_is_not_kept(client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.web.facts import draw_picture

    brand = furnish().house.brand
    address = f"/console/settings/brands/{brand.pk}/"
    client.force_login(staff("owner"))
    sent = get_document(client, address).form_of("sender_name").fields
    before = StoredFile.objects.count()
    Brand.objects.filter(pk=brand.pk).update(row_version=9)
    logo = SimpleUploadedFile("logo.png", draw_picture())
    assert client.post(address, sent | {"logo": logo}).status_code == 200
    assert StoredFile.objects.count() == before
