"""A passkey from end to end, in a browser with an authenticator of its own (WebAuthn, level 3, section 11.3)."""

import os

import pytest
from allauth.mfa.models import Authenticator

from tests.web.browser import open_browser, open_page
from tests.web.facts import staff
from tests.web.looking import find_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module", autouse=True)
def _django_beside_playwright():
    """Playwright's loop runs in this thread; Django would take it for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def plug_in(page):
    """Give the browser a device that answers as if somebody had put a finger on it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return session, device


def go_to_add(page, address):
    """Whoever adds a key shows once more that it is them."""
    page.goto(f"{address}/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/webauthn/add/")


def look(page, name):
    assert find_violations(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name


def test_a_passkey_is_added_opens_the_door_alone_is_renamed_and_removed(live_server, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # the test's server speaks HTTP
    user = staff()
    with (
        open_browser() as browser,
        open_page(browser, live_server.url, path="/accounts/login/", width=360) as (page, complaints),
    ):
        device = plug_in(page)
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password").fill("a-long-password")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{live_server.url}/console/")

        go_to_add(page, live_server.url)
        look(page, "add")
        page.get_by_label("Name").fill("Lucía’s telephone")
        page.locator("input[name=passwordless]").check()
        page.get_by_role("button", name="Add it").click()
        page.get_by_role("heading", name="Recovery codes").wait_for()
        look(page, "recovery codes")
        page.goto(f"{live_server.url}/accounts/2fa/webauthn/")
        page.get_by_text("Lucía’s telephone").wait_for()
        look(page, "list")
        (credential,) = device[0].send("WebAuthn.getCredentials", {"authenticatorId": device[1]})["credentials"]
        assert credential["isResidentCredential"]
        assert Authenticator.objects.get(type="webauthn").user == user

        page.goto(f"{live_server.url}/accounts/logout/")
        page.get_by_role("button", name="Sign out").click()
        page.goto(f"{live_server.url}/console/")
        page.wait_for_url("**/accounts/login/**")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(f"{live_server.url}/console/")
        assert Authenticator.objects.get(type="webauthn").last_used_at

        page.goto(f"{live_server.url}/accounts/2fa/webauthn/reauthenticate/")
        look(page, "once more")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(lambda address: "reauthenticate" not in address)

        page.goto(f"{live_server.url}/accounts/2fa/webauthn/")
        page.get_by_role("link", name="Rename Lucía’s telephone").click()
        look(page, "rename")
        page.get_by_label("Name").fill("Old telephone")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Remove Old telephone").click()
        look(page, "remove")
        page.get_by_role("button", name="Remove").click()
        page.get_by_text("None yet.").wait_for()
        assert not Authenticator.objects.filter(type="webauthn").exists()
        assert complaints == []


def test_a_key_that_the_house_does_not_know_opens_nothing(live_server, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    user = staff()
    with open_browser() as browser, open_page(browser, live_server.url, path="/accounts/login/") as (page, _):
        plug_in(page)
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password").fill("a-long-password")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{live_server.url}/console/")
        go_to_add(page, live_server.url)
        page.locator("input[name=passwordless]").check()
        page.get_by_role("button", name="Add it").click()
        page.wait_for_url(lambda address: not address.endswith("/add/"))
        Authenticator.objects.all().delete()
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/accounts/login/")
        with page.expect_navigation():
            page.get_by_role("button", name="Use a passkey").click()
        page.goto(f"{live_server.url}/console/")
        assert "/accounts/login/" in page.url
