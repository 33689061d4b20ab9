"""What an import does with people that are known, with what staff wrote, with consent, and with being interrupted."""

import threading
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from esmero.imports import run as work
from esmero.imports.lifecycle import begin_unchecked, create_import
from esmero.imports.models import Import
from esmero.people.addresses.suppression import suppress
from esmero.people.imports.chunk import ImportChunk
from esmero.people.imports.report import write_report
from esmero.people.models import (
    Address,
    BlockedDomain,
    ContactPoint,
    Organisation,
    Permission,
    PermissionEntry,
    Person,
    PersonLine,
    Suppression,
    Tag,
    Topic,
)
from esmero.people.permissions.ledger import grant, withdraw
from esmero.privacy.erasure import erase_person
from esmero.privacy.merging import merge
from esmero.rounds.import_kinds import IMPORT_KINDS, PERSONS
from esmero.rounds.table import JOBS
from esmero.work.jobs import claim_job, run_to_end
from tests.house_facts import build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house():
    return build_house()


def begin(house, *lines, said=None, topic=True, dry_run=False):
    brought = create_import("\r\n".join(lines).encode(), kind=PERSONS, name="lista.csv", brand=house.brand, by="Lucía")
    chosen = house.topic if topic is True else topic
    return begin_unchecked(
        brought,
        kind=PERSONS,
        choices=said or {},
        options={"topic": chosen.pk if chosen else None},
        source="alta en tienda",
        dry_run=dry_run,
        by="Lucía",
    )


def bring(house, *lines, **facts):
    brought = begin(house, *lines, **facts)
    job = run_to_end(brought.job, kinds=JOBS, worker="test")
    assert job.state == "done", job.trouble
    brought.refresh_from_db()
    return brought


def verdicts(brought):
    return [(line.verdict, line.address_verdict) for line in PersonLine.objects.filter(of=brought).order_by("line")]


def ada():
    return Person.objects.get(number="7")


HEAD = "Número;Nombre;Correo;Tarifa"


def test_a_number_finds_a_person_before_an_address_does(house):
    bring(house, HEAD, "7;Ada;ada@c.example;A", "8;Bea;bea@c.example;B")
    brought = bring(house, HEAD, "8;Bea;ada@c.example;B")
    assert verdicts(brought) == [("changed", "ok")]
    assert set(Person.objects.values_list("number", "address__value")) == {
        ("7", "ada@c.example"),
        ("8", "ada@c.example"),
    }


def test_an_address_finds_who_has_no_number_and_gives_them_one(house):
    bring(house, "Nombre;Correo", "Ada;ada@c.example")
    bring(house, HEAD, "7;Ada;ADA@C.example;A")
    assert (Person.objects.count(), ada().address.value) == (1, "ada@c.example")


def test_two_people_of_one_household_stay_two(house):
    brought = bring(house, HEAD, "7;Ada;casa@c.example;A", "8;Bea;casa@c.example;B")
    assert verdicts(brought) == [("added", "ok"), ("added", "ok")]
    assert [row[4] for row in write_report(brought)] == [1, 1]


def test_a_blank_cell_erases_nothing(house):
    bring(house, HEAD, "7;Ada;ada@c.example;A")
    brought = bring(house, HEAD, "7;;;", "9;Zoë;no tiene;")
    assert verdicts(brought) == [("unchanged", "none"), ("added", "none")]
    assert (ada().given_name, ada().address.value, ada().fields) == ("Ada", "ada@c.example", {"tarifa": "A"})


def test_what_an_import_wrote_the_next_one_changes_and_what_staff_wrote_stays(house):
    bring(house, HEAD, "7;Ada;ada@c.example;A")
    person = ada()
    person.given_name = "Adelaida"
    del person.written_by["given_name"]
    person.save()
    brought = bring(house, HEAD, "7;Ada;nueva@c.example;B")
    assert verdicts(brought) == [("changed", "ok")]
    assert (ada().given_name, ada().address.value, ada().fields) == ("Adelaida", "nueva@c.example", {"tarifa": "B"})


def test_a_later_line_of_the_file_fills_what_the_earlier_left_blank_and_changes_nothing_else(house):
    lines = (HEAD, "7;Ada;ada@c.example;", "7;Adela;otra@c.example;B")
    brought = bring(house, *lines)
    assert verdicts(brought) == [("added", "ok"), ("merged", "ok")]
    assert (ada().given_name, ada().address.value, ada().fields) == ("Ada", "ada@c.example", {"tarifa": "B"})
    assert list(ContactPoint.objects.values_list("kind", "value")) == [("email", "otra@c.example")]
    assert PersonLine.objects.get(line=3).warnings == [
        "said-otherwise-before: given_name",
        "said-otherwise-before: address",
    ]
    assert verdicts(bring(house, *lines)) == [("unchanged", "ok"), ("merged", "ok")]


