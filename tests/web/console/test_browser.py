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
        dialog = page.locator("#ask[open]")
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


def test_the_keys_go_through_a_list_tick_and_open(browser, live_server):
    console = furnish(rows=3)
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["people"], state=state) as (page, complaints):
        names = page.locator(".table tbody th a").all_inner_texts()
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.textContent") == names[1]
        page.keyboard.press("x")
        assert page.locator("input[name=pick]").nth(1).is_checked()
        assert page.locator("[data-picked]").inner_text() == "1"
        page.keyboard.press("k")
        assert page.evaluate("document.activeElement.textContent") == names[0]
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/people/*/")
        page.go_back()
        page.wait_for_url("**/console/people/")
        page.keyboard.press(".")
        page.wait_for_url("**/console/imports/new/")
        assert complaints == []


def test_a_tick_stays_on_a_row_that_a_search_leaves(browser, live_server):
    console = furnish(rows=3)
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["people"], state=state) as (page, complaints):
        rows, ticked = page.locator(".table tbody tr"), page.locator("input[name=pick]:checked")
        for name in ("Nombre0", "Nombre1"):
            rows.filter(has_text=name).get_by_role("checkbox").check()
        field = page.get_by_label("Name, number or address")
        field.fill("Nombre1")
        rows.filter(has_text="Nombre0").wait_for(state="detached")
        assert (ticked.count(), page.locator("[data-picked]").inner_text()) == (1, "1")
        field.fill("nobody at all")
        page.get_by_text("Nothing is found").wait_for()
        field.fill("Nombre")
        rows.filter(has_text="Nombre0").wait_for()
        assert (ticked.count(), page.locator("[data-picked]").inner_text()) == (0, "0")  # none that was out of sight
        assert complaints == []


def test_letters_are_letters_while_one_types_and_can_be_turned_off(browser, live_server):
    console = furnish()
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["people"], state=state) as (page, _):
        field = page.get_by_label("Name, number or address")
        field.press_sequentially("gp?")
        assert field.input_value() == "gp?"
        assert not page.locator("#keys").is_visible()
        page.get_by_role("heading", name="People").click()
        page.keyboard.press("?")
        page.get_by_role("link", name="Turn them off").click()
        page.get_by_label("Single keys do something").uncheck()
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Your settings are kept.").wait_for()
        page.get_by_role("heading", name="Your settings").click()
        page.keyboard.press("?")
        assert not page.locator("#keys").is_visible()
        page.keyboard.press("Control+k")
        assert page.locator("#palette").is_visible()


def test_the_search_is_a_combobox_that_arrows_enter_and_escape_lead(browser, live_server):
    console = furnish(rows=3)
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["person"], state=state) as (page, complaints):
        page.goto(f"{live_server.url}{console.paths['people']}")
        page.get_by_role("button", name="Search or do").click()
        field = page.get_by_role("combobox", name="Search or do")
        chosen = page.locator("#palette [aria-selected=true]")
        chosen.wait_for()
        assert page.get_by_role("group", name="Last visited").locator("[role=option]").first.inner_text() == str(
            console.people[0]
        )
        field.fill("güell")
        page.get_by_role("option", name="Nombre2 Güell").wait_for()
        first = field.get_attribute("aria-activedescendant")
        page.keyboard.press("ArrowDown")
        assert field.get_attribute("aria-activedescendant") != first
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        assert chosen.get_attribute("id") == page.locator("#palette [role=option]").last.get_attribute("id")
        page.keyboard.press("Escape")
        assert not page.locator("#palette").is_visible()
        assert "Search or do" in page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Control+k")
        field.fill("Güell nombre1")
        page.locator("#palette [role=option]", has_text="Nombre0").wait_for(state="detached")
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/people/*/")
        assert page.get_by_role("heading", level=1).inner_text() == "Nombre1 Güell"
        assert complaints == []


def test_a_menu_is_led_by_arrows_and_gives_the_focus_back(browser, live_server):
    console = furnish()
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["people"], state=state) as (page, _):
        button = page.locator("summary", has_text="Columns")
        button.focus()
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.name") == "cols"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.textContent").strip() == "Columns"
        assert page.locator("details.dropdown[open]").count() == 0


def test_filters_are_in_a_sheet_on_a_phone_and_lead_to_the_address(browser, live_server):
    console = furnish(rows=2)
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["people"], width=360, state=state) as (page, _):
        assert not page.get_by_label("Language").first.is_visible()
        page.get_by_role("button", name="Filters").click()
        page.get_by_label("Language").first.select_option("fr")
        page.wait_for_url("**/people/?*language=fr*")
        assert page.get_by_role("button", name="Filters 1").is_visible()


