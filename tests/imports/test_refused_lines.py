import csv
from io import StringIO

import pytest

from esmero.imports.lifecycle import create_import
from esmero.imports.reading import read_file
from esmero.imports.refused_lines import REASON_COLUMN, write_refused
from esmero.people.imports.fields import PERSON_FIELDS
from esmero.people.models import PersonLine
from esmero.rounds.import_kinds import PERSONS
from tests.house_facts import build_house

pytestmark = pytest.mark.django_db
FILE = (
    "Nº cliente;Nombre;Correo\r\n"
    "1;Zoë;zoe@cliente.example\r\n"
    '2;"Ann\nMary";ann at client\r\n'
    "\r\n"
    "3;Íñigo\r\n"
    "4;Aïcha;aicha@cliente.example\r\n"
).encode("cp1252")


@pytest.fixture
def brought():
    return create_import(FILE, kind=PERSONS, name="clientes.csv", brand=build_house().brand, by="Lucía")


def refuse(brought, lines):
    PersonLine.objects.bulk_create(
        PersonLine(of=brought, line=line, verdict="refused", reason=reason, cell=cell) for line, reason, cell in lines
    )
    PersonLine.objects.create(of=brought, line=2, verdict="added")


def rows(brought):
    text = b"".join(write_refused(brought, kind=PERSONS)).decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), delimiter=";"))


def test_the_refused_lines_come_whole_with_their_reason(brought):
    refuse(brought, [(3, "address-invalid", "Correo: ann at client"), (6, "no-address", "")])
    assert rows(brought) == [
        ["Nº cliente", "Nombre", "Correo", REASON_COLUMN],
        ["2", "Ann\nMary", "ann at client", "address-invalid Correo: ann at client"],
        ["3", "Íñigo", "", "no-address"],
    ]


def test_without_refused_lines_there_is_only_the_head(brought):
    assert rows(brought) == [["Nº cliente", "Nombre", "Correo", REASON_COLUMN]]


def test_the_file_can_be_brought_again_and_its_reason_is_left_out(brought, tmp_path):
    refuse(brought, [(3, "address-invalid", "")])
    again = tmp_path / "again.csv"
    again.write_bytes(b"".join(write_refused(brought, kind=PERSONS)))
    reading = read_file(again, fields=PERSON_FIELDS)
    assert reading.records == 1
    assert [(column.name, column.guess) for column in reading.columns][-1] == (REASON_COLUMN, "ignore")
