"""The tree builder in a browser, by keyboard alone: build, group, move, save; the numbers follow, the cursor stays."""

import os

import pytest

from esmero.people.models import Person, Segment
from esmero.people.segments.text_form import parse, write
from esmero.people.segments.tree import read_json, write_json
from tests.web.browser import open_browser, open_page, sign_in
from tests.web.facts import furnish, staff
from tests.web.looking import find_violations

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


def focused(page):
    return page.evaluate("document.activeElement.id")


def await_focus(page, name):
    page.wait_for_function("name => document.activeElement.id === name", arg=name)


def await_number(page, uid, number):
    page.wait_for_function(
        r"([uid, number]) => document.getElementById(`count_${uid}`)?.textContent.trim().split(/\s/)[0] === number",
        arg=[uid, number],
    )


def test_a_segment_is_built_by_keyboard_alone(browser, live_server):
    furnish(rows=3)
    everybody, spanish = str(Person.objects.count()), str(Person.objects.filter(language="es").count())
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path="/console/segments/new/", state=state) as (page, complaints):
        await_number(page, "n0", everybody)
        page.locator("#add_n0").focus()
        page.keyboard.press("Enter")
        await_focus(page, "what_n1")
        page.keyboard.type("Given")
        page.locator("#value_n1[type=text]").wait_for()
        assert focused(page) == "what_n1"
        page.locator("#value_n1").focus()
        page.keyboard.type("Nombre1")
        page.keyboard.press("Tab")
        await_number(page, "n1", "1")
        await_number(page, "n0", "1")
        assert "Nombre1" in page.locator("#tree-sentence").inner_text()
        page.locator("#add_n0").focus()
        page.keyboard.press("Enter")
        await_focus(page, "what_n2")
        page.locator("#value_n2").select_option("es")
        await_number(page, "n2", spanish)
        page.locator("#what_n2").focus()
        page.keyboard.press("Alt+ArrowUp")
        await_focus(page, "menu_n2")
        assert page.evaluate("[...document.querySelectorAll('[data-uid]')].map(n => n.dataset.uid)") == ["n2", "n1"]
        assert page.locator("#tree-said[role=status]").inner_text() == "It was moved up."
        page.keyboard.press("Enter")
        page.locator("button[value='group:n2']").focus()
        page.keyboard.press("Enter")
        await_focus(page, "match_n3")
        await_number(page, "n3", spanish)
        page.locator("#segment-name").focus()
        page.keyboard.type("Por teclado")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("The segment “Por teclado” is saved.").wait_for()
        page.get_by_role("link", name="Nombre1 Güell").wait_for()
        assert complaints == []
    segment = Segment.objects.get(name="Por teclado")
    assert write(read_json(segment.conditions)) == "all (any (language = es); given_name = Nombre1)"
    assert segment.counted == 1


def test_a_condition_is_drawn_to_where_it_belongs(browser, live_server):
    furnish(rows=3)
    segment = Segment.objects.create(
        name="Con el ratón",
        conditions=write_json(parse("all (tag = uno; any (tag = dos; tag = tres); tag = cuatro)")),
    )
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=f"/console/segments/{segment.pk}/", state=state) as (
        page,
        complaints,
    ):
        page.locator("html[data-script]").wait_for()
        uids = page.evaluate("[...document.querySelectorAll('[data-uid]')].map(n => n.dataset.uid)")
        one, group, _two, three, four = uids

        def draw(uid, beside, *, release=True):
            page.locator(f"[data-grip={uid}]").hover()
            page.mouse.down()
            box = page.locator(f"#node_{beside}").bounding_box()
            page.mouse.move(box["x"] + 40, box["y"] + 2, steps=4)
            page.locator(".tree-drop").wait_for()
            if release:
                page.mouse.up()
                page.locator("#tree-said", has_text="It was moved.").wait_for(state="attached")

        draw(four, three, release=False)
        page.keyboard.press("Escape")
        page.locator(".tree-drop").wait_for(state="detached")
        page.mouse.up()
        draw(four, three)
        await_focus(page, f"menu_{four}")
        draw(group, one)
        await_focus(page, f"menu_{group}")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("The segment “Con el ratón” is saved.").wait_for()
        assert complaints == []
    segment.refresh_from_db()
    assert write(read_json(segment.conditions)) == "all (any (tag = dos; tag = cuatro; tag = tres); tag = uno)"


def test_without_scripts_the_same_form_works(browser, live_server):
    furnish(rows=3)
    spanish = Person.objects.filter(language="es").count()
    state = sign_in(browser, live_server.url, user=staff())
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(f"{live_server.url}/console/segments/new/")
    page.locator("#add_n0").click()
    page.locator("#value_n1").select_option("es")
    page.get_by_role("button", name="Count").click()
    assert page.locator("#count_n0").inner_text().split()[0] == str(spanish)
    assert "People who speak Spanish." in page.locator("#tree-sentence").inner_text()
    page.locator("#segment-name").fill("Sin guiones")
    page.get_by_role("button", name="Save").click()
    assert Segment.objects.get(name="Sin guiones").counted == spanish
    context.close()


def test_axe_finds_nothing_in_a_full_tree_and_its_menu(browser, live_server):
    furnish(rows=3)
    full = Segment.objects.create(
        name="Todo",
        conditions=write_json(
            parse(
                "all (language in es, fr; did clicked topic fibra-norte/novedades between 2026-01-01 2026-02-01;"
                " permission fibra-norte/novedades = granted; none (list = 1001; any (organisation = Acme)))"
            )
        ),
    )
    state = sign_in(browser, live_server.url, user=staff())
    for width in (360, 1280):
        for scheme in ("light", "dark"):
            with open_page(
                browser, live_server.url, path=f"/console/segments/{full.pk}/", width=width, scheme=scheme, state=state
            ) as (page, complaints):
                await_number(page, "n0", "0")
                assert page.evaluate("document.documentElement.scrollWidth") == width
                page.locator("#menu_n1").click()
                found = find_violations(page)
                assert (found, complaints) == ([], []), (width, scheme)
                assert page.evaluate("document.documentElement.scrollWidth") == width