def test_a_toast_says_what_was_done_and_can_be_closed(browser, live_server):
    console = furnish(rows=2)
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["people"], width=360, state=state) as (page, _):
        page.locator("input[name=pick]").first.check()
        page.locator(".picks summary", has_text="Give a tag").click()
        page.locator("#act-tag").fill("vip")
        page.locator(".picks .dropdown-panel button", has_text="Give a tag").click()
        toast = page.locator(".messages .toast")
        toast.wait_for()
        foot, box = page.locator(".footbar").bounding_box(), toast.bounding_box()
        assert box["y"] + box["height"] <= foot["y"]
        toast.get_by_role("button", name="Close").click()
        assert page.locator(".toast").count() == 0


def test_a_form_with_errors_takes_the_focus_to_its_summary(browser, live_server):
    console = furnish()
    state = sign_in(browser, live_server.url, user=staff())
    with open_page(browser, live_server.url, path=console.paths["brand"], state=state) as (page, _):
        page.locator("input[name=name]").evaluate("field => { field.required = false; field.value = ''; }")
        page.get_by_role("button", name="Save").click()
        page.wait_for_function("() => document.activeElement.matches('[data-summary]')")
        page.locator("[data-summary] a").first.click()
        assert page.evaluate("document.activeElement.name") == "name"


def test_a_refused_part_is_said_in_a_note_and_the_page_stays(browser, live_server):
    console, user = furnish(rows=3), staff()
    state = sign_in(browser, live_server.url, user=user)
    with open_page(browser, live_server.url, path=console.paths["people"], state=state) as (page, _):
        field, notes = page.get_by_label("Name, number or address"), page.locator(".toast")
        user.is_active = False
        user.save(update_fields=["is_active"])
        field.fill("Nombre2")
        page.get_by_role("link", name="Sign in again").wait_for()
        user.is_active, user.role = True, "nobody"
        user.save(update_fields=["is_active", "role"])
        field.fill("Nombre1")
        notes.filter(has_text="Your role does not allow this").wait_for()
        page.context.set_offline(True)
        field.fill("Nombre0")
        notes.filter(has_text="The house does not answer").wait_for()
        page.keyboard.press("Control+k")
        page.locator("#palette").wait_for(state="hidden")
        assert notes.count() == 3
        assert page.get_by_role("link", name="Nombre0 Güell").is_visible()
        page.context.set_offline(False)
        notes.filter(has_text="This is not open to you").get_by_role("button", name="Close").click()
        user.role = "owner"
        user.save(update_fields=["role"])
        field.fill("Nombre1")
        page.get_by_role("link", name="Nombre0 Güell").wait_for(state="detached")
        assert notes.count() == 1


def test_what_asks_again_by_itself_says_once_that_it_is_refused(browser, live_server):
    console, user = furnish(), staff()
    state = sign_in(browser, live_server.url, user=user)
    with open_page(browser, live_server.url, path=console.paths["campaign"], state=state) as (page, _):
        page.locator("html[data-script]").wait_for()
        user.is_active = False
        user.save(update_fields=["is_active"])
        note = page.locator(".toast")
        note.get_by_role("link", name="Sign in again").wait_for()
        note.get_by_role("button", name="Close").click()
        with page.expect_event("requestfinished", lambda asked: "/accounts/login/" in asked.url):
            pass
        with page.expect_event("requestfinished", lambda asked: "/accounts/login/" in asked.url):
            pass  # what the one before brought has been looked at
        assert note.count() == 0
