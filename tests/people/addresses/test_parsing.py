import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.people.addresses.parsing import read_address, read_addresses


@pytest.mark.parametrize(
    ("cell", "state", "normalised"),
    [
        ("ana@uno.example", "ok", "ana@uno.example"),
        (" ana@uno.example ", "mended", "ana@uno.example"),
        ("ANA@UNO.EXAMPLE\u00a0", "mended", "ana@uno.example"),
        ("<ana@uno.example>", "mended", "ana@uno.example"),
        ("mailto:ana@uno.example", "mended", "ana@uno.example"),
        ("mailto:ana@uno.example?subject=hola", "mended", "ana@uno.example"),
        ("Ana Ruiz, S.L. <ana@uno.example>", "mended", "ana@uno.example"),
        ("?ukasz O'Neill <l.o'neill@uno.example>", "mended", "l.o'neill@uno.example"),
        ("ana@peña.example", "mended", "ana@xn--pea-8ma.example"),
        ("ana@例え.example", "mended", "ana@xn--r8jz45g.example"),
        ("a" * 64 + "@uno.example", "ok", "a" * 64 + "@uno.example"),
        ("", "none", ""),
        ("  ", "none", ""),
        ("-", "none", ""),
        ("n/a", "none", ""),
        ("N/A", "none", ""),
        ("no tiene", "none", ""),
    ],
)
def test_usable_mended_or_nothing(cell, state, normalised):
    verdict = read_address(cell)
    assert (verdict.state, verdict.normalised, verdict.note) == (state, normalised, "")


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("ana at uno.example", "written-at"),
        ("ana@@uno.example", "two-ats"),
        ("ana@uno..example", "two-dots"),
        ("ana..b@uno.example", "two-dots"),
        ("ana", "no-domain"),
        ("ana@ uno.example ,", "comma"),
        ("ana@ uno.example", "blank"),
        ("ana maria@uno.example", "blank"),
        ("ñ" * 70 + "@uno.example", "local-too-long"),
        ("a" * 65 + "@uno.example", "local-too-long"),
        ("дмитрий@uno.example", "foreign-script"),
        ("ana@localhost", "malformed"),
        ("ana@uno", "malformed"),
        ("ana@-uno.example", "malformed"),
        (".ana@uno.example", "malformed"),
        ("/o=exchange/ou=recipients/cn=jlopez", "no-domain"),
        ("095-557-11-99", "no-domain"),
        ("ana@[192.0.2.1]", "malformed"),
        ("ana@uno.example\r\nBcc: x@dos.example", "blank"),
    ],
)
def test_not_an_address(cell, note):
    verdict = read_address(cell)
    assert (verdict.state, verdict.normalised, verdict.note) == ("invalid", "", note)


def test_several_in_one_cell_only_where_all_are_addresses():
    assert [v.normalised for v in read_addresses("a@uno.example ::: b@dos.example")] == [
        "a@uno.example",
        "b@dos.example",
    ]
    assert [v.normalised for v in read_addresses("a@uno.example; b@dos.example")] == ["a@uno.example", "b@dos.example"]
    assert [v.state for v in read_addresses("a@ uno.example ,")] == ["invalid"]
    assert [v.state for v in read_addresses("a@uno.example,")] == ["invalid"]
    assert [v.normalised for v in read_addresses("Ruiz, Ana <a@uno.example>")] == ["a@uno.example"]


@given(st.text(max_size=80) | st.from_regex(r"[\w. ]{0,12}@{1,2}[\w.-]{0,20}", fullmatch=True))
def test_any_text_gets_a_verdict_that_holds_for_its_own_result(text):
    verdict = read_address(text)
    if verdict.usable:
        assert verdict.normalised.isascii()
        assert verdict.normalised.count("@") == 1
        assert not any(c.isspace() or ord(c) < 32 for c in verdict.normalised)
        assert read_address(verdict.normalised).state == "ok"
    else:
        assert verdict.normalised == ""