def test_a_line_without_number_and_address_is_refused_with_its_cell(house):
    brought = bring(house, HEAD, ";Ada;ada at c.example;A", ";;;", ";TOTAL;;")
    lines = PersonLine.objects.filter(of=brought).order_by("line").values_list("line", "verdict", "reason", "cell")
    assert list(lines) == [(2, "refused", "no-identity", "Correo: ada at c.example"), (3, "refused", "no-identity", ""),
        (4, "refused", "no-identity", "")]  # fmt: skip
    assert not Person.objects.exists()


def test_a_bad_address_costs_the_address_and_not_the_person(house):
    brought = bring(house, HEAD, "7;Ada;ada@@c.example;A")
    assert verdicts(brought) == [("added", "invalid")]
    assert (ada().address, PersonLine.objects.get().warnings) == (None, ["address-two-ats"])


@pytest.mark.parametrize(
    ("domain", "verdict"),
    [
        ("ban.net", "refused"),
        ("sub.ban.net", "added"),
        ("ban.org", "refused"),
        ("sub.ban.org", "refused"),
        ("urban.net", "added"),
    ],
)
def test_domains_of_the_operators_list_are_refused(house, domain, verdict):
    BlockedDomain.objects.bulk_create([BlockedDomain(domain="BAN.net"), BlockedDomain(domain=".ban.org")])
    assert verdicts(bring(house, HEAD, f"7;Ada;ada@{domain.upper()};A"))[0][0] == verdict


CONSENT = "Número;Correo;Fecha alta;Acepta publicidad;Texto aceptado;Fecha baja"


def consents(house, *lines, **facts):
    return bring(house, CONSENT, *lines, said={"Acepta publicidad": "consent"}, **facts)


def test_consent_is_kept_with_wording_version_date_source_and_place(house):
    consents(house, "7;ada@c.example;03/04/2026;sí;Quiero novedades. (v2, web);")
    [entry] = PermissionEntry.objects.all()
    assert (entry.act, entry.basis, entry.wording, entry.wording_version) == (
        "granted",
        "consent",
        "Quiero novedades.",
        "v2",
    )
    assert entry.at == datetime(2026, 4, 2, 22, 0, tzinfo=UTC), "the day begins in the brand's own zone"
    assert (entry.source, entry.proof.name, entry.proof_place) == ("alta en tienda", "lista.csv", "line 2")


def test_on_equal_days_the_withdrawal_wins(house):
    consents(house, "7;ada@c.example;03/04/2026;sí;;03/04/2026")
    assert Permission.objects.get().state == "withdrawn"


def test_no_permission_is_revived_by_an_older_yes_nor_by_one_without_a_date(house):
    consents(house, "7;ada@c.example;03/04/2026;sí;;")
    withdraw(
        ada(),
        brand=house.brand,
        purpose=house.topic.purpose,
        topic=house.topic,
        source="llamada",
        at=datetime(2026, 5, 1, tzinfo=UTC),
    )
    consents(house, "7;ada@c.example;03/04/2026;sí;;")
    assert Permission.objects.get().state == "withdrawn"
    consents(house, "7;ada@c.example;;sí;;")
    assert Permission.objects.get().state == "withdrawn"


def test_a_no_in_the_column_takes_nothing_back_that_the_list_knows_nothing_of(house):
    bring(house, HEAD, "7;Ada;ada@c.example;A")
    grant(
        ada(), brand=house.brand, purpose=house.topic.purpose, topic=house.topic, source="formulario", at=timezone.now()
    )
    consents(house, "7;ada@c.example;;no;;")
    assert Permission.objects.get().state == "granted"


def test_a_consent_of_the_future_counts_with_a_warning(house):
    consents(house, "7;ada@c.example;03/04/2199;sí;;")
    assert Permission.objects.get().state == "granted"
    assert PersonLine.objects.get().warnings == ["consent-in-the-future"]


def test_a_withdrawal_needs_neither_confirmation_nor_topic_and_takes_back_all_advertising(house):
    other = Topic.objects.create(brand=house.brand, code="ofertas", purpose=house.topic.purpose)
    bring(house, CONSENT, "7;ada@c.example;01/01/2026;sí;;02/01/2026", topic=None)
    assert set(Permission.objects.values_list("topic", "state")) == {
        (house.topic.pk, "withdrawn"),
        (other.pk, "withdrawn"),
    }
    assert not PermissionEntry.objects.filter(act="granted").exists()


