import csv
import io
import os
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from esmero.imports import run
from esmero.imports.files.problem import FileProblem
from esmero.imports.lifecycle import begin_check, choose_sheet, create_import
from esmero.imports.models import Import
from esmero.imports.reading import FileReading
from esmero.imports.refused_lines import write_refused
from esmero.people.models import CustomField, Permission, Person, PersonLine
from esmero.refusal import Refusal
from esmero.rounds.import_kinds import IMPORT_KINDS, PERSONS
from esmero.rounds.table import JOBS
from esmero.vault.files import read
from esmero.work.jobs import run_to_end
from tests.house_facts import build_house

pytestmark = pytest.mark.django_db
TELCO = Path(os.environ["ESMERO_CORPUS"]) / "telco-churn" / "clientes.csv"
LIST = """Nº cliente;Nombre;Correo;C.P.;Población;Fecha alta;¿Acepta publicidad?;Cuota
7;Zoë;zoe@cliente.example;08001;Barcelona;08/04/2025;sí;29,85
8;Ann;ann at client;28013;Madrid;09/04/2025;no;
;;;;;;;
;Nota: llamar;;;;;;
9;Íñigo;<INIGO@cliente.example>;01001;Vitoria;31/12/2099;sí;30
9;Íñigo;inigo@cliente.example;01001;Vitoria;10/04/2025;sí;30
"""


@pytest.fixture
def house():
    return build_house()


