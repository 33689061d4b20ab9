"""Every page of the console as it is served: for axe, for a strict browser, on a phone, enlarged, and as valid HTML.

Each page is seen in both themes and both widths, in a language that changes from one to the next; with SIZE=full in all
three languages. So are the dialogs, sheets and menus of tests/web/opening.py while they are open.
"""

import json
import os
import subprocess
from itertools import product
from pathlib import Path

import pytest

from tests.web.browser import open_browser
from tests.web.opening import OPENINGS, open_it
from tests.web.served import LANGUAGES, ROOT, serve_house

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FULL = os.environ.get("SIZE") == "full"
LOOKS = [(turn, *look) for turn, look in enumerate(product((1280, 360), ("light", "dark")))]
look = pytest.mark.parametrize(("turn", "width", "scheme"), LOOKS)
VALIDATE = Path(os.environ.get("HTML_VALIDATE", ROOT / "node_modules/.bin/html-validate"))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with serve_house(tmp_path_factory.mktemp("served") / "home", rows=2) as served:
        yield served


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


class Looker:
    """One window for each language, width and theme; what it finds goes into `findings`."""

    def __init__(self, browser, house):
        from axe_playwright_python.sync_playwright import Axe

        self.browser, self.house, self.axe = browser, house, Axe()
        self.windows, self.findings = {}, []

    def window(self, language, width, scheme):
        key = (language, width, scheme)
        if key not in self.windows:
            context = self.browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,
                reduced_motion="reduce",
                storage_state=self.house.state(language),
            )
            page = context.new_page()
            page.on("console", lambda said: self.complain(key, said.text, said.type in {"error", "warning"}))
            page.on("pageerror", lambda fault: self.complain(key, str(fault), True))
            page.on("request", lambda asked: self.complain(key, asked.url, not self.is_ours(asked.url)))
            self.windows[key] = page
        return self.windows[key]

    def is_ours(self, address):
        return address.startswith(("data:", "about:", "blob:", f"{self.house.address}/"))

    def complain(self, where, words, is_fault):
        if is_fault:
            self.findings.append((*where, self.windows[where].url if where in self.windows else "", words))

    def look(self, page, where):
        """Hold the page as it stands now against axe, and against the width of its window."""
        for violation in self.axe.run(page).response["violations"]:
            for node in violation["nodes"]:
                summary = node.get("failureSummary", "")[:300]
                self.findings.append((*where, violation["id"], node["html"][:200], summary))
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.findings.append((*where, "scrolls sideways by", wide))


def _languages(number):
    return LANGUAGES if FULL else (LANGUAGES[number % len(LANGUAGES)],)


@look
def test_every_page_holds(browser, house, turn, width, scheme):
    looker = Looker(browser, house)
    for number, (name, path) in enumerate(house.paths.items()):
        for language in _languages(number + turn):
            page = looker.window(language, width, scheme)
            page.goto(f"{house.address}{path}")
            looker.look(page, (name, language, width, scheme))
    assert not looker.findings, "\n".join(map(str, looker.findings))


@look
def test_everything_that_opens_holds_while_it_is_open(browser, house, turn, width, scheme):
    looker = Looker(browser, house)
    for number, opening in enumerate(OPENINGS):
        for language in _languages(number + turn):
            page = looker.window(language, width, scheme)
            page.goto(f"{house.address}{house.paths[opening.page]}")
            if open_it(page, opening, width=width):
                looker.look(page, (f"{opening.page}: {opening.name}", language, width, scheme))
    assert not looker.findings, "\n".join(map(str, looker.findings))


def test_text_twice_as_large_still_fits(browser, house):
    """A window of 1280 px enlarged to 200 % has 640 px (WCAG 2.2, 1.4.4); the letters alone doubled must fit as well."""
    looker = Looker(browser, house)
    page = looker.window("fr", 640, "light")
    for name, path in house.paths.items():
        page.goto(f"{house.address}{path}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (name, wide)
    assert not looker.findings, "\n".join(map(str, looker.findings))


@pytest.mark.skipif(not VALIDATE.exists(), reason="html-validate is missing: npm ci brings it")
def test_the_html_of_every_page_is_valid(browser, house, tmp_path):
    context = browser.new_context(storage_state=house.state("es"))
    for name, path in house.paths.items():
        answer = context.request.get(f"{house.address}{path}")
        (tmp_path / f"{name}.html").write_text(answer.text(), "utf-8")
    told = subprocess.run(
        [str(VALIDATE), "--config", str(ROOT / "assets/html-validate.json"), "--formatter", "json", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    faults = {
        (Path(page["filePath"]).stem, fault["ruleId"], fault["message"], fault["line"])
        for page in json.loads(told.stdout)
        for fault in page["messages"]
    }
    assert faults == set()
    assert told.returncode == 0, told.stderr
