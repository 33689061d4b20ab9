"""How a file's letters are stored.

Guessed by mark, by form or by likelihood; what is no list is said with its remedy.
"""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.imports.files.encoding import Encoding, guess_encoding
from esmero.imports.files.problem import FileProblem

SPANISH = "Nº cliente;Nombre;Población\r\n1;Íñigo Güell;A Coruña\r\n2;María Ñúñez;Cáceres\r\n"
FRENCH = "Prénom;Nom;Ville\r\nHélène;d’Œuvre;Évry\r\nLoïc;Le Goff;Quimper\r\n"


def guess(tmp_path, octets):
    file = tmp_path / "x.csv"
    file.write_bytes(octets)
    return guess_encoding(file)


@pytest.mark.parametrize("text", [SPANISH, FRENCH], ids=["es", "fr"])
@pytest.mark.parametrize(
    ("codec", "mark", "named"),
    [
        ("utf-8", b"", Encoding("utf-8")),
        ("utf-8", codecs.BOM_UTF8, Encoding("utf-8", 3)),
        ("utf-16-le", codecs.BOM_UTF16_LE, Encoding("utf-16-le", 2)),
        ("utf-16-be", codecs.BOM_UTF16_BE, Encoding("utf-16-be", 2)),
        ("utf-32-le", codecs.BOM_UTF32_LE, Encoding("utf-32-le", 4)),
        ("utf-16-le", b"", Encoding("utf-16-le")),
        ("utf-16-be", b"", Encoding("utf-16-be")),
        ("cp1252", b"", Encoding("cp1252")),
        ("mac_roman", b"", Encoding("mac_roman")),
    ],
)
def test_what_programs_write_is_known_again(tmp_path, text, codec, mark, named):
    assert guess(tmp_path, mark + text.encode(codec)) == named


def test_dos_is_known_by_its_letters(tmp_path):
    assert guess(tmp_path, SPANISH.encode("cp850")) == Encoding("cp850")


def test_plain_letters_are_utf_8(tmp_path):
    assert guess(tmp_path, b"Email;Name\r\na@b.example;Ann\r\n") == Encoding("utf-8")


@pytest.mark.parametrize(
    ("octets", "code", "facts"),
    [
        (b"", "file-empty", {}),
        (b" \r\n\r\n", "file-empty", {}),
        (codecs.BOM_UTF8, "file-empty", {}),
        (b"%PDF-1.7 ...", "file-without-list", {"kind": "pdf"}),
        (b"\x89PNG\r\n\x1a\n", "file-without-list", {"kind": "picture"}),
        (b"\x1f\x8b\x08\x00abc", "file-without-list", {"kind": "compressed"}),
        (bytes(range(1, 9)) * 40, "file-not-text", {}),
    ],
)
def test_what_is_no_list_is_refused_with_its_kind(tmp_path, octets, code, facts):
    with pytest.raises(FileProblem) as refusal:
        guess(tmp_path, octets)
    assert (refusal.value.code, refusal.value.facts) == (code, facts)


def test_nearly_utf_8_is_refused_with_the_line_rather_than_spoilt(tmp_path):
    lines = [f"{n};Íñigo Güell" for n in range(40)]
    octets = bytearray("\n".join(lines).encode())
    at = octets.index(b"\n25;") + 4
    octets[at] = 0xFF
    with pytest.raises(FileProblem, match=r'^utf8-damaged {"line": 26}'):
        guess(tmp_path, bytes(octets))


@given(st.binary(max_size=4000))
def test_any_octets_are_guessed_or_refused_in_words(tmp_path_factory, octets):
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(octets)
    try:
        found = guess_encoding(file)
    except FileProblem:
        return
    assert octets[found.mark :].decode(found.name, "replace")
