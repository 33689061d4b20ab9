import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from esmero.house.models import AuditEntry, User
from esmero.imports.models import Import
from esmero.people.models import Person, PersonLine, Suppression
from esmero.people.persons.editing import change_person
from esmero.rounds.table import JOBS
from esmero.work.jobs import run_to_end
from tests.house_facts import build_house
from tests.web.document import get_document, post_document, read_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db
HEADS = ["Nº cliente", "Nombre", "Correo", "¿Acepta publicidad?"]
FILE = f"{';'.join(HEADS)}\r\n7;Zoë;zoe@cliente.example;sí\r\n8;<b>Ann</b>;ann at client;no\r\n".encode("cp1252")


@pytest.fixture
def house(client):
    client.force_login(staff("manager"))
    return build_house()


def bring(client, content=FILE, name="clientes.csv"):
    return client.post("/console/imports/new/", {"file": SimpleUploadedFile(name, content)})


def act(client, what, **data):
    return client.post(f"/console/imports/{Import.objects.get().pk}/act/", {"act": what, **data})


def check(client, house, **data):
    facts = {
        "column": ["number", "given_name", "email", "consent"],
        "confirm": "on",
        "topic": house.topic.pk,
        "source": "tienda",
    }
    return act(client, "check", **{**facts, **data})


def test_a_file_is_read_and_shown_before_anything_happens(client, house):
    page = client.get(bring(client)["Location"])
    assert [(column.name, column.chosen) for column in page.context["columns"]] == list(
        zip(HEADS, ["number", "given_name", "email", "consent"], strict=True)
    )
    document = read_document(page)
    assert "CP1252" in document.text(".lead")
    assert "semicolons" in document.text(".lead")
    assert "zoe@cliente.example" in document.text(".columns")
    assert "<b>Ann" in document.text(".columns")


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"PK\x03\x04", "workbook"), (b'a;b\r\n"1;2\r\n3;4\r\n', "quotation mark")]
)
def test_what_cannot_be_read_is_said_beside_the_field(client, house, content, words):
    page = bring(client, content)
    assert page.status_code == 200
    assert words in str(page.context["form"].errors["file"])
    assert not Import.objects.exists()


def test_the_mapping_leads_to_the_dry_run(client, house):
    bring(client)
    assert check(client, house).status_code == 302
    brought = Import.objects.get()
    assert brought.state == "checking"
    assert brought.mapping["¿Acepta publicidad?"] == "consent"
    assert get_document(client, f"/console/imports/{brought.pk}/").follows


def test_consent_counts_only_when_it_is_confirmed(client, house):
    bring(client)
    check(client, house, confirm=[], column=["number", "consent_text", "email", "consent"])
    assert Import.objects.get().mapping == dict(zip(HEADS, ["number", "ignore", "email", "ignore"], strict=True))


def test_what_does_not_fit_is_said_and_what_was_chosen_stays(client, house):
    bring(client)
    page = check(client, house, column=["number", "email", "given_name", "given_name"])
    assert "Two columns are mapped to given_name" in read_document(page).alert()
    assert [column.chosen for column in page.context["columns"]] == ["number", "email", "given_name", "given_name"]
    page = check(client, house, source="")
    assert "source" in page.context["form"].errors
    assert Import.objects.get().state == "draft"


def test_the_verdicts_and_the_way_back_or_on(client, house):
    bring(client)
    brought = Import.objects.get()
    PersonLine.objects.create(of=brought, line=2, verdict="added")
    PersonLine.objects.create(
        of=brought, line=3, verdict="refused", reason="address-invalid", cell="Correo: ann at client"
    )
    Import.objects.update(state="checked", counts={"added": 1, "refused": 1})
    page = client.get(f"/console/imports/{brought.pk}/?verdict=refused")
    assert [line.row.line for line in page.context["table"].lines] == [3]
    assert read_document(page).text("button[value=run]") == "Bring in 1 line"
    address = f"/console/imports/{brought.pk}/refused.csv"
    assert "ann at client" not in read_document(client.get(address)).markup
    assert "ann at client" not in read_document(client.post(address, {"reason": " "})).markup
    assert not AuditEntry.objects.filter(action="import.exported").exists()
    refused = client.post(address, {"reason": "To mend them"})
    assert AuditEntry.objects.get(action="import.exported").facts["reason"] == "To mend them"
    assert "attachment" in refused["Content-Disposition"]
    assert "ann at client" in b"".join(refused.streaming_content).decode()
    act(client, "map")
    assert Import.objects.get().state == "draft"
    Import.objects.update(state="checked")
    act(client, "run")
    assert Import.objects.get().state == "running"


