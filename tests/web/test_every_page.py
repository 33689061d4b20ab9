"""Every page of the console as it is served: for axe, for a strict browser, on a phone, enlarged, and as valid HTML.

Each page is seen wide in the light and narrow in the dark, in a language that changes from one to the next; with SIZE=full
in both themes at both widths, in all three languages. So are the dialogs, sheets and menus of tests/web/opening.py while
they are open.
"""

import os
from itertools import product

import pytest
from playwright.sync_api import TimeoutError as TooLate

from tests.web.browser import open_browser
from tests.web.opening import OPENINGS, open_it
from tests.web.served import LANGUAGES, serve_house
from tests.web.validating import find_faults, needs_validator

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FULL = os.environ.get("SIZE") == "full"
LOOKS = [(turn, *look) for turn, look in enumerate(product((1280, 360), ("light", "dark")))]
LOOKS = LOOKS if FULL else [LOOKS[0], LOOKS[-1]]  # each width and each theme once
look = pytest.mark.parametrize(("turn", "width", "scheme"), LOOKS)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with serve_house(tmp_path_factory.mktemp("served") / "home", rows=2) as served:
        yield served


@pytest.fixture
def browser():
    with open_browser() as opened:
        yield opened


# Words of which a part can be neither seen nor scrolled to: more of them than their box shows, and the box cuts off.
HIDDEN_WORDS = """() => {
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    const style = getComputedStyle(one);
    const cuts = ["hidden", "clip"].includes(style.overflowY) || ["hidden", "clip"].includes(style.overflowX);
    if (!cuts || !one.checkVisibility() || one.clientWidth < 2 || one.closest(".sr-only, svg, select, [aria-hidden=true]") || !one.textContent.trim()) continue;
    if (style.textOverflow === "ellipsis" && one.title) continue;
    const high = one.scrollHeight - one.clientHeight, wide = one.scrollWidth - one.clientWidth;
    if (high > 1 || wide > 1) found.push(`cut off by ${wide} × ${high}: ${one.outerHTML.slice(0, 160)}`);
  }
  return found;
}"""


class Looker:
    """One window for each language, width and theme; what it finds goes into `findings`."""

    def __init__(self, browser, house):
        from axe_playwright_python.sync_playwright import Axe

        self.browser, self.house, self.axe = browser, house, Axe()
        self.windows, self.findings = {}, []

    def window(self, language, width, scheme, *, signed_in=True):
        key = (language, width, scheme, signed_in)
        if key not in self.windows:
            context = self.browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,
                reduced_motion="reduce",
                locale=language,
                storage_state=self.house.state(language) if signed_in else None,
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

    def open_all(self, page):
        """Open every menu and everything folded; False where there is nothing of the kind."""
        return page.evaluate(
            "[...document.querySelectorAll('details:not([open])')].map((one) => (one.open = true)).length"
        )

    def ask_all(self, page, where):
        """Open the dialog of everything that asks first, and close it again."""
        for place, button in enumerate(page.locator("[data-ask]").all()):
            if not button.is_visible() or not button.evaluate("(one) => !one.form || one.form.checkValidity()"):
                continue  # a form that lacks something says so first
            button.evaluate("(one) => one.click()")
            dialog = page.locator("#ask[open]")
            try:
                dialog.wait_for(timeout=10_000)
            except TooLate:
                self.findings.append((*where, "asks nothing", button.get_attribute("data-ask")))
                continue
            self.look(page, (*where, f"question {place}"), inside="#ask")
            page.keyboard.press("Escape")
            dialog.wait_for(state="detached")

    def look(self, page, where, *, inside=None):
        """Hold the page as it stands now against axe, and against the width of its window."""
        for violation in self.axe.run(page, context=inside).response["violations"]:
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
        if name.startswith("reader-"):
            continue  # tests/web/public looks at each of them, in each of its states
        for language in _languages(number + turn):
            page = looker.window(language, width, scheme, signed_in=not name.startswith("out-"))
            page.goto(f"{house.address}{path}")
            where = (name, language, width, scheme)
            looker.look(page, where)
            if looker.open_all(page):
                looker.look(page, (*where, "all open"))
            looker.ask_all(page, where)
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


@pytest.mark.parametrize("args", [(), ("--blink-settings=defaultFontSize=32",)], ids=["page", "letters"])
def test_twice_as_large_still_fits(house, args):
    """A window of 1280 px enlarged to 200 % has 640 px (WCAG 2.2, 1.4.4); so it is where the reader wants letters of 32 px."""
    with open_browser(*args) as enlarged:
        looker = Looker(enlarged, house)
        for name, path in house.paths.items():
            page = looker.window("fr", 1280 if args else 640, "light", signed_in=not name.startswith("out-"))
            page.goto(f"{house.address}{path}")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                looker.findings.append((name, "scrolls sideways by", wide))
            looker.findings += [(name, words) for words in page.evaluate(HIDDEN_WORDS)]
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == ("32px" if args else "16px")
    assert not looker.findings, "\n".join(map(str, looker.findings))


@needs_validator
def test_the_html_of_every_page_is_valid(browser, house, tmp_path):
    context = browser.new_context(storage_state=house.state("es"))
    for name, path in house.paths.items():
        answer = context.request.get(f"{house.address}{path}")
        (tmp_path / f"{name}.html").write_text(answer.text(), "utf-8")
    assert find_faults(tmp_path) == set()
