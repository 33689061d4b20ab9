from esmero.rendering.templates.compiled_text import TokenLink
from esmero.rendering.templates.footer import Footer
from esmero.rendering.tokens import TokenPurpose
from tests.rendering.template_samples import FOOTER, compiled, section

ADDRESSES = {TokenLink(purpose): f"https://here.example/{purpose.value}" for purpose in TokenPurpose}
LETTER = section("<mj-text>Hola</mj-text>")


def test_each_thing_a_reader_may_ask_stands_on_a_line_of_its_own():
    assert compiled(LETTER, footer=FOOTER).text.render({}, ADDRESSES).split("\n") == [
        "Hola",
        "",
        "Fibra Norte, S. Coop.",
        "Lo pidió <usted> en {{ enero }}.",
        "987 000 000",
        "Calle de la Rúa 1, León",
        "¿Por qué recibo esto? (https://here.example/w)",
        "Elegir (https://here.example/f)",
        "Darme de baja (https://here.example/u)",
        "",
    ]


def test_words_of_the_operator_are_no_markup_and_no_template():
    made = compiled(LETTER, footer=FOOTER).html.render({}, ADDRESSES)
    assert "Lo pidió &lt;usted&gt; en {{ enero }}." in made


def test_its_links_count_no_clicks():
    template = compiled(LETTER, footer=FOOTER)
    assert template.links == ()
    assert {way.purpose for way in template.html.token_links} == {
        TokenPurpose.WHY,
        TokenPurpose.PREFERENCES,
        TokenPurpose.UNSUBSCRIBE,
    }


def test_a_service_mail_has_nothing_to_leave():
    footer = Footer(sender="Fibra Norte", reason="Es su factura.", why_label="¿Por qué?")
    template = compiled(LETTER, footer=footer)
    assert {way.purpose for way in template.html.token_links} == {TokenPurpose.WHY}
    assert (
        template.text.render({}, ADDRESSES)
        == "Hola\n\nFibra Norte\nEs su factura.\n¿Por qué? (https://here.example/w)\n"
    )
