"""The two parts of a message: real differences are told, layout is not, and what was made of the HTML never differs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esmero.rendering.checks.part_equality import compare_parts
from tests.rendering.template_samples import compiled, printed, section

HTML = """<html><body><h1>Obras en León</h1><p>El 3 de diciembre de 2026 cambiamos el equipo de su calle.</p>
<p>Su cuota sigue en 39,90&nbsp;€ al mes, IVA incluido.</p>\
<p>Pregunte en el <a href="tel:+34987000000">987 000 000</a>.</p>
<table><tr><td>Más en <a href="https://norte.example/obras?a=1&amp;b=2">la página de las obras</a>.</td></tr></table>
<img src="x.png" alt="Un plano de la calle">\
<p style="display: none">Lo que nadie ve no cuenta para nada aquí</p></body></html>"""
TEXT = """OBRAS EN LEÓN

El 3 de diciembre de 2026 cambiamos el equipo
de su calle. Su cuota sigue en 39,90 € al mes (IVA incluido).
Pregunte en el 987 000 000 (tel:+34987000000).
* Más en la página de las obras: https://norte.example/obras?a=1&b=2

Un plano de la calle
"""


def lacks(html=HTML, text=TEXT):
    return [(one.kind, one.words, one.missing_in) for one in compare_parts(html, text)]


def test_another_layout_is_no_difference():
    assert lacks() == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("https://norte.example/obras?a=1&b=2", "", ("link", "https://norte.example/obras?a=1&b=2", "text")),
        ("obras?a=1&b=2", "otra", ("link", "https://norte.example/otra", "html")),
        ("39,90 €", "42,90 €", ("figure", "39,90", "text")),
        ("39,90 €", "42,90 €", ("figure", "42,90", "html")),
        ("diciembre de 2026", "diciembre de 2027", ("figure", "2026", "text")),
        ("987 000 000", "987 000 001", ("figure", "987 000 001", "html")),
        (
            "El 3 de diciembre de 2026 cambiamos el equipo\nde su calle.",
            "El 3, 2026.",
            ("sentence", "El 3 de diciembre de 2026 cambiamos el equipo de su calle.", "text"),
        ),
        (
            "Un plano de la calle",
            "Este correo necesita un programa que sepa mostrar páginas.",
            ("sentence", "Este correo necesita un programa que sepa mostrar páginas.", "html"),
        ),
    ],
)
def test_a_real_difference_is_told(old, new, told):
    assert told in lacks(text=TEXT.replace(old, new))


def test_no_text_at_all_is_said_of_everything():
    assert {kind for kind, *_ in lacks(text="")} == {"link", "figure", "sentence"}
    assert lacks(html="", text="") == []


def test_what_was_made_of_the_html_says_the_same():
    values = {"given_name": "Ana", "city": "León", "plan": "fibra", "works": [{"street": "Rúa 1, 24003"}], "survey": ""}
    for facts in (values, {**values, "plan": "", "works": []}):
        mail = printed(compiled(), values=facts)
        assert compare_parts(*read_parts(mail)) == []


def read_parts(mail):
    from email import message_from_bytes
    from email.policy import default

    message = message_from_bytes(mail.body, policy=default)
    return message.get_body(("html",)).get_content(), message.get_body(("plain",)).get_content()


_WORDS = st.text(alphabet="abcñé 0123456789,.€%-/+'()!?:", min_size=1, max_size=60)
_PIECE = st.one_of(
    _WORDS.map(lambda words: f"<mj-text><p>{words}</p></mj-text>"),
    st.tuples(_WORDS, st.integers(0, 9)).map(
        lambda two: f'<mj-button href="https://norte.example/{two[1]}">{two[0]}</mj-button>'
    ),
    st.lists(_WORDS, min_size=1, max_size=3).map(
        lambda rows: "<mj-table>" + "".join(f"<tr><td>{row}</td><td>{row}</td></tr>" for row in rows) + "</mj-table>"
    ),
    _WORDS.map(lambda words: f"<mj-text><ul><li>{words}</li><li>y {words}</li></ul></mj-text>"),
    _WORDS.map(lambda words: f'<mj-image src="https://norte.example/a.png" alt="{words.replace(chr(34), "")}" />'),
)


@given(st.lists(_PIECE, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_made_text_ever_differs(pieces):
    made = compiled(section("".join(pieces)), subject="x")
    ways = {way: f"https://c.example/{place}" for place, way in enumerate(made.html.token_links)}
    assert compare_parts(made.html.render({}, ways), made.text.render({}, ways)) == []
