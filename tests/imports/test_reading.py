"""A file is read once from end to end: how it is written, what its columns may mean, and what they hold."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.imports.files.problem import FileProblem
from esmero.imports.files.records import CsvReader
from esmero.imports.reading import FileReading, read_file
from esmero.people.imports.fields import PERSON_FIELDS


def read(tmp_path, text, *, codec="utf-8"):
    file = tmp_path / "x.csv"
    file.write_bytes(text.encode(codec) if isinstance(text, str) else text)
    return read_file(file, fields=PERSON_FIELDS)


def guesses(reading):
    return {column.name: column.guess for column in reading.columns}


def cells(tmp_path, reading):
    with CsvReader(tmp_path / "x.csv", reading.dialect, offset=reading.data_offset, line=reading.data_line) as records:
        return [(record.line, record.cells) for record in records]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"], ids=["CRLF", "LF", "CR"])
def test_delimiter_and_line_ends_are_found(tmp_path, delimiter, newline):
    rows = [["Email", "Nombre", "Notas"], ["a@b.example", "Íñigo", "uno, dos; tres"], ["c@d.example", "Zoë", ""]]
    text = newline.join(delimiter.join(f'"{cell}"' for cell in row) for row in rows) + newline
    reading = read(tmp_path, text)
    assert reading.delimiter == delimiter
    assert [row for _, row in cells(tmp_path, reading)] == rows[1:]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"], ids=["CRLF", "LF", "CR"])
def test_a_stated_delimiter_wins(tmp_path, codec, newline):
    if (codec, newline) == ("utf-16", "\r"):
        pytest.skip("nothing writes this")
    rows = ["sep=;", "Email;Ñombre", "a@b.example;Ann, Mary, Jane", ""]
    reading = read(tmp_path, newline.join(rows), codec=codec)
    assert (reading.delimiter, reading.records) == (";", 1)
    assert [column.name for column in reading.columns] == ["Email", "Ñombre"]
    assert cells(tmp_path, reading) == [(3, ["a@b.example", "Ann, Mary, Jane"])]


def test_lines_are_counted_from_the_first_of_the_file_also_without_heads(tmp_path):
    reading = read(tmp_path, "sep=;\nzoe@c.example;1\nana@c.example;2\n")
    assert [line for line, _ in cells(tmp_path, reading)] == [2, 3]


def test_heads_stand_below_a_title(tmp_path):
    reading = read(tmp_path, "Clientes 2026;;\r\n;;\r\nNº cliente;Nombre;Correo\r\n7;Zoë;zoe@c.example\r\n")
    assert (reading.header_line, reading.records) == (3, 1)
    assert guesses(reading) == {"Nº cliente": "number", "Nombre": "given_name", "Correo": "email"}


def test_a_file_without_heads_gets_numbers_for_them(tmp_path):
    reading = read(tmp_path, "zoe@c.example;Zoë\r\nana@c.example;Ana\r\n")
    assert (reading.header_line, reading.records) == (0, 2)
    assert list(guesses(reading)) == ["Column 1", "Column 2"]


@pytest.mark.parametrize(
    ("head", "guess"),
    [
        ("¿Acepta publicidad?", "consent"),
        ("Date d'inscription", "consent_date"),
        ("Código postal", "postal_code"),
        ("E-mail Address", "email"),
        ("Prénom", "given_name"),
        ("Fecha baja publicidad", "withdrawn"),
        ("UNSUB_TIME", "unsubscribed"),
        ("Zapatos", "own:zapatos"),
    ],
)
def test_heads_in_three_languages(tmp_path, head, guess):
    text = io.StringIO()
    csv.writer(text).writerows([[head, "Email"], ["x", "a@b.example"], ["y", "c@d.example"]])
    assert guesses(read(tmp_path, text.getvalue()))[head] == guess


def test_only_what_gives_permission_needs_to_be_confirmed(tmp_path):
    reading = read(tmp_path, "Email;Opt-in;Texto aceptado;Fecha de alta;Fecha baja\r\na@b.example;yes;Sí;1/2/2026;\r\n")
    asked = {column.name for column in reading.columns if column.needs_confirmation}
    assert asked == {"Opt-in", "Texto aceptado", "Fecha de alta"}


def test_two_heads_of_one_name_are_told_apart(tmp_path):
    reading = read(tmp_path, "Email;Tel;Tel\r\na@b.example;1;2\r\n")
    assert [column.name for column in reading.columns] == ["Email", "Tel", "Tel (2)"]


def test_types_are_those_that_every_cell_fits(tmp_path):
    rows = ["Email;Años;Cuota;Alta;Socio;Plan;Código"]
    rows += [
        f"a{n}@b.example;{n};{n},5;{n + 1:02d}/{n + 1:02d}/2026;{'sí' if n % 2 else 'no'};{'ABC'[n % 3]};0{n}"
        for n in range(12)
    ]
    reading = read(tmp_path, "\r\n".join(rows))
    kinds = {column.name: column.kind for column in reading.columns}
    assert kinds["Años"] == "integer"
    assert kinds["Cuota"] == "decimal"
    assert kinds["Alta"] == "date"
    assert kinds["Socio"] == "boolean"
    assert kinds["Plan"] == "choice"
    assert kinds["Código"] != "integer", "leading zeros are a code's"


@pytest.mark.parametrize(
    ("days", "day_first"),
    [(("03/04/2026", "25/12/2026"), True), (("03/04/2026", "12/25/2026"), False), (("03/04/2026",), True)],
)
def test_the_order_of_day_and_month_is_that_of_the_whole_column(tmp_path, days, day_first):
    text = "Email;Alta\r\n" + "".join(f"a@b.example;{day}\r\n" for day in days)
    assert read(tmp_path, text).columns[1].day_first is day_first


def test_cells_over_several_lines_keep_the_count_of_lines(tmp_path):
    reading = read(tmp_path, 'Email;Notas\r\na@b.example;"uno\r\ndos"\r\n\r\nc@d.example;tres\r\n')
    assert [line for line, _ in cells(tmp_path, reading)] == [2, 5]


@pytest.mark.parametrize(
    ("text", "line"),
    [('Email;N\r\na@b.example;"x\r\nc@d.example;y\r\n', 2), ('Email;N\na@b.example;x\nc@d.example;"y', 3)],
)
def test_a_quotation_mark_without_end_is_refused_with_its_line(tmp_path, text, line):
    with pytest.raises(FileProblem, match=f'^quotation-unclosed {{"line": {line}}}'):
        read(tmp_path, text)


def test_json_in_a_cell_is_looked_into(tmp_path):
    said = json.dumps({"city": "León", "age": 29}, ensure_ascii=False).replace('"', '""')
    reading = read(tmp_path, f'email,attributes\r\na@b.example,"{said}"\r\n')
    assert guesses(reading)["attributes"] == "attributes"
    assert [key for key, *_ in reading.columns[1].keys] == ["city", "age"]


def test_what_was_read_is_kept_and_read_again(tmp_path):
    reading = read(tmp_path, "Email;Plan\r\na@b.example;A\r\n")
    assert FileReading.from_json(json.loads(json.dumps(reading.to_json()))) == reading


_cell = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=12)


@given(st.lists(st.lists(_cell, min_size=3, max_size=3), min_size=1, max_size=8))
def test_every_cell_comes_as_the_standard_library_wrote_it(tmp_path_factory, rows):
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [["Email", "Nombre", "Notas"], *rows]
    )
    folder = tmp_path_factory.getbasetemp()
    reading = read(folder, text.getvalue().encode("utf-8-sig"))
    assert [row for _, row in cells(folder, reading)] == rows
