"""Names that somebody gave: no folder, no control character, nothing that reads otherwise than it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.vault.file_names import MOST_CHARACTERS, clean_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("factura ñ.pdf", "factura ñ.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Windows\system32\x.dll", "x.dll"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("nómina\u202efdp.exe", "nóminafdp.exe"),
        ("a\x00b.txt", "ab.txt"),
        ('a"; filename="b.html', "a_; filename=_b.html"),
        (".htaccess", "htaccess"),
        ("..", "file"),
        ("", "file"),
        ("con.txt", "_con.txt"),
        ("x" * 300 + ".pdf", "x" * (MOST_CHARACTERS - 4) + ".pdf"),
    ],
)
def test_a_name(given_name, kept):
    assert clean_name(given_name) == kept


@given(st.text())
def test_any_name_becomes_one_of_a_file_in_this_folder(name):
    kept = clean_name(name)
    assert kept
    assert len(kept) <= MOST_CHARACTERS + 1
    assert kept.isprintable()
    assert not set(kept) & set('/\\"<>:|?*')
    assert clean_name(kept) == kept