def pack(rows, *, others=(), state="visible"):
    """Make a workbook as a spreadsheet saves it: `others` are further sheets in front of the list."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in others:
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
        sheet.sheet_state = state
    sheet = book.create_sheet("Clientes")
    for row in rows:
        sheet.append(row)
    return save(book)


def save(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def typed(text, *, delimiter=";"):
    """Type the cells of a list as a spreadsheet does when it opens the file: dates, numbers, codes with their zeros."""
    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), 1):
        for column, cell in enumerate(row, 1):
            place = sheet.cell(number, column)
            try:
                place.value = datetime.strptime(cell, "%d/%m/%Y")  # noqa: DTZ007 - a spreadsheet knows no zone
                place.number_format = "DD/MM/YYYY"
                continue
            except ValueError:
                pass
            if cell.isdigit() and len(cell) == 5:
                place.value, place.number_format = int(cell), "00000"
            elif cell.replace(",", "", 1).isdigit():
                place.value = float(cell.replace(",", "."))
            elif cell:
                place.value = cell
    return save(book)


def verdicts(brought, house, **said):
    brought = begin_check(
        brought,
        kind=PERSONS,
        choices={"¿Acepta publicidad?": "consent", **said},
        options={"topic": house.topic.pk},
        source="tienda",
        by="Lucía",
    )
    job = run_to_end(brought.job, kinds=JOBS, worker="test")
    assert job.state == "done", job.trouble
    facts = ("line", "verdict", "number", "address_verdict", "reason", "warnings")
    return list(PersonLine.objects.filter(of=brought).order_by("line").values_list(*facts))


def bring(content, house, name="clientes.xlsx", **facts):
    return create_import(content, kind=PERSONS, name=name, brand=house.brand, by="Lucía", **facts)


def columns(brought):
    return {c.name: c for c in FileReading.from_json(brought.reading).columns}


def test_a_workbook_gives_the_verdicts_of_its_csv(house):
    as_csv = verdicts(bring(LIST.encode(), house, "clientes.csv"), house)
    as_book = verdicts(bring(typed(LIST), house), house)
    assert as_book == as_csv
    assert [verdict for _line, verdict, *_ in as_csv] == ["added", "added", "refused", "refused", "added", "merged"]


def test_what_is_brought_in_is_what_people_see(house):
    brought = bring(typed(LIST), house)
    begin_check(
        brought,
        kind=PERSONS,
        choices={"¿Acepta publicidad?": "consent"},
        options={"topic": house.topic.pk},
        source="x",
        by="Lucía",
    )
    Import.objects.update(state="running")
    job = brought.job or Import.objects.get().job
    while not run.run_chunk(_claimed(job), kinds=IMPORT_KINDS):
        job.refresh_from_db()
    zoe = Person.objects.get(number="7")
    assert zoe.contact_points.get(kind="post").facts["postal_code"] == "08001"
    assert zoe.fields["cuota"] == 29.85
    assert CustomField.objects.get(key="cuota").kind == "decimal"
    proof = Permission.objects.get(person=zoe).entry
    assert (proof.proof, proof.proof_place) == (brought.file, "line 2")


def _claimed(job):
    from esmero.work.models import Job

    Job.objects.filter(pk=job.pk).update(claimed_by="test", state="running")
    job.refresh_from_db()
    return job


@pytest.mark.skipif(not TELCO.is_file(), reason="ESMERO_CORPUS names no folder with telco-churn/clientes.csv")
@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.long
def test_the_list_of_a_telephone_company_gives_the_same_verdicts_as_a_workbook(house):
    text = TELCO.read_bytes().decode("cp1252")
    as_csv = verdicts(bring(TELCO.read_bytes(), house, "clientes.csv"), house)
    as_book = verdicts(bring(typed(text), house), house)
    assert len(as_csv) == 7071
    assert as_book == as_csv


def test_the_workbook_itself_is_the_sealed_proof(house):
    content = typed(LIST)
    brought = bring(content, house)
    assert read(brought.file) == content
    assert brought.file.media_type.endswith("spreadsheetml.sheet")


def test_the_sheet_with_the_list_is_found_and_another_can_be_chosen(house):
    others = [("Notas", [["Ideas"], ["para el boletín"]] * 20), ("Viejos", [["Correo"], ["ann@cliente.example"]])]
    brought = bring(pack([["Correo", "Nombre"], ["zoe@cliente.example", "Zoë"]], others=others), house)
    reading = FileReading.from_json(brought.reading)
    assert (reading.sheet, reading.sheets) == ("Clientes", ("Notas", "Viejos", "Clientes"))
    again = FileReading.from_json(choose_sheet(brought, kind=PERSONS, sheet="Viejos", by="Lucía").reading)
    assert (again.sheet, [c.name for c in again.columns]) == ("Viejos", ["Correo"])
    with pytest.raises(FileProblem, match=r"^sheet-unknown "):
        choose_sheet(brought, kind=PERSONS, sheet="Nada", by="Lucía")
    Import.objects.update(state="running")
    with pytest.raises(Refusal, match=r"^import-not-a-draft "):
        choose_sheet(brought, kind=PERSONS, sheet="Clientes", by="Lucía")


def test_hidden_sheets_are_not_guessed(house):
    others = [("Secreto", [["Correo", "Nombre", "Apellidos"], ["a@cliente.example", "A", "B"]])]
    brought = bring(pack([["Correo"], ["zoe@cliente.example"]], others=others, state="hidden"), house)
    assert FileReading.from_json(brought.reading).sheets == ("Clientes",)


def test_cells_are_read_as_people_see_them(house):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Correo", "Día", "Hora", "Largo", "Sí", "Suma", "Fallo", "Texto"])
    sheet.append(
        [
            "zoe@cliente.example",
            date(2026, 3, 4),
            datetime(2026, 3, 4, 10, 30),  # noqa: DTZ001 - a spreadsheet knows no zone
            34600111222,
            True,
            0.1 + 0.2,
            "#N/A",
            "a\nb",
        ]
    )
    sheet["G2"].data_type = "e"
    found = columns(bring(save(book), house))
    assert {name: column.samples for name, column in found.items()} == {
        "Correo": ("zoe@cliente.example",),
        "Día": ("2026-03-04",),
        "Hora": ("2026-03-04 10:30:00",),
        "Largo": ("34600111222",),
        "Sí": ("true",),
        "Suma": ("0.3",),
        "Fallo": (),
        "Texto": ("a b",),
    }


def test_of_a_formula_its_last_value_counts(house):
    book = openpyxl.Workbook()
    book.active.append(["Correo", "Nombre"])
    book.active.append(["zoe@cliente.example", '=CONCATENATE("Z","oë")'])
    content = io.BytesIO(save(book))
    mended = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(mended, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                assert b"<v></v>" in data or b"<v />" in data
                data = data.replace(b"<v></v>", b"<v>Zo\xc3\xab</v>").replace(b"<v />", b"<v>Zo\xc3\xab</v>")
                data = data.replace(b'<c r="B2">', b'<c r="B2" t="str">')
            new.writestr(part, data)
    assert columns(bring(mended.getvalue(), house))["Nombre"].samples == ("Zoë",)


def test_the_refused_rows_come_back_with_their_own_heads(house):
    brought = bring(typed(LIST), house)
    verdicts(brought, house)
    lines = b"".join(write_refused(Import.objects.get(), kind=PERSONS)).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Nº cliente,Nombre,Correo")
    assert "Nota: llamar" in "".join(lines[1:])


def zipped(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return file.getvalue()


def swelling():
    """A small file that unpacks to 150 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(150):
                part.write(b"0" * 1_000_000)
    return file.getvalue()


def laughing():
    """The list with a document type whose entities would grow a billionfold."""
    content, mended = io.BytesIO(pack([["Correo"], ["zoe@cliente.example"]])), io.BytesIO()
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'.encode()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(mended, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                data = head + data.replace(b"<sheetData>", b"<sheetData><row><c><v>&l9;</v></c></row>")
            new.writestr(part, data)
    return mended.getvalue()


LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (LOCKED, "workbook-locked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "workbook-xls"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_dot_xml="<x/>"), "workbook-ods"),
        (zipped(xl__workbook_dot_bin="x"), "workbook-xlsb"),
        (zipped(word__document_dot_xml="<x/>"), "file-without-workbook"),
        (zipped(xl__workbook_dot_xml="<x/>"), "workbook-broken"),
        (pack([["Correo"], ["zoe@cliente.example"]])[:-200], "workbook-broken"),
        (pack([]), "workbook-empty"),
        (swelling(), "workbook-too-large"),
        (laughing(), "workbook-broken"),
    ],
    ids=["password", "xls", "ods", "xlsb", "docx", "no-parts", "cut", "empty", "bomb", "entities"],
)
def test_what_cannot_be_read_is_refused_by_its_kind(house, content, code):
    with pytest.raises(FileProblem) as refusal:
        bring(content, house)
    assert refusal.value.code == code
    assert not Import.objects.exists()
