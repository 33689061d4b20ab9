from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from esmero.house.models import AuditEntry
from esmero.house.upload_limits import PROOF
from esmero.imports.lifecycle import begin_unchecked, create_import
from esmero.people.addresses.suppression import find_suppressions, suppress
from esmero.people.models import Address, ContactPoint, Organisation, Permission, Person, Preference, Suppression
from esmero.people.permissions.staff_records import (
    StaffStatement,
    lift_address_suppressions,
    pause_person,
    record_statement,
    suppress_address,
    undo_lifting,
    undo_suppression,
)
from esmero.people.persons.contact_points import (
    ContactPointUnusable,
    add_point,
    change_point,
    read_mail,
    read_phone,
    read_post,
    remove_point,
    restore_point,
)
from esmero.people.persons.editing import NumberTaken, change_person, restore_person, set_address
from esmero.rounds.import_kinds import PERSONS
from esmero.rounds.table import JOBS
from esmero.vault.files import read
from esmero.vault.uploads import check_upload
from esmero.work.jobs import run_to_end
from tests.house_facts import add_people, build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def house():
    return build_house()


@pytest.fixture
def person(house):
    [one] = add_people(house, 1, permission=False)
    Person.objects.filter(pk=one.pk).update(
        written_by={"given_name": 7, "own:tariff": 7, "address": 7}, fields={"tariff": "fibra"}
    )
    return Person.objects.get(pk=one.pk)


def columns(person):
    row = Person.objects.filter(pk=person.pk).values().get()
    return {name: value for name, value in row.items() if name != "changed_at"}


def bring(house, text):
    brought = create_import(text.encode(), kind=PERSONS, name="x.csv", brand=house.brand, by="Lucía")
    brought = begin_unchecked(
        brought, kind=PERSONS, choices={"Tarifa": "own:tariff"}, options={}, source="x", dry_run=False, by="Lucía"
    )
    run_to_end(brought.job, kinds=JOBS, worker="test")


def test_what_staff_wrote_no_import_writes_over(house, person):
    change_person(person, changes={"given_name": "Begoña", "own:tariff": None}, by="Lucía")
    bring(house, f"Número;Nombre;Apellidos;Tarifa\n{person.number};Bego;Muñoz;móvil\n")
    person.refresh_from_db()
    assert (person.given_name, person.family_name, person.fields) == ("Begoña", "Güell", {})


def test_a_change_can_be_taken_back_and_imports_may_write_again(house, person):
    before = columns(person)
    organisation = Organisation.objects.create(name="Obra", folded="obra")
    changes = {
        "given_name": "Begoña",
        "own:tariff": "móvil",
        "own:new": 3,
        "organisation": organisation.pk,
        "title": "Sra.",
    }
    old = change_person(person, changes=changes, by="Lucía")
    person.refresh_from_db()
    assert (person.organisation, person.fields, person.written_by) == (
        organisation,
        {"tariff": "móvil", "new": 3},
        {"address": 7},
    )
    assert person.folded.startswith("begona")
    restore_person(person, before=old, by="Lucía")
    after = columns(person)
    assert {**after, "folded": ""} == {**before, "folded": ""}
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "person.changed",
        "person.restored",
    ]


def test_what_is_the_same_changes_nothing(person):
    assert change_person(person, changes={"given_name": "Nombre0", "country": None, "own:x": None}, by="Lucía") == {}
    assert not AuditEntry.objects.exists()


def test_a_number_belongs_to_one_person(house, person):
    add_people(house, 1, domain="otro.example")
    with pytest.raises(NumberTaken, match="otro"):
        change_person(person, changes={"number": "otro.example-0"}, by="Lucía")
    with pytest.raises(ValueError, match="cannot be changed"):
        change_person(person, changes={"state": "erased"}, by="Lucía")


def test_a_new_address_is_written_to_and_the_old_one_stays_known(person):
    old = person.address
    before = set_address(person, value="nueva@cliente.example", by="Lucía")
    person.refresh_from_db()
    assert person.address.value == "nueva@cliente.example"
    assert "nueva@" in person.folded
    assert list(person.contact_points.values_list("kind", "value")) == [("email", old.value)]
    restore_person(person, before=before, by="Lucía")
    person.refresh_from_db()
    assert (person.address, person.written_by["address"]) == (old, 7)


def test_a_new_address_that_was_silenced_before_is_silent(person):
    suppress("nueva@cliente.example", scope="all", reason="unknown-user", evidence="x", at=NOW)
    set_address(person, value="nueva@cliente.example", by="Lucía")
    person.refresh_from_db()
    assert person.address.standing == "suppressed"


@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("600 123 456", "ES", "+34600123456"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 6 12 34 56 78", "ES", "+33612345678"),
    ],
)
def test_a_phone_is_read_as_its_country_writes_it(text, country, e164):
    shown, facts = read_phone(text, country=country)
    assert facts == {"e164": e164}
    assert shown.startswith(e164[:3] + " ")


