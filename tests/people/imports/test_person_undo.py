"""A list that is taken back leaves the house as it was, to the row; what others have changed or used since stays."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from esmero.campaigns.models import AudienceMember, Campaign
from esmero.house.models import AuditEntry
from esmero.imports import undo as work
from esmero.imports.lifecycle import begin_unchecked, begin_undo, create_import
from esmero.imports.models import Import
from esmero.imports.undo import preview_undo
from esmero.people.addresses.suppression import suppress
from esmero.people.models import (
    Address,
    ContactPoint,
    CustomField,
    Note,
    Organisation,
    PartyNumber,
    PartyRole,
    Permission,
    PermissionEntry,
    Person,
    PersonLine,
    Suppression,
    Tag,
)
from esmero.people.parties.organisation_merging import merge_organisations
from esmero.people.parties.party_rows import change_row
from esmero.people.persons.editing import change_person
from esmero.privacy.erasure import erase_person
from esmero.privacy.merging import merge
from esmero.refusal import Refusal
from esmero.rounds.import_kinds import IMPORT_KINDS, PERSONS
from esmero.rounds.table import JOBS
from esmero.work.jobs import claim_job, run_to_end
from tests.database_rows import assert_same, read_rows
from tests.house_facts import build_house, open_dispatch

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
HEAD = "Número;Nombre;Correo;Empresa;Teléfono;Etiquetas;Acepta publicidad;Baja;Tarifa"
SAID = {"Acepta publicidad": "consent", "Baja": "withdrawn", "Etiquetas": "tags", "Teléfono": "phone"}


@pytest.fixture
def house():
    return build_house()


def bring(house, *lines, head=HEAD, said=SAID):
    brought = create_import(
        "\r\n".join([head, *lines]).encode(), kind=PERSONS, name="lista.csv", brand=house.brand, by="Lucía"
    )
    brought = begin_unchecked(
        brought, kind=PERSONS, choices=said, options={"topic": house.topic.pk}, source="tienda", dry_run=False,
        by="Lucía",
    )  # fmt: skip
    assert run_to_end(brought.job, kinds=JOBS, worker="test").state == "done"
    brought.refresh_from_db()
    return brought


def take_back(brought):
    brought = begin_undo(brought, kind=PERSONS, by="Lucía")
    job = run_to_end(brought.job, kinds=JOBS, worker="test")
    assert job.state == "done", job.trouble
    brought.refresh_from_db()
    return brought


def outcomes(brought):
    return dict(PersonLine.objects.filter(of=brought).exclude(undo="").values_list("line", "undo"))


FIRST = ("1;Ada;ada@c.example;Añil;600100200;vip;sí;;A", "2;Bea;bea@c.example;;;;sí;;", ";Sin;sin@c.example;;;;;;")
SECOND = (
    "1;Adela;nueva@c.example;Otra;600100201;nuevo,vip;;02/01/2026;B",
    "3;Eva;eva@c.example;Añil;600100300;vip;sí;;C",
    "3;;otra@c.example;;;extra;;;",
    "9;Sin;sin@c.example;;;;sí;;",
    "2;Bea;bea@c.example;;;;sí;;",
    ";;;;;;;;",
    "4;Casa;ada@c.example;;;;;;",
)


@pytest.mark.parametrize("chunk", [1, 3, 500])
def test_the_house_is_as_it_was_to_the_row(house, monkeypatch, chunk):
    monkeypatch.setattr(work, "CHUNK", chunk)
    bring(house, *FIRST)
    before = read_rows()
    brought = bring(house, *SECOND)
    assert read_rows() != before
    counts = brought.counts
    foreseen = preview_undo(brought, kind=PERSONS)
    undone = take_back(brought)
    assert_same(before, read_rows())
    assert (undone.state, undone.counts) == (Import.State.UNDONE, counts)
    assert {name: number for name, number in foreseen.items() if number} == {
        name: number for name, number in undone.undo_counts.items() if number
    }
    assert undone.undo_counts["people-removed"] == 2
    assert outcomes(brought) == dict.fromkeys((2, 3, 4, 5, 8), "undone")
    actions = AuditEntry.objects.filter(subject_kind="import", subject_id=brought.pk).order_by("id")
    assert list(actions.values_list("action", flat=True))[-2:] == ["import.undo-started", "import.undone"]


PARTY_HEAD = (
    "Número;Correo;Empresa;Cargo;Tipo de cliente;NIF;Relación;Referencia externa;Zona horaria;Dirección;Localidad;"
    "Dirección de facturación;CP facturación;Localidad facturación;Dirección de instalación;Localidad instalación"
)
PARTY_FIRST = (
    "1;ada@c.example;Añil;CEO;particular;12345678Z;cliente;A-1;Europe/Madrid;C 1;León;Gran Vía 2;28013;Madrid;;",
    "2;bea@c.example;;;;;;;;;;;;;;",
)
PARTY_SECOND = (
    "1;ada@c.example;Añil;Presidenta;empresa;B58378431;cliente,proveedor;A-2;Atlantic/Canary;C 1;León;C 1;;León;P;Lugo",
    "2;bea@c.example;Otra;Jefa;empresa;;socio;B-1;;;;;;;Calle 9;Lugo",
    ";;;;;;patrocinador;C-1;;;;;;;;",
    ";;;;;;prospecto;C-1;;;;;;;;",
    "9;;;;;;marciano;A-1;Marte/Olimpo;;;;;;;",
)


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_what_a_list_says_of_parties_is_taken_back_to_the_row(house, monkeypatch, chunk):
    monkeypatch.setattr(work, "CHUNK", chunk)
    bring(house, *PARTY_FIRST, head=PARTY_HEAD, said={})
    ada = Person.objects.get(number="1")
    assert (ada.position, ada.capacity, ada.tax_id, ada.timezone) == ("CEO", "consumer", "12345678Z", "Europe/Madrid")
    uses = dict(ContactPoint.objects.filter(person=ada, kind="post").values_list("use", "facts__city"))
    assert uses == {"": "León", "billing": "Madrid"}
    before = read_rows()
    brought = bring(house, *PARTY_SECOND, head=PARTY_HEAD, said={})
    assert set(PartyRole.objects.filter(person=ada).values_list("kind", flat=True)) == {"customer", "supplier"}
    assert set(PartyNumber.objects.filter(person=ada).values_list("value", flat=True)) == {"A-1", "A-2"}
    unnamed = PartyNumber.objects.get(value="C-1").person
    assert set(PartyRole.objects.filter(person=unnamed).values_list("kind", flat=True)) == {"sponsor", "prospect"}
    warned = PersonLine.objects.get(of=brought, line=6).warnings
    assert warned == ["unknown-timezone: Marte/Olimpo", "unknown-role: marciano", "brand-number-taken: A-1"]
    repeated = bring(house, *PARTY_SECOND, head=PARTY_HEAD, said={})
    assert not PersonLine.objects.filter(of=repeated, wrote__isnull=False).exists()
    take_back(brought)
    assert_same(before, read_rows())


def test_a_role_that_ended_is_not_brought_back_and_one_that_staff_changed_stays(house):
    bring(house, *PARTY_FIRST, head=PARTY_HEAD, said={})
    role = PartyRole.objects.get(kind="customer")
    change_row(role, values={"until": date(2026, 1, 31)}, by="Lucía")
    brought = bring(house, *PARTY_SECOND, head=PARTY_HEAD, said={})
    assert PartyRole.objects.filter(kind="customer").count() == 1
    assert "role-ended-before: customer" in PersonLine.objects.get(of=brought, line=2).warnings
    change_row(PartyRole.objects.get(kind="member"), values={"since": date(2026, 1, 1)}, by="Lucía")
    take_back(brought)
    assert outcomes(brought)[3] == "changed-since: roles"
    assert PartyRole.objects.filter(kind="member").exists()
    assert not PartyRole.objects.filter(kind="supplier").exists()


def test_a_list_is_taken_back_after_the_former_organisation_was_merged_twice(house):
    bring(house, *FIRST)
    brought = bring(house, *SECOND)
    last = Organisation.objects.create(name="Cima", folded="cima")
    between = Organisation.objects.create(name="Bosch", folded="bosch")
    merge_organisations(between, Organisation.objects.get(name="Añil"), by="Lucía")
    merge_organisations(last, between, by="Lucía")
    take_back(brought)
    assert outcomes(brought)[2] == "undone"
    assert Person.objects.get(number="1").organisation == last
    connection.check_constraints()


def test_a_line_is_kept_whose_former_organisation_is_gone(house):
    bring(house, *FIRST)
    brought = bring(house, *SECOND)
    Person.objects.exclude(number="1").update(organisation=None)
    Organisation.objects.get(name="Añil").delete()
    take_back(brought)
    assert outcomes(brought)[2] == "changed-since: organisation"
    connection.check_constraints()


def test_two_lists_are_taken_back_in_reverse_order(house):
    empty = read_rows()
    first = bring(house, *FIRST)
    between = read_rows()
    second = bring(house, *SECOND)
    take_back(second)
    assert_same(between, read_rows())
    take_back(first)
    assert_same(empty, read_rows())


def test_a_status_of_another_tool_is_taken_back_with_its_silence(house):
    head, said = "Correo;Estado", {"Estado": "status"}
    bring(house, "ada@c.example;", "bea@c.example;", head=head, said=said)
    suppress("bea@c.example", scope="all", reason="complaint", evidence="carta", at=timezone.now())
    before = read_rows()
    brought = bring(
        house,
        "ada@c.example;unreachable",
        "bea@c.example;unreachable",
        "c@c.example;unsubscribed",
        head=head,
        said=said,
    )
    assert Suppression.objects.count() == 3
    take_back(brought)
    assert_same(before, read_rows())


def test_who_was_changed_or_used_since_stays_and_is_named(house):
    names = ("Ada", "Bea", "Eva", "Ida", "Oda", "Uta")
    brought = bring(house, *[f"{n};{name};{name}@c.example;;;;sí;;" for n, name in enumerate(names)])
    persons = [Person.objects.get(number=str(n)) for n in range(6)]
    change_person(persons[0], changes={"given_name": "Adelaida"}, by="Lucía")
    Note.objects.create(person=persons[1], text="Llamó", at=timezone.now(), by="Lucía")
    ContactPoint.objects.create(person=persons[2], kind="phone", value="600")
    persons[3].tags.add(Tag.objects.create(name="vip"))
    erase_person(persons[4], by="Lucía", reason="asked", at=timezone.now())
    later = bring(house, "5;Uta;uta@c.example;;;;;;Z")
    undone = take_back(brought)
    assert outcomes(brought) == {
        2: "changed-since: given_name",
        3: "in-use: note",
        4: "changed-since: contact-points",
        5: "changed-since: tags",
        7: "changed-since: tarifa",
    }
    assert undone.undo_counts["kept"] == 5
    assert set(Person.objects.filter(state="active").values_list("given_name", flat=True)) == {
        "Adelaida", "Bea", "Eva", "Ida", "Uta",
    }  # fmt: skip
    assert not Permission.objects.filter(state="granted").exists(), "a list that is taken back grants nothing"
    take_back(later)
    assert "tarifa" not in Person.objects.get(number="5").fields


def test_a_person_who_was_merged_since_is_not_removed_with_the_survivor(house):
    mine = bring(house, "1;Ada;ada@c.example;;;;;;")
    brought = bring(house, "2;Adela;adela@c.example;;;;;;")
    merge(Person.objects.get(number="1"), Person.objects.get(number="2"), taken=(), by="Lucía")
    take_back(brought)
    assert outcomes(brought) == {2: "merged-or-erased"}
    assert Person.objects.filter(number="1", state="active").exists()
    assert outcomes(mine) == {}


def test_a_grant_on_which_a_message_was_sent_is_withdrawn_and_not_removed(house):
    bring(house, "1;Ada;ada@c.example;;;;;;", "2;Bea;bea@c.example;;;;;;")
    brought = bring(house, "1;Ada;ada@c.example;;;;sí;;", "2;Bea;bea@c.example;;;;sí;;", "3;Eva;eva@c.example;;;;sí;;")
    used, unused, fresh = (Person.objects.get(number=n) for n in "123")
    dispatch = open_dispatch(house, [])
    for person in (used, fresh):
        send(dispatch, person)
    undone = take_back(brought)
    assert outcomes(brought) == {2: "undone-withdrawn", 3: "undone", 4: "in-use: message"}
    acts = PermissionEntry.objects.order_by("id")
    assert list(acts.filter(person=used).values_list("act", flat=True)) == ["granted", "withdrawn"]
    assert f"import {brought.pk} taken back" in acts.filter(person=used).last().source
    assert not acts.filter(person=unused).exists()
    assert Permission.objects.get(person=used).state == Permission.objects.get(person=fresh).state == "withdrawn"
    assert (undone.undo_counts["grants-removed"], undone.undo_counts["grants-withdrawn"]) == (1, 2)


def send(dispatch, person):
    from esmero.outbox.models import Message

    Message.objects.create(
        dispatch=dispatch, person=person, address=person.address.value, state=Message.State.SENT,
        judged_at=timezone.now() + timedelta(seconds=1), sent_at=timezone.now(), opaque=f"m{person.pk}",
    )  # fmt: skip


def test_a_dry_run_of_a_campaign_holds_nobody_and_is_outdated(house):
    brought = bring(house, "1;Ada;ada@c.example;;;;sí;;")
    campaign = Campaign.objects.create(
        name="Hola", brand=house.brand, topic=house.topic, state=Campaign.State.CHECKED, counts={"audience": 1}
    )
    AudienceMember.objects.create(campaign=campaign, person=Person.objects.get(), outcome="go")
    take_back(brought)
    campaign.refresh_from_db()
    assert (campaign.state, AudienceMember.objects.count(), Person.objects.count()) == ("draft", 0, 0)


def test_addresses_fields_and_tags_stay_that_somebody_uses(house):
    bring(house, "1;Ada;;;;;;;")
    brought = bring(house, "2;Bea;casa@c.example;;;vip;;;A")
    ada = Person.objects.get(number="1")
    change_person(ada, changes={"address": Address.objects.get(value="casa@c.example").pk, "own:tarifa": "A"}, by="L")
    ada.tags.add(Tag.objects.get(name="vip"))
    take_back(brought)
    assert Person.objects.get().address.value == "casa@c.example"
    assert (Tag.objects.count(), CustomField.objects.filter(key="tarifa").count()) == (1, 1)


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_interrupted_after_any_chunk_it_goes_on_where_it_was(house, monkeypatch, chunks):
    monkeypatch.setattr(work, "CHUNK", 2)
    before = read_rows()
    brought = bring(house, *[f"{n};P{n};p{n}@c.example;;;;sí;;A" for n in range(6)])
    brought = begin_undo(brought, kind=PERSONS, by="Lucía")
    job = claim_job("dies", kinds=JOBS)
    for _ in range(chunks):
        work.run_undo(job, kinds=IMPORT_KINDS)

    def fail(*_args, **_facts):
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(work, "save_progress", fail)
        with pytest.raises(OSError, match="disk full"):
            work.run_undo(job, kinds=IMPORT_KINDS)
    assert Person.objects.count() == 6 - 2 * chunks
    assert run_to_end(brought.job, kinds=JOBS, worker="dies").state == "done"
    assert_same(before, read_rows())


def test_only_a_finished_import_is_taken_back_and_only_once(house):
    brought = bring(house, "1;Ada;ada@c.example;;;;;;")
    unchanged = bring(house, "1;Ada;ada@c.example;;;;;;")
    with pytest.raises(Refusal, match=r"^import-nothing-to-undo "):
        begin_undo(unchanged, kind=PERSONS, by="Lucía")
    undone = take_back(brought)
    with pytest.raises(Refusal, match=r"^import-moved-on "):
        begin_undo(undone, kind=PERSONS, by="Lucía")
