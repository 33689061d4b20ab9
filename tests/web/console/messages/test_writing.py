"""Writing in a real browser.

The letter's editor, its fields and promotion, going to a problem, and the visual editor.
"""

import os

import pytest

from esmero.content.models import TemplateText
from tests.web.browser import open_browser, open_page, sign_in
from tests.web.facts import furnish, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo")]


@pytest.fixture(scope="module", autouse=True)
def _django_beside_playwright():
    """Playwright's loop runs in this thread; Django would take it for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser():
    with open_browser() as opened:
        yield opened


TYPE_AT_ONCE = """([name, words]) => {
    const button = [...document.querySelectorAll(".letter-editor button")].find((one) => one.textContent === name);
    button.focus();
    button.click();
    return document.activeElement.classList.contains("ProseMirror") && document.execCommand("insertText", false, words);
}"""


def newest(template):
    return TemplateText.objects.filter(version__template=template).order_by("-version__number").first()


def test_the_letters_tools_are_one_line_on_a_phone_and_all_within_reach(browser, live_server):
    console = furnish()
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["letter"], width=360, state=state) as (
        page,
        complaints,
    ):
        tools = page.get_by_role("toolbar", name="The letter")
        tools.wait_for()
        buttons = tools.get_by_role("button")
        assert len({button.bounding_box()["y"] for button in buttons.all()}) == 1
        last = tools.get_by_role("button", name="Redo")
        assert last.bounding_box()["x"] > 360
        last.focus()
        seen, row = last.bounding_box(), tools.bounding_box()
        assert row["x"] <= seen["x"]
        assert seen["x"] + seen["width"] <= row["x"] + row["width"]
        assert complaints == []


def test_a_letter_is_written_with_field_button_picture_and_promotion(browser, live_server):
    console = furnish()
    state = sign_in(browser, live_server.url, user=staff())
    path = console.paths["letter"]
    template = int(path.rstrip("/").rpartition("/")[2])
    before = newest(template).letter
    with open_page(browser, live_server.url, path=path, state=state) as (page, complaints):
        editor = page.get_by_role("textbox", name="The letter")
        editor.wait_for()
        page.get_by_role("button", name="Check and save").click()
        page.get_by_text("version 2").first.wait_for()
        assert newest(template).letter == before, "opened and saved, nothing has changed"
        editor.click()
        editor.get_by_text("Le escribimos").click()
        page.keyboard.press("End")
        page.wait_for_function(
            "() => { const { focusNode: node, focusOffset: at } = getSelection();"
            " return node.textContent.endsWith('cosas:') && at === node.textContent.length; }"
        )
        page.keyboard.press("Enter")
        page.keyboard.type("Buenos días, ")
        editor.get_by_text("Buenos días,").wait_for()
        page.get_by_role("button", name="Field", exact=True).click()
        page.get_by_label("Field").select_option("family_name")
        page.get_by_label("For whoever has none").fill("vecino")
        # In one task of the browser, before any frame is drawn: what is typed the moment after a tool is not lost.
        assert page.evaluate(TYPE_AT_ONCE, ["Insert", ": hay "])
        assert page.evaluate(TYPE_AT_ONCE, ["Bold", "obras"])
        editor.locator("strong", has_text="obras").wait_for()
        page.get_by_role("button", name="Bold").click()
        page.get_by_role("button", name="Picture").click()
        page.get_by_role("button", name="Foto 0").click()
        page.get_by_role("button", name="Button", exact=True).click()
        page.get_by_label("Words on it").fill("Ver obras")
        page.get_by_label("Address").fill("https://fibranorte.example/mapa")
        page.keyboard.press("Enter")
        editor.get_by_text("Ver obras").wait_for()
        editor.get_by_text("Le escribimos").click()
        page.get_by_role("button", name="Promotion").click()
        page.get_by_role("button", name="Check and save").click()
        page.get_by_text("version 3").first.wait_for()
        assert complaints == []
    text = newest(template)
    assert '<p>Buenos días, {{ family_name | fallback("vecino") }}: hay <strong>obras</strong></p>' in text.letter
    assert "Ver obras" in text.letter
    assert "https://correo.fibranorte.example/m/" in text.letter
    assert text.mjml.count("<em-promotion>") == text.mjml.count("</em-promotion>") >= 1
    assert "<mj-image" in text.mjml


def test_a_button_leads_to_the_place_of_a_problem(browser, live_server):
    console = furnish()
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["template"], state=state) as (page, complaints):
        area = page.get_by_label("Source in MJML")
        area.fill(area.input_value().replace("https://fibranorte", "http://fibranorte"))
        page.get_by_role("button", name="line 3").click()
        line = area.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)")
        assert line.startswith("<mj-button")
        page.get_by_role("button", name="Preview line: go there").click()
        assert page.evaluate("document.activeElement.id") == "id_preheader"
        assert complaints == []
    with open_page(browser, live_server.url, path=console.paths["letter"], state=state) as (page, complaints):
        page.get_by_role("textbox", name="The letter").wait_for()
        page.get_by_label("Preview line").fill("")
        page.get_by_text("There is no preview line").wait_for()
        assert complaints == []


MJML = """<mjml><mj-body background-color="#ffffff"><mj-section><mj-column>
<mj-text>Hola {{ given_name | fallback("cliente") }}</mj-text>\
<mj-button href="https://fibranorte.example/?c={{ number }}">Ver</mj-button>
</mj-column></mj-section>\
<em-promotion><mj-section><mj-column><mj-text>Una oferta</mj-text></mj-column></mj-section></em-promotion>
</mj-body></mjml>"""


def test_the_visual_editor_opens_our_mjml_and_writes_it_back_with_fields_and_promotion(browser, live_server):
    console = furnish()
    state = sign_in(browser, live_server.url, user=staff())
    text = newest(console.house.version.template)
    TemplateText.objects.filter(pk=text.pk).update(mjml=MJML)
    path = f"{console.paths['template']}visual/?language=es"
    with open_page(browser, live_server.url, path=path, state=state) as (page, complaints):
        page.locator("#visual[data-ready]").wait_for()
        canvas = page.frame_locator("#visual iframe").first
        canvas.get_by_text("Una oferta").wait_for()
        canvas.get_by_text("Hola").click()
        page.get_by_role("button", name="Line", exact=True).press("Enter")  # a block is set by keys alone
        page.get_by_role("button", name="Check and save").click()
        page.wait_for_url(f"**{console.paths['template']}?language=es")
        assert complaints == []
    made = newest(console.house.version.template)
    assert made.pk != text.pk
    assert '{{ given_name | fallback("cliente") }}' in made.mjml
    assert "https://fibranorte.example/?c={{ number }}" in made.mjml
    slot = made.mjml.partition("<em-promotion>")[2].partition("</em-promotion>")[0]
    assert "Una oferta" in slot
    assert made.mjml.count("<mj-divider") == 1
    assert "Hola" not in slot