def test_who_was_silenced_stays_silent_and_the_line_says_so(house):
    suppress("ada@c.example", scope="all", reason="unknown-user", evidence="x", at=timezone.now())
    brought = consents(house, "7;ADA@c.example;03/04/2026;sí;;")
    assert Address.objects.get().standing == "suppressed"
    assert PersonLine.objects.get().warnings == ["suppressed"]
    assert brought.counts == {"added": 1, "address-mended": 1, "suppressed": 1, "granted": 1, "withdrawn": 0}
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize(
    ("line", "cell"),
    [("7;Ada;nueva@c.example;A", "7"), (";Ada;ada@c.example;A", "ada@c.example")],
    ids=["number", "address"],
)
def test_who_was_erased_is_not_taken_in_again(house, line, cell):
    bring(house, HEAD, "7;Ada;ada@c.example;A")
    erase_person(ada(), by="Lucía", reason="asked", at=timezone.now())
    brought = bring(house, HEAD, line)
    assert PersonLine.objects.filter(of=brought).values_list("verdict", "reason", "cell").get() == (
        "refused",
        "erased",
        cell,
    )
    assert not Person.objects.filter(Person.is_active()).exists()


def test_a_companys_name_is_one_organisation_however_it_is_written(house):
    bring(house, "Número;Correo;Empresa", "7;a@c.example;Añil, S.L.", "8;b@c.example;AÑIL,  s.l.")
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_the_dry_run_says_the_same_and_changes_nothing(house, monkeypatch, chunk):
    monkeypatch.setattr(work, "CHUNK", chunk)
    bring(house, HEAD, "7;Ada;ada@c.example;A")
    lines = (HEAD, "7;Ada;ada@c.example;B", "8;Bea;bea@c.example;A", "8;Bea;bea@c.example;A", ";;;")
    before = list(Person.objects.values()), list(Address.objects.values())
    dry = bring(house, *lines, dry_run=True)
    assert (list(Person.objects.values()), list(Address.objects.values())) == before
    assert dry.state == Import.State.CHECKED
    real = bring(house, *lines)
    assert (
        verdicts(dry) == verdicts(real) == [("changed", "ok"), ("added", "ok"), ("merged", "ok"), ("refused", "none")]
    )
    assert dry.counts == real.counts


@pytest.mark.parametrize("chunk", [1, 500])
def test_the_dry_run_says_who_each_line_is_and_how_many_permissions_it_brings(house, monkeypatch, chunk):
    monkeypatch.setattr(work, "CHUNK", chunk)
    consents(house, "7;ada@c.example;03/04/2026;sí;;")
    lines = ("7;ada@c.example;03/04/2026;sí;;", "8;bea@c.example;03/04/2026;sí;;", "9;ida@c.example;;;;05/06/2026")
    dry = consents(house, *lines, dry_run=True)
    told = {line.number: line.cell for line in PersonLine.objects.filter(of=dry)}
    assert told == {"7": "ada@c.example", "8": "bea@c.example", "9": "ida@c.example"}
    assert (dry.counts["granted"], dry.counts["withdrawn"]) == (1, 1), "what the ledger holds already is no news"
    assert PermissionEntry.objects.count() == 1
    real = consents(house, *lines)
    assert real.counts == dry.counts
    assert PermissionEntry.objects.count() == 3
    assert set(PersonLine.objects.filter(of=real).values_list("cell", flat=True)) == {""}


