"""Twenty-two lists of many programs: what becomes of their lines was counted by hand, file by file, with the eye."""

import pytest

from esmero.imports.models import Import
from esmero.management.command_line import run
from esmero.people.models import (
    Address,
    BlockedDomain,
    Permission,
    Person,
    PersonLine,
    Suppression,
)
from esmero.work.models import Job
from tests.corpus import CORPUS, needs
from tests.house_facts import build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.corpus, needs("contacts")]

# file: records, added, merged, refused, suppressed; and persons and addresses that are there afterwards
EXPECTED = {
    "datablist-customers-100.csv": (100, 100, 0, 0, 0, 100, 100),
    # The last line lacks a cell: a date stands where the address should. The person has a number and is kept.
    "datablist-customers-variant.csv": (101, 101, 0, 0, 0, 101, 100),
    "keila-import_excel.csv": (201, 201, 0, 0, 0, 201, 201),
    # The second line gives the first one its number; the third has that number and another address: still the same.
    "keila-import_external_ids.csv": (4, 2, 2, 0, 0, 2, 3),
    # The last line has the number of the first person and the address of the second: the number decides.
    "keila-import_external_ids_duplicate.csv": (4, 2, 2, 0, 0, 2, 2),
    "keila-import_libreoffice.csv": (201, 201, 0, 0, 0, 201, 201),
    "keila-import_malformed1.csv": (3, 3, 0, 0, 0, 3, 3),
    "keila-import_malformed2.csv": (1, 0, 0, 1, 0, 0, 0),
    "keila-import_rfc_4180.csv": (201, 201, 0, 0, 0, 201, 201),
    "keila-import_rfc_4180_upsert.csv": (5, 4, 1, 0, 0, 4, 4),
    "keila-import_rfc_4180_with_status.csv": (4, 4, 0, 0, 2, 4, 4),
    "keila-import_with_data.csv": (2, 2, 0, 0, 0, 2, 2),
    "listmonk-blocklist.csv": (4, 2, 0, 2, 0, 2, 2),
    "listmonk-subscribers.csv": (100, 100, 0, 0, 0, 100, 100),
    "mautic-10contacts.csv": (10, 10, 0, 0, 0, 10, 10),
    # Four have neither address nor number.
    "mautic-fake-leads.csv": (54, 50, 0, 4, 0, 50, 50),
    "mautic-import-fixture.csv": (2, 2, 0, 0, 0, 2, 2),
    # One has neither name nor address; another has two addresses in one cell, and a third in two columns.
    "own-google-contacts-utf16.csv": (5, 4, 0, 1, 0, 4, 4),
    "own-google-contacts.csv": (5, 4, 0, 1, 0, 4, 4),
    "own-mailchimp-subscribed.csv": (3, 2, 1, 0, 0, 2, 2),
    "own-mailchimp-unsubscribed.csv": (1, 1, 0, 0, 1, 1, 1),
    # An Exchange path is no address that we could write to, and the line says nothing else.
    "own-outlook-cp1252.csv": (3, 2, 0, 1, 0, 2, 2),
}


@pytest.fixture(autouse=True)
def house():
    BlockedDomain.objects.bulk_create([BlockedDomain(domain="ban.net"), BlockedDomain(domain="BAN.org")])
    return build_house()


def bring(name, tmp_path):
    report = tmp_path / "report.tsv"
    words = ["import", str(CORPUS / "contacts" / name), "--brand", "fibra-norte", "--source", "prueba"]
    assert run([*words, "--report", str(report)]) == 0
    head, *rows = [line.split("\t") for line in report.read_text().splitlines()]
    return Import.objects.latest("id"), [dict(zip(head, row, strict=True)) for row in rows]


def test_none_of_the_files_is_forgotten():
    assert {path.name for path in (CORPUS / "contacts").glob("*.csv")} == EXPECTED.keys()
    assert len(EXPECTED) == 22


@pytest.mark.parametrize("name", EXPECTED)
def test_each_line_is_accounted_for_and_once_more_changes_nothing(name, tmp_path):
    records, added, merged, refused, suppressed, persons, addresses = EXPECTED[name]
    brought, rows = bring(name, tmp_path)
    counts = {key: brought.counts.get(key, 0) for key in ("added", "merged", "refused", "suppressed")}
    assert counts == {"added": added, "merged": merged, "refused": refused, "suppressed": suppressed}
    assert len(rows) == records == added + merged + refused
    assert (Person.objects.count(), Address.objects.count()) == (persons, addresses)
    assert not Permission.objects.filter(state="granted").exists(), "nobody confirmed a column of consent"
    assert not Job.objects.filter(state="failed").exists()

    again, _ = bring(name, tmp_path)
    unchanged = {key: again.counts.get(key, 0) for key in ("unchanged", "merged", "refused", "added", "changed")}
    assert unchanged == {"unchanged": added, "merged": merged, "refused": refused, "added": 0, "changed": 0}
    assert (Person.objects.count(), Address.objects.count()) == (persons, addresses)


def test_who_unsubscribed_elsewhere_is_in_the_suppression_list_and_cannot_be_mailed(tmp_path):
    bring("own-mailchimp-unsubscribed.csv", tmp_path)
    [row] = Suppression.objects.all()
    assert (row.scope, row.reason, row.brand.slug) == ("commercial", "unsubscribed", "fibra-norte")
    [permission] = Permission.objects.all()
    assert permission.state == "withdrawn"
    assert f"{permission.withdrawn_at:%Y-%m-%d}" in {"2026-10-01", "2026-09-30"}


def test_a_status_silences_as_far_as_it_says(tmp_path):
    bring("keila-import_rfc_4180_with_status.csv", tmp_path)
    standing = {one.value: one.standing for one in Address.objects.all()}
    assert {value for value, is_now in standing.items() if is_now == "suppressed"} == {"unreachable@example.com"}
    assert sorted(Suppression.objects.values_list("scope", "reason")) == [
        ("all", "unreachable"),
        ("commercial", "unsubscribed"),
    ]


def test_letters_and_quotes_come_as_they_were_written(tmp_path):
    bring("own-google-contacts-utf16.csv", tmp_path)
    bring("own-outlook-cp1252.csv", tmp_path)
    names = set(Person.objects.values_list("given_name", "family_name"))
    assert {("María José", "Ñúñez"), ("Hélène", "d’Œuvre"), ("Begoña", "Pérez-Ibáñez"), ("Loïc", "Le Goff")} <= names


def test_the_first_of_several_addresses_is_written_to_and_the_others_are_kept(tmp_path):
    bring("own-google-contacts.csv", tmp_path)
    person = Person.objects.get(given_name="Hélène")
    assert person.address.value == "helene.doeuvre@client-deux.example"
    assert list(person.contact_points.filter(kind="email").values_list("value", flat=True)) == [
        "h.doeuvre@perso.example"
    ]


def test_the_line_that_stood_earlier_stands_and_the_later_is_warned_of(tmp_path):
    bring("keila-import_rfc_4180_upsert.csv", tmp_path)
    assert Person.objects.get(address__value="joao@example.com").family_name == "Milton"
    assert PersonLine.objects.get(line=6).warnings == ["said-otherwise-before: family_name"]
