"""The customer area as it is seen, from the invitation to a sign-in by link, at each width and in each theme."""

import os

import pytest

from esmero.grants.models import Grant
from tests.accounts.facts import add_customers, read_link
from tests.web.browser import open_browser, open_page
from tests.web.looking import find_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module", autouse=True)
def _django_beside_playwright():
    """Playwright's loop runs in this thread; Django would take it for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def look(page, name):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert find_violations(page) == [], (name, scheme, width)
            wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            assert page.evaluate(wide), (name, width)
            if folder := os.environ.get("SCREENS"):
                page.screenshot(path=f"{folder}/{name}-{scheme}-{width}.png", full_page=True)


def test_from_the_invitation_to_the_account(live_server):
    (account,) = add_customers(1, password="")
    path, _ = read_link(Grant.objects.get())
    with (
        open_browser() as browser,
        open_page(browser, live_server.url, path=f"{path}?lang=en", width=360) as (page, complaints),
    ):
        look(page, "invitation")
        page.get_by_label("New password").fill("a-long-password")
        page.get_by_role("button", name="Save the password").click()
        page.wait_for_url("**/area/sign-in/")
        look(page, "sign-in")
        page.get_by_label("User name or email").fill("cliente0")
        page.get_by_label("Password").fill("a-long-password")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{live_server.url}/area/")
        page.get_by_text("persona0@cliente.example").wait_for()
        look(page, "account")
        page.goto(f"{live_server.url}/area/email/")
        look(page, "once-more")
        page.get_by_label("Password").fill("a-long-password")
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("New address").fill("nueva@cliente.example")
        look(page, "change-address")
        page.get_by_role("button", name="Send the link").click()
        page.get_by_role("heading", name="mailbox").wait_for()
        place, _ = read_link(Grant.objects.latest("id"))
        page.goto(f"{live_server.url}{place}?lang=en")
        look(page, "new-address")
        page.get_by_role("button", name="Confirm the new address").click()
        page.wait_for_url(f"{live_server.url}/area/")
        page.get_by_text("nueva@cliente.example").wait_for()
        page.goto(f"{live_server.url}{place}?lang=en")
        look(page, "old-link")
        page.goto(f"{live_server.url}/area/2fa/")
        look(page, "second-factor")
        page.goto(f"{live_server.url}/area/")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/area/sign-in/**")

        page.get_by_role("link", name="Send me a link by mail").click()
        look(page, "ask")
        page.get_by_label("User name or email").fill("cliente0")
        page.get_by_role("button", name="Send me a link by mail").click()
        page.get_by_role("heading", name="mailbox").wait_for()
        look(page, "asked")
        place, code = read_link(Grant.objects.latest("id"))
        page.context.clear_cookies()
        page.goto(f"{live_server.url}{place}?lang=en")
        look(page, "code")
        page.get_by_label("Code from the mail").fill(code)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{live_server.url}/area/")
        account.user.refresh_from_db()
        assert account.user.email == "nueva@cliente.example"
        assert [one for one in complaints if "410 (Gone)" not in one] == []  # the old link
