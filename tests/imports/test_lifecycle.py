import pytest

from esmero.house.models import AuditEntry
from esmero.imports.files.problem import FileProblem, MappingProblem
from esmero.imports.lifecycle import begin_check, begin_import, create_import, reopen
from esmero.imports.models import Import
from esmero.people.models import Person
from esmero.refusal import Refusal
from esmero.rounds.import_kinds import PERSONS
from esmero.vault.files import read
from esmero.work.models import Job
from tests.house_facts import build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
FILE = "Nº cliente;Nombre;Correo;¿Acepta publicidad?\r\n7;Zoë;zoe@cliente.example;sí\r\n".encode("cp1252")


@pytest.fixture
def house():
    return build_house()


@pytest.fixture
def brought(house):
    return create_import(FILE, kind=PERSONS, name="clientes.csv", brand=house.brand, by="Lucía")


def check(brought, house, **facts):
    said = {
        "choices": {"¿Acepta publicidad?": "consent"},
        "options": {"topic": house.topic.pk},
        "source": "alta en tienda",
        "by": "Lucía",
    }
    return begin_check(brought, kind=PERSONS, **{**said, **facts})


def test_a_file_is_sealed_and_read_and_nothing_else_is_changed(brought):
    assert read(brought.file) == FILE
    assert brought.state == Import.State.DRAFT
    assert brought.reading["dialect"]["encoding"] == "cp1252"
    assert brought.reading["records"] == 1
    assert not Person.objects.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 workbook", b"%PDF-1.7"])
def test_what_is_no_list_leaves_no_import(house, content):
    with pytest.raises(FileProblem):
        create_import(content, kind=PERSONS, name="x.csv", brand=house.brand, by="Lucía")
    assert not Import.objects.exists()


def test_the_dry_run_is_queued_with_the_whole_mapping(brought, house):
    check(brought, house)
    assert (brought.state, brought.job.kind, brought.job.subject_id) == ("checking", "import-check", brought.pk)
    assert brought.mapping["¿Acepta publicidad?"] == "consent"
    assert brought.mapping["Correo"] == "email"
    assert brought.source == "alta en tienda"


def test_consent_that_nobody_confirmed_is_left_out(brought, house):
    check(brought, house, choices={}, options={})
    assert brought.mapping["¿Acepta publicidad?"] == "ignore"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"source": "  "}, "source-missing"),
        ({"options": {"topic": None}}, "consent-without-topic"),
        (
            {"choices": {"Nombre": "email", "Correo": "email", "Nº cliente": "given_name", "nombre": "title"}},
            "column-named-twice",
        ),
        ({"choices": {"Apellidos": "family_name"}}, "column-unknown"),
        ({"choices": {"Nombre": "shoe size"}}, "import-field-unknown"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_queued(brought, house, facts, code):
    with pytest.raises(MappingProblem) as refusal:
        check(brought, house, **facts)
    assert refusal.value.code == code
    brought.refresh_from_db()
    assert brought.state == Import.State.DRAFT
    assert not Job.objects.exists()


def test_only_what_was_checked_is_run(brought, house):
    with pytest.raises(Refusal, match=r"^import-moved-on "):
        begin_import(brought, by="Lucía")
    check(brought, house)
    with pytest.raises(Refusal, match=r"^import-moved-on "):
        begin_import(brought, by="Lucía")
    Import.objects.update(state="checked")
    begin_import(brought, by="Lucía")
    assert (brought.state, brought.job.kind) == ("running", "import")
    with pytest.raises(Refusal, match=r"^import-moved-on "):
        check(brought, house)


def test_back_to_the_columns_only_before_anything_is_changed(brought, house):
    with pytest.raises(Refusal, match=r"^import-not-checked "):
        reopen(brought, by="Lucía")
    Import.objects.update(state="checked")
    assert reopen(brought, by="Lucía").state == Import.State.DRAFT
    Import.objects.update(state="done")
    with pytest.raises(Refusal, match=r"^import-not-checked "):
        reopen(brought, by="Lucía")


def test_each_move_stands_in_the_audit_log(brought, house):
    check(brought, house)
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["import.brought", "import.checked"]
