"""The system's Chromium, driven by playwright. Without it tests are skipped by name; with CI set they fail instead.

A process starts the driver once, and a browser once for each set of arguments: tests differ by their contexts.
"""

import asyncio
import atexit
import os
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
MISSING = f"{CHROMIUM} is missing: install Debian's package chromium"


class _Shared:
    """The driver and the browsers of this process; `inside` counts the blocks that use them now."""

    def __init__(self):
        self.driver, self.browsers, self.inside = None, {}, 0

    @contextmanager
    def loop(self):
        """Let the driver's loop count as running within the block alone: other tests run loops of their own."""
        if self.inside == 0 and self.driver is not None:
            asyncio._set_running_loop(self.driver._loop)
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1
            if self.inside == 0:
                asyncio._set_running_loop(None)

    def browser(self, args):
        """Return the browser of these arguments, started anew where it is gone."""
        if self.driver is None:
            from playwright.sync_api import sync_playwright

            self.driver = sync_playwright().start()
            atexit.register(self.stop)
        if args not in self.browsers or not self.browsers[args].is_connected():
            self.browsers[args] = self.driver.chromium.launch(
                executable_path=str(CHROMIUM),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", *args],
            )
        return self.browsers[args]

    def stop(self):
        """End the browsers and the driver with the process."""
        with self.loop(), suppress(Exception):
            for browser in self.browsers.values():
                browser.close()
            self.driver.stop()


_shared = _Shared()


@contextmanager
def open_browser(*args):
    """Give a headless browser, with further arguments of its command line.

    Nothing of the machine's own profile is used.
    """
    if not CHROMIUM.is_file():
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with _shared.loop():
        browser = _shared.browser(args)
        before = set(browser.contexts)
        try:
            yield browser
        finally:
            for context in set(browser.contexts) - before:
                context.close()


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
