"""The pages of devices: list, file, form, refusals, stale writes, act, undo, menu, palette, timeline, languages."""

from datetime import date

import pytest
from django.urls import reverse

from esmero.devices.editing import give_back, lend
from esmero.devices.models import Device
from esmero.house.models import AuditEntry
from tests.house_facts import add_people, build_house
from tests.web.document import get_document, post_document, read_document
from tests.web.facts import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

LIST = "/console/devices/"
DAY = date(2026, 11, 3)


@pytest.fixture
def people():
    return add_people(build_house(), 2)


@pytest.fixture
def devices(people):
    """Two devices, lent to two people; the second is back."""
    router, phone = (
        lend(person, name=name, serial_number=serial, lent_on=DAY, by="test")
        for person, name, serial in zip(people, ("Router", "Phone"), ("R-1", "P-1"), strict=True)
    )
    give_back(phone, on=DAY, by="test")
    return router, phone


@pytest.fixture
def owner(client, devices):
    client.force_login(staff())
    return client


def names(document):
    return sorted(document.texts("table tbody th"))


def test_the_list_is_searched_and_filtered(owner):
    assert names(get_document(owner, LIST)) == ["Phone", "Router"]
    assert names(get_document(owner, LIST, {"q": "r-1"})) == ["Router"]
    assert names(get_document(owner, LIST, {"state": "back"})) == ["Phone"]
    assert names(get_document(owner, LIST, {"state": "lent", "sort": "serial"})) == ["Router"]


def test_a_file_of_the_list_needs_a_reason(owner):
    assert owner.get(LIST, {"file": "csv"}).status_code == 302
    answer = owner.post(f"{LIST}?file=csv&state=lent", {"reason": "Inventory"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["Device", "Router"]
    assert AuditEntry.objects.get(action="devices.exported").facts["reason"] == "Inventory"


def test_a_device_is_lent(owner, people):
    form = get_document(owner, f"{LIST}new/").form_of("serial_number")
    sent = form.fields | {"person": people[1].number, "name": "Modem", "serial_number": "M-1"}
    assert owner.post(f"{LIST}new/", sent).url == LIST
    assert Device.objects.get(serial_number="M-1").person == people[1]
    assert "Modem" in get_document(owner, LIST).toast()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"serial_number": "R-1"}, "serial_number", "Another device has the serial number “R-1”."),
        ({"person": "nobody"}, "person", "Nobody has the number or address “nobody”."),
    ],
)
def test_a_refusal_stands_at_its_field(owner, people, wrong, field, words):
    sent = {"person": people[1].number, "name": "Modem", "serial_number": "M-1", "lent_on": "2026-11-03"} | wrong
    assert words in post_document(owner, f"{LIST}new/", sent).error(field)


def test_the_second_who_saves_is_told(owner, devices):
    address = f"{LIST}{devices[0].pk}/"
    opened = get_document(owner, address).form_of("name").fields
    assert owner.post(address, opened | {"name": "Theirs"}).status_code == 302
    told = read_document(owner.post(address, opened | {"name": "Mine"}))
    assert "Theirs" in told.alert()
    assert owner.post(address, told.form_of("name").fields).status_code == 302
    assert Device.objects.get(pk=devices[0].pk).name == "Mine"


def test_devices_are_given_back_and_lent_again_by_the_toast(owner, devices):
    ticked = {"act": "give-back", "pick": [device.pk for device in devices]}
    done = read_document(owner.post(f"{LIST}act/", ticked, follow=True))
    assert "One device is back." in done.toast()
    assert Device.objects.filter(given_back_on=None).count() == 0
    owner.post("/console/undo/", {"ticket": done.ticket()})
    assert list(Device.objects.filter(given_back_on=None)) == [devices[0]]


def test_whoever_only_reads_changes_nothing(client, devices):
    client.force_login(staff("reader"))
    assert names(get_document(client, LIST)) == ["Phone", "Router"]
    assert client.get(f"{LIST}new/").status_code == 403
    assert client.post(f"{LIST}act/", {"act": "give-back", "pick": [devices[0].pk]}).status_code == 403


def test_devices_stand_in_the_menu_and_the_palette(owner, devices):
    assert "Devices" in get_document(owner, LIST).part('.menu-list a[aria-current="page"]').pieces()
    found = get_document(owner, "/console/palette/", {"q": "route"})
    assert reverse("console:device", args=[devices[0].pk]) in found.links("a[role=option]")
    assert "Lend a device" in get_document(owner, "/console/palette/").texts("a[role=option]")


def test_a_loan_stands_in_the_timeline_of_the_person(owner, people, devices):
    page = get_document(owner, reverse("console:person", args=[people[0].pk]))
    assert page.link("test lent a device: Router") == reverse("console:device", args=[devices[0].pk])


def test_the_audit_log_names_the_act(owner):
    assert "took a device back" in get_document(owner, "/console/settings/audit/").text("table")


@pytest.mark.parametrize(
    ("language", "title", "label"),
    [
        ("en", "Devices", "Serial number"),
        ("es", "Dispositivos", "Número de serie"),
        ("fr", "Appareils", "Numéro de série"),
    ],
)
def test_the_pages_speak_three_languages(client, devices, language, title, label):
    client.force_login(staff(language=language))
    page = get_document(client, LIST)
    assert (page.language, page.heading) == (language, title)
    assert label in page.text("table thead")
    assert label in get_document(client, f"{LIST}new/").text("form[method=post] label[for=id_serial_number]")