def test_what_is_not_possible_now_is_said(client, house):
    bring(client)
    page = post_document(client, f"/console/imports/{Import.objects.get().pk}/act/", {"act": "run"})
    assert "is not ready for that" in page.toast()


def test_bringing_a_list_needs_its_role(client, house):
    bring(client)
    client.force_login(staff("agent"))
    assert bring(client).status_code == 403
    assert act(client, "check").status_code == 403
    assert client.get(f"/console/imports/{Import.objects.get().pk}/").status_code == 200


def work(brought):
    job = run_to_end(Import.objects.get(pk=brought.pk).job, kinds=JOBS, worker="test")
    assert job.state == "done", job.trouble


def test_an_import_is_taken_back_after_a_preview_in_numbers(client, house):
    bring(client)
    brought = Import.objects.get()
    check(client, house)
    work(brought)
    act(client, "run")
    work(brought)
    assert f"/console/imports/{brought.pk}/undo/" in get_document(client, f"/console/imports/{brought.pk}/").links()
    change_person(Person.objects.get(number="8"), changes={"given_name": "Anna"}, by="Lucía")
    address = f"/console/imports/{brought.pk}/undo/"
    page = client.get(address)
    assert [(str(words), number) for words, number in page.context["effects"]] == [
        ("Lines taken back", 1),
        ("Lines that stay, because somebody has changed or used them since", 1),
        ("People removed", 1),
        ("Permissions removed, on which nothing was sent", 1),
    ]
    assert Person.objects.count() == 2
    client.force_login(staff("agent"))
    assert client.post(address).status_code == 403
    client.force_login(User.objects.get(role="manager"))
    assert client.post(address)["Location"] == f"/console/imports/{brought.pk}/"
    assert "Taking back" in get_document(client, f"/console/imports/{brought.pk}/").text("#live")
    work(brought)
    page = client.get(f"/console/imports/{brought.pk}/?undo=kept")
    assert [line.row.line for line in page.context["table"].lines] == [3]
    assert "somebody has changed it since (Given name)" in read_document(page).text("#table")
    assert Person.objects.get().number == "8"
    assert "is not ready for that" in post_document(client, address).toast()


def test_an_exclusion_list_is_brought_in_like_any_other(client, house):
    assert "exclusion list" in get_document(client, "/console/imports/new/exclusions/").heading
    file = SimpleUploadedFile("robinson.csv", b"Correo;Nombre\r\nzoe@cliente.example;Zoe\r\nann at client;Ann\r\n")
    page = client.get(client.post("/console/imports/new/exclusions/", {"file": file})["Location"])
    assert [[value for value, _words in column.choices] for column in page.context["columns"]] == [
        ["ignore", "number", "email"]
    ] * 2
    assert [column.chosen for column in page.context["columns"]] == ["email", "ignore"]
    act(client, "check", column=["email", "ignore"], source="Robinson", scope="all")
    brought = Import.objects.get()
    assert (brought.kind, brought.options) == ("exclusions", {"scope": "all"})
    work(brought)
    assert not Suppression.objects.exists()
    act(client, "run")
    work(brought)
    page = client.get(f"/console/imports/{brought.pk}/?verdict=refused")
    assert "ann at client" in read_document(page).text("#table")
    assert Suppression.objects.get().brand == house.brand
    page = client.get("/console/imports/?kind=exclusions")
    assert [line.row.pk for line in page.context["table"].lines] == [brought.pk]
