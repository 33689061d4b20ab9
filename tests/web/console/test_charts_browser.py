"""Charts in a real browser.

Drawn under the strict policy, read by keyboard, in the colours of the theme, and without script.
"""

import os

import pytest

from tests.web.browser import open_browser, open_page, sign_in
from tests.web.facts import furnish, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo")]


@pytest.fixture(scope="module", autouse=True)
def _django_beside_playwright():
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser():
    with open_browser() as opened:
        yield opened


def test_a_chart_is_drawn_read_by_keys_and_follows_the_theme(browser, live_server):
    console = furnish(rows=3)
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["returns"], state=state) as (page, complaints):
        plot = page.get_by_role("slider", name="Returns by day")
        assert plot.locator("svg path").count() > 3
        plot.focus()
        assert plot.get_attribute("aria-valuetext").endswith("for good 3 · for now 0 · because of us 0")
        page.keyboard.press("ArrowLeft")
        assert plot.get_attribute("aria-valuetext").endswith("for good 0 · for now 0 · because of us 0")
        page.keyboard.press("End")
        assert "for good 3" in page.locator("[data-say]").inner_text()
        box = plot.bounding_box()
        page.mouse.move(box["x"] + 60, box["y"] + 60)
        assert "for good 0" in page.locator("[data-say]").inner_text()
        fill = "[...document.querySelectorAll('[data-plot] svg path')].map((path) => path.getAttribute('fill'))"
        light = page.evaluate(fill)
        page.emulate_media(color_scheme="dark")
        page.wait_for_function(f"(before) => String({fill}) !== before", arg=",".join(map(str, light)))
        assert complaints == []


def test_the_height_is_there_before_the_drawing(browser, live_server):
    console = furnish(rows=2)
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["reports"], state=state) as (page, _):
        heights = page.eval_on_selector_all(
            ".chart-plot:not([data-empty])", "all => all.map((one) => one.offsetHeight)"
        )
        assert set(heights) <= {240}


def test_without_script_the_tables_show(browser, live_server):
    console = furnish(rows=2)
    state = sign_in(browser, live_server.url, user=staff())
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(f"{live_server.url}{console.paths['returns']}")
    table = page.get_by_role("table").filter(has_text="because of us").first
    assert table.is_visible()
    assert not page.locator("[data-plot]").first.is_visible()
    context.close()


def test_a_page_that_nobody_sees_does_not_ask(browser, live_server):
    console = furnish()
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["campaign"], state=state) as (page, _):
        # Nothing to draw there yet: what draws is not asked for.
        assert page.locator("figure[data-chart]").count()
        assert not page.evaluate("performance.getEntriesByType('resource').some(({name}) => name.includes('charts'))")
        page.evaluate(
            "Object.defineProperty(document, 'hidden', { get: () => window.away ?? false, configurable: true })"
        )
        with page.expect_request(lambda request: "was=running" in request.url):
            pass
        page.evaluate("window.away = true")
        stopped = page.evaluate(
            "!document.getElementById('live').dispatchEvent("
            "new CustomEvent('htmx:before:request', { bubbles: true, cancelable: true }))"
        )
        assert stopped
        page.evaluate("window.away = false")
        with page.expect_request(lambda request: "was=running" in request.url):
            pass