@pytest.mark.parametrize("text", ["", "12", "no", "999 999 999 999"])
def test_what_no_line_can_have_is_refused(text):
    with pytest.raises(ContactPointUnusable):
        read_phone(text, country="ES")


def test_ways_to_reach_somebody_come_go_and_come_back(person):
    value, facts = read_phone("600 123 456", country="ES")
    point = add_point(person, kind="phone", value=value, facts=facts, by="Lucía")
    with pytest.raises(ContactPointUnusable, match=r"^contact-point-known "):
        add_point(person, kind="phone", value=value, facts=facts, by="Lucía")
    ContactPoint.objects.update(written_by=9, usable=False)
    before = change_point(point, value="+34 600 123 457", facts={}, by="Lucía")
    row = ContactPoint.objects.get()
    assert (row.value, row.usable, row.written_by) == ("+34 600 123 457", True, None)
    restore_point(before, by="Lucía")
    rows = list(ContactPoint.objects.values())
    gone = remove_point(ContactPoint.objects.get(), by="Lucía")
    assert not ContactPoint.objects.exists()
    restore_point(gone, by="Lucía")
    assert list(ContactPoint.objects.values()) == rows


def test_a_postal_address_needs_street_and_town():
    line, facts = read_post({"street": " C/ Mayor  1 ", "postal_code": "08001", "city": "Barcelona", "country": "ES"})
    assert (line, facts["street"]) == ("C/ Mayor 1, 08001, Barcelona, ES", "C/ Mayor 1")
    with pytest.raises(ContactPointUnusable):
        read_post({"street": "C/ Mayor 1"})
    with pytest.raises(ContactPointUnusable):
        read_mail("zoe at cliente.example")


def said(house, act="granted", **facts):
    about = {"topic": house.topic, "channel": "phone", "source": "llamada", "at": NOW, "basis": "consent"}
    return StaffStatement(act=act, **{**about, **facts})


def test_a_statement_stands_in_the_ledger_with_its_proof(house, person):
    proof = check_upload(b"%PDF-1.7", name="ficha.pdf", rule=PROOF)
    entry = record_statement(
        person, statement=said(house, wording="Quiero", wording_version="v2"), proof=proof, by="Lucía"
    )
    standing = Permission.objects.get()
    assert (standing.state, standing.channel, standing.entry) == ("granted", "phone", entry)
    assert (entry.wording, entry.wording_version, read(entry.proof)) == ("Quiero", "v2", b"%PDF-1.7")
    assert (
        record_statement(person, statement=said(house, wording="Quiero", wording_version="v2"), proof=None, by="M")
        is None
    )
    assert AuditEntry.objects.get().facts["entry"] == entry.pk


def test_only_what_they_said_themselves_revives_a_permission(house, person):
    record_statement(person, statement=said(house, "withdrawn"), proof=None, by="Lucía")
    later = NOW + timedelta(days=3)
    record_statement(person, statement=said(house, at=later), proof=None, by="Lucía")
    assert Permission.objects.get().state == "withdrawn"
    record_statement(
        person, statement=said(house, at=later + timedelta(days=1), personally=True), proof=None, by="Lucía"
    )
    assert Permission.objects.get().state == "granted"


def test_a_pause_says_what_stood_before(house, person):
    until = timezone.now() + timedelta(days=30)
    assert pause_person(person, brand=house.brand, until=until, by="Lucía") is None
    assert pause_person(person, brand=house.brand, until=None, by="Lucía") == until
    assert Preference.objects.get().paused_until is None


def test_an_address_is_silenced_lifted_and_both_can_be_taken_back(house, person):
    address = person.address
    row = suppress_address(address, scope="all", brand=None, reason="lo pidió por carta", by="Lucía")
    assert row.evidence == "Lucía: lo pidió por carta"
    undo_suppression(address, rows=[row.pk], by="Lucía")
    address.refresh_from_db()
    assert (address.standing, find_suppressions([address.value])) == ("ok", {})
    suppress_address(address, scope="all", brand=None, reason="x", by="Lucía")
    ids = lift_address_suppressions(address, reason="buzón nuevo", by="Lucía")
    address.refresh_from_db()
    assert address.standing == "ok"
    undo_lifting(address, rows=ids, by="Lucía")
    address.refresh_from_db()
    assert (address.standing, Suppression.objects.filter(lifted_at=None).count()) == ("suppressed", 1)


def test_taking_a_silence_back_leaves_another_that_stands(person):
    suppress(person.address.value, scope="all", reason="unknown-user", evidence="x", at=NOW)
    mine = suppress_address(person.address, scope="commercial", brand=None, reason="x", by="Lucía")
    undo_suppression(person.address, rows=[mine.pk], by="Lucía")
    assert Address.objects.get().standing == "suppressed"
