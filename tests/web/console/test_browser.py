import os

import pytest

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


def test_axe_finds_nothing_on_any_page(browser, live_server):
    from axe_playwright_python.sync_playwright import Axe

    console = furnish(rows=2)
    state = sign_in(browser, live_server.url, user=staff())
    findings = {}
    for name, path in console.paths.items():
        with open_page(browser, live_server.url, path=path, state=state) as (page, complaints):
            found = [
                (violation["id"], node["html"][:200], node.get("failureSummary", "")[:300])
                for violation in Axe().run(page).response["violations"]
                for node in violation["nodes"]
            ]
            if found or complaints:
                findings[name] = (found, complaints)
    assert findings == {}


def test_nothing_scrolls_sideways_on_a_phone(browser, live_server):
    console = furnish(rows=2)
    state = sign_in(browser, live_server.url, user=staff())
    for name, path in console.paths.items():
        with open_page(browser, live_server.url, path=path, width=360, state=state) as (
            page,
            complaints,
        ):
            assert page.evaluate("document.documentElement.scrollWidth") == 360, name
            assert complaints == [], name


def test_colours_can_be_read_in_the_dark(browser, live_server):
    from axe_playwright_python.sync_playwright import Axe

    console = furnish(rows=1)
    state = sign_in(browser, live_server.url, user=staff())
    for name in ("parts", "today", "campaign", "person"):
        with open_page(browser, live_server.url, path=console.paths[name], scheme="dark", state=state) as (page, _):
            contrast = [each["id"] for each in Axe().run(page).response["violations"] if each["id"] == "color-contrast"]
            assert contrast == [], name


def test_the_list_of_people_follows_what_is_typed(browser, live_server):
    console = furnish(rows=3)
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["people"], state=state) as (page, complaints):
        page.get_by_label("Name, number or address").press_sequentially("NÓMBRE2")
        page.get_by_role("link", name="Nombre0 Güell").wait_for(state="detached")
        assert page.get_by_role("link", name="Nombre2 Güell").is_visible()
        assert complaints == []


def test_the_menu_opens_from_the_foot_of_a_phone(browser, live_server):
    console = furnish()
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["today"], width=360, state=state) as (page, _):
        menu = page.get_by_role("navigation", name="Main menu")
        assert not menu.is_visible()
        page.get_by_role("button", name="More").click()
        assert menu.is_visible()
        menu.get_by_role("link", name="Settings").click()
        page.wait_for_url("**/console/settings/")


def test_an_act_of_consequence_says_its_numbers_first(browser, live_server):
    console = furnish()
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["campaign-checked"], state=state) as (page, _):
        page.get_by_role("button", name="Send to 2 people").click()
        dialog = page.get_by_role("dialog", name="One moment")
        assert "Send it to 2 people now?" in dialog.inner_text()
        dialog.get_by_role("button", name="No, leave it").click()
        dialog.wait_for(state="hidden")
        assert page.url.endswith(console.paths["campaign-checked"])


def test_the_keys_lead_where_their_list_says(browser, live_server):
    console = furnish()
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["today"], state=state) as (page, complaints):
        page.keyboard.press("?")
        assert page.get_by_role("dialog", name="Keys").is_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("p")
        page.wait_for_url("**/console/people/")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.type") == "search"
        assert complaints == []
