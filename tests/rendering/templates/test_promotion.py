"""The promotion slot: printed whole under our label, or left out without a trace, in both parts alike."""

import email
import email.policy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.rendering.templates.compile import TemplateSource, compile_source
from esmero.rendering.templates.problem import TemplateFault
from tests.rendering.template_samples import AT, body, compiled, personal, press

LETTER = (
    "<mj-section><mj-column><mj-text>Su factura, {{ given_name }}.</mj-text></mj-column></mj-section>"
    "<em-promotion><mj-section><mj-column><mj-text>{% if plan %}Pase de {{ plan }} a <a"
    ' href="https://norte.example/oferta">más</a>.{% endif %}</mj-text></mj-column></mj-section></em-promotion>'
    '<mj-section><mj-column><mj-text>Un <a href="https://norte.example/factura">saludo</a>.</mj-text>'
    "</mj-column></mj-section>"
)
VALUES = {"given_name": "Ana", "plan": "Fibra 300"}


def parts(mail):
    read = email.message_from_bytes(mail.body, policy=email.policy.default)
    return [part.get_content() for part in read.iter_parts()]


def problems(content):
    with pytest.raises(TemplateFault) as fault:
        compiled(body(content))
    return [problem.what for problem in fault.value.problems]


def test_the_same_template_goes_with_the_promotion_to_one_and_without_it_to_the_next():
    printer = press(compiled(body(LETTER)))
    text, html = parts(printer.render(personal(**VALUES), at=AT, promotion=True))
    bare_text, bare_html = parts(printer.render(personal(**VALUES), at=AT, promotion=False))
    for part in (text, html):
        assert "Publicidad" in part
        assert "Fibra 300" in part
    for part in (bare_text, bare_html):
        assert "Publicidad" not in part
        assert "Fibra 300" not in part
        assert "Ana" in part
    assert text.index("factura, Ana") < text.index("Publicidad") < text.index("Fibra 300") < text.index("saludo")


def test_without_its_promotion_a_message_is_the_one_that_was_written_without_it():
    start, rest = LETTER.split("<em-promotion>")
    plain = compiled(body(start + rest.split("</em-promotion>")[1]))
    bare = compiled(body(LETTER)).without_promotion
    assert bare.text.render({"given_name": "Ana"}, WAYS) == plain.text.render({"given_name": "Ana"}, WAYS)
    assert bare.html.render({"given_name": "Ana"}, WAYS) == plain.html.render({"given_name": "Ana"}, WAYS)


class _AnyWay(dict):
    def __missing__(self, way):
        return f"/{way.purpose.value}/"


WAYS = _AnyWay()


def test_nobody_gets_a_promotion_by_being_forgotten():
    text, html = parts(press(compiled(body(LETTER))).render(personal(**VALUES), at=AT))
    assert "Publicidad" not in text + html


@given(st.booleans(), st.sampled_from(["", "Fibra <300>", "=3D {{ plan }}"]))
def test_what_is_printed_is_what_the_pattern_says(promotion, plan):
    template = compiled(body(LETTER))
    values = VALUES | {"plan": plan}
    shown = template if promotion else template.without_promotion
    read = parts(press(template).render(personal(**values), at=AT, promotion=promotion))[1]
    # Tokens differ; the words between them do not.
    plain = shown.html.render(values, WAYS)
    strip = lambda html: re.sub(r'href="[^"]*"', "", html).replace("\r\n", "\n").strip()  # noqa: E731
    assert strip(read) == strip(plain)


def test_the_label_cannot_be_styled_away():
    styles = "div, .x, [role=note] { display: none !important; color: #fff !important; font-size: 0 !important }"
    mjml = (
        f"<mjml><mj-head><mj-style>{styles}</mj-style><mj-style inline='inline'>{styles}</mj-style></mj-head>"
        f"<mj-body>{LETTER}</mj-body></mjml>"
    )
    html = compiled(mjml).html.render(VALUES, WAYS)
    label = html.rpartition("Publicidad")[0].rpartition("<div")[2]
    for rule in ("display:block!important", "color:#4a4a4a!important", "visibility:visible!important"):
        assert rule in label
    assert "none !important" not in label


@pytest.mark.parametrize(("language", "word"), [("es", "Publicidad"), ("fr", "Publicité"), ("en", "Advertisement")])
def test_the_label_speaks_the_language_of_the_text(language, word):
    made = compile_source(TemplateSource(language, "s", "", body(LETTER)), fields={"given_name", "plan"}, footer=None)
    assert word in made.html.source


def test_links_keep_their_number_with_and_without():
    template = compiled(body(LETTER))
    assert template.links == ("https://norte.example/oferta", "https://norte.example/factura")
    assert {way.link for way in template.without_promotion.html.token_links if way.purpose.value == "c"} == {1}


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (
            "<mj-section><mj-column><em-promotion></em-promotion></mj-column></mj-section>",
            "cannot stand in <mj-column>",
        ),
        ("<em-promotion></em-promotion>", "the promotion is empty"),
        ("<em-promotion/>", "the promotion is empty"),
        (
            (
                "<em-promotion><mj-wrapper><em-promotion><mj-section></mj-section></em-promotion></mj-wrapper>"
                "</em-promotion>"
            ),
            "a promotion stands in another",
        ),
        ("<em-promotion><mj-section></mj-section>", "<em-promotion> is never closed"),
        (
            "{% if plan %}<em-promotion>{% endif %}<mj-section></mj-section>{% if city %}</em-promotion>{% endif %}",
            "if and for do not begin and end within the promotion",
        ),
        (
            "{% if plan %}<em-promotion><mj-section></mj-section>{% else %}</em-promotion>{% endif %}",
            "if and for do not begin and end within the promotion",
        ),
    ],
)
def test_a_slot_that_would_tear_the_message_is_refused(content, what):
    assert any(what in said for said in problems(content))


def test_a_slot_may_stand_within_a_condition():
    content = (
        "{% if plan %}<em-promotion><mj-wrapper><mj-section><mj-column><mj-text>Sólo hoy</mj-text></mj-column>"
        "</mj-section>"
        "</mj-wrapper></em-promotion>{% endif %}<mj-section><mj-column><mj-text>Hola</mj-text></mj-column></mj-section>"
    )
    template = compiled(body(content))
    assert "Sólo hoy" in template.html.render({"plan": "x"}, WAYS)
    assert "Publicidad" not in template.html.render({"plan": ""}, WAYS)
    assert "Sólo hoy" not in template.without_promotion.html.render({"plan": "x"}, WAYS)
