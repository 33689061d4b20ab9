"""The system's Chromium, driven by playwright. Without it tests are skipped by name; with CI set they fail instead."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
MISSING = f"{CHROMIUM} is missing: install Debian's package chromium"


@contextmanager
def open_browser(*args):
    """Give a headless browser, with further arguments of its command line; nothing of the machine's own profile is used."""
    if not CHROMIUM.is_file():
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", *args],
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(browser, address, *, path="/", width=1280, scheme="light", state=None):
    """Give a page and the list of what its console complained of."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, storage_state=state)
    page = context.new_page()
    complaints = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(("data:", address)) else complaints.append(f"request to {request.url}")
        ),
    )
    page.goto(f"{address}{path}")
    try:
        yield page, complaints
    finally:
        context.close()


def sign_in(browser, address, *, user, password="a-long-password"):
    """Sign in at the door and give the session's state."""
    with open_page(browser, address, path="/accounts/login/") as (page, complaints):
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{address}/console/")
        assert complaints == []
        return page.context.storage_state()
