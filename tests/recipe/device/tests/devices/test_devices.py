"""Lend a device, change it, take it back; merge, export and erase the person who has it."""

from datetime import date

import pytest
from django.utils import timezone

from esmero.devices.editing import change_device, find_borrower, give_back, lend, restore_loan
from esmero.devices.models import Device
from esmero.dossier.timeline import read_timeline
from esmero.house.editing.row_versions import StaleWrite
from esmero.house.models import AuditEntry
from esmero.people.models import Person
from esmero.privacy.erasure import erase_person
from esmero.privacy.export import collect_data
from esmero.privacy.merging import merge
from esmero.refusal import InvalidValue, Refusal
from tests.house_facts import add_people, build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

DAY = date(2026, 11, 3)


@pytest.fixture
def people():
    return add_people(build_house(), 2)


@pytest.fixture
def router(people):
    return lend(people[0], name="Router", serial_number="R-1", lent_on=DAY, by="test")


def refused(act, *args, **facts):
    with pytest.raises(Refusal) as refusal:
        act(*args, **facts)
    return refusal.value.code


def test_a_person_is_found_by_number_or_address(people):
    assert find_borrower(f" {people[0].number} ") == people[0]
    assert find_borrower(people[1].address.value.upper()) == people[1]
    assert refused(find_borrower, "nobody@cliente.example") == "device-person-unknown"


def test_a_serial_number_is_lent_once(people, router):
    assert refused(lend, people[1], name="Other", serial_number=" R-1", lent_on=DAY, by="test") == "device-serial-taken"
    assert Device.objects.count() == 1


def test_a_device_is_given_back_once_and_not_before_it_was_lent(router):
    assert refused(give_back, router, on=date(2026, 11, 2), by="test") == "device-days-reversed"
    give_back(router, on=DAY, by="test")
    assert refused(give_back, router, on=DAY, by="test") == "device-back-already"
    with pytest.raises(InvalidValue):
        change_device(router, name="Router", serial_number="R-1", lent_on=date(2026, 11, 4), by="test")
    restore_loan(router, by="test")
    assert Device.objects.get().given_back_on is None


def test_whoever_saw_an_older_version_is_refused(router):
    change_device(router, name="Router 2", serial_number="R-2", lent_on=DAY, by="Lucía", seen=1)
    with pytest.raises(StaleWrite) as refusal:
        change_device(router, name="Router 3", serial_number="R-3", lent_on=DAY, by="Ana", seen=1)
    assert refusal.value.facts["by"] == "Lucía"
    assert Device.objects.get().name == "Router 2"


def test_each_act_is_audited_and_stands_in_the_timeline(people, router):
    give_back(router, on=DAY, by="test")
    actions = list(AuditEntry.objects.filter(subject_kind="device").order_by("id").values_list("action", flat=True))
    assert actions == ["device.lent", "device.given-back"]
    told = [entry.facts["action"] for entry in read_timeline(people[0]) if entry.kind == "device"]
    assert told == ["device.given-back", "device.lent"]
    assert [entry for entry in read_timeline(people[1]) if entry.kind == "device"] == []


def test_a_merge_moves_the_devices(people, router):
    merge(people[1], people[0], taken=(), by="test")
    assert Device.objects.get().person == people[1]


def test_an_export_holds_the_devices(people, router):
    [held] = collect_data(people[0])["lent devices"]
    assert held == {"name": "Router", "serial_number": "R-1", "lent_on": "2026-11-03", "given_back_on": None}
    assert "lent devices" not in collect_data(people[1])


def test_an_erasure_keeps_the_device_without_the_person(people, router):
    erase_person(people[0], by="test", reason="asked", at=timezone.now())
    router.refresh_from_db()
    assert (router.person_id, router.serial_number) == (None, "R-1")
    assert Person.objects.get(pk=people[0].pk).state == Person.State.ERASED