@pytest.mark.parametrize("chunk", [1, 3])
def test_in_the_dry_run_each_row_meets_what_it_would_meet_in_the_import(house, monkeypatch, chunk):
    """Whoever was merged, erased or silenced, what hangs on people, and what earlier rows of the file made of them."""
    monkeypatch.setattr(work, "CHUNK", chunk)
    head = "Número;Nombre;Correo;Empresa;Teléfono;Etiquetas;Acepta publicidad;Baja"
    said = {"Acepta publicidad": "consent", "Baja": "withdrawn", "Etiquetas": "tags", "Teléfono": "phone"}
    bring(
        house, head, "1;Ada;ada@c.example;Añil, S. L.;600100200;vip;sí;", "2;Bea;bea@c.example;;;;sí;",
        "3;Eva;eva@c.example;;;;;", ";Sin;sin@c.example;;;;;", "9;Gone;gone@c.example;;;;;", said=said,
    )  # fmt: skip
    kept, gone = Person.objects.get(number="1"), Person.objects.get(number="9")
    merge(kept, gone, taken=(), by="Lucía")
    erase_person(Person.objects.get(number="3"), by="Lucía", reason="asked", at=timezone.now())
    suppress("mudo@c.example", scope="all", reason="complaint", evidence="carta", at=timezone.now())
    BlockedDomain.objects.create(domain="spam.example")
    lines = (
        head, "9;Ada;ada@c.example;;600100200;vip;sí;", "1;Ada;ada@c.example;ANIL S. L.;600100201;;sí;",
        "3;Eva;eva@c.example;;;;sí;",
        ";Eva;eva@c.example;;;;;", "4;Mudo;mudo@c.example;;;;sí;", "5;X;x@spam.example;;;;;",
        "6;Sin;sin@c.example;;;nuevo;;",
        ";Sin;sin@c.example;;600100300;nuevo;;sí", "2;Otra;bea@c.example;;;vip;;sí", "2;Bea;bea2@c.example;;;vip;sí;",
        "7;Nueva;n@c.example;Nueva;;;sí;", ";;n@c.example;Nueva;;;;", "7;Nueva;n@c.example;Otra;600100400;vip;sí;",
        ";;;;;;;", "8;Casa;ada@c.example;;;;;",
    )  # fmt: skip
    before = [list(table.objects.values()) for table in (Person, Address, Permission, ContactPoint, Tag)]
    dry = bring(house, *lines, said=said, dry_run=True)
    assert [list(table.objects.values()) for table in (Person, Address, Permission, ContactPoint, Tag)] == before
    real = bring(house, *lines, said=said)

    def told(brought):
        names = ("line", "verdict", "number", "address_verdict", "reason", "warnings")
        return list(PersonLine.objects.filter(of=brought).order_by("line").values_list(*names))

    assert told(dry) == told(real)
    assert {verdict for _line, verdict, *_rest in told(dry)} >= {"added", "changed", "merged", "refused"}


def test_a_dry_run_keeps_no_other_writer_waiting(house, monkeypatch):
    monkeypatch.setattr(work, "CHUNK", 2)
    written = []

    def write_elsewhere():
        Tag.objects.create(name=f"{len(written)}")
        written.append(True)
        connections.close_all()

    def write_and_look_on(chunk, write=ImportChunk.write):
        lines = write(chunk)
        other = threading.Thread(target=write_elsewhere, daemon=True)
        other.start()
        other.join(30)
        assert not other.is_alive(), "another writer waits for the dry run"
        return lines

    monkeypatch.setattr(ImportChunk, "write", write_and_look_on)
    bring(house, HEAD, *[f"{n};P{n};p{n}@c.example;A" for n in range(5)], dry_run=True)
    assert (len(written), Tag.objects.count(), Person.objects.count()) == (3, 3, 0)
    assert not list((settings.HOME / "spool").glob("scratch-*"))


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_interrupted_after_any_chunk_it_goes_on_where_it_was(house, monkeypatch, chunks):
    monkeypatch.setattr(work, "CHUNK", 2)
    lines = [f"{n};P{n};p{n}@c.example;A" for n in range(5)] + ["0;P0;p0@c.example;A"]
    brought = begin(house, HEAD, *lines)
    job = claim_job("dies", kinds=JOBS)
    for _ in range(chunks):
        work.run_chunk(job, kinds=IMPORT_KINDS)
    job.refresh_from_db()
    assert job.done == 2 * chunks
    finished = run_to_end(brought.job, kinds=JOBS, worker="dies")
    assert (finished.state, finished.done) == ("done", 6)
    assert verdicts(brought) == [("added", "ok")] * 5 + [("merged", "ok")]
    assert [line.line for line in PersonLine.objects.order_by("line")] == [2, 3, 4, 5, 6, 7]


def test_a_chunk_that_fails_leaves_nothing_half_done(house, monkeypatch):
    monkeypatch.setattr(work, "CHUNK", 2)
    brought = begin(house, HEAD, *[f"{n};P{n};p{n}@c.example;A" for n in range(4)])
    job = claim_job("w", kinds=JOBS)
    work.run_chunk(job, kinds=IMPORT_KINDS)

    def fail(*_args, **_facts):
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(work, "save_progress", fail)
        with pytest.raises(OSError, match="disk full"):
            work.run_chunk(job, kinds=IMPORT_KINDS)
    assert (Person.objects.count(), PersonLine.objects.count()) == (2, 2)
    assert run_to_end(brought.job, kinds=JOBS, worker="w").state == "done"
    assert (Person.objects.count(), PersonLine.objects.count()) == (4, 4)
