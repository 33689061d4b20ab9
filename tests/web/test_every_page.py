"""Every page of the console as it is served: for axe, for a strict browser, on a phone, enlarged, and as valid HTML.

Each page is seen wide in the light and narrow in the dark, in a language that changes from one to the next; with SIZE=full
in both themes at both widths, in all three languages. So are the dialogs, sheets and menus of tests/web/opening.py while
they are open, and the forms of tests/web/refusing.py after they were sent with nothing in them.
"""

import os
from itertools import product

import pytest

from tests.web.browser import open_browser
from tests.web.looking import HIDDEN_WORDS, Looker
from tests.web.opening import OPENINGS, open_it
from tests.web.refusing import REFUSED, send_blank
from tests.web.served import LANGUAGES, reader_of, serve_house
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


def _languages(number):
    return LANGUAGES if FULL else (LANGUAGES[number % len(LANGUAGES)],)


@look
def test_every_page_holds(browser, house, turn, width, scheme):
    looker = Looker(browser, house)
    for number, (name, path) in enumerate(house.paths.items()):
        if name.startswith("reader-"):
            continue  # tests/web/public looks at each of them, in each of its states
        for language in _languages(number + turn):
            page = looker.window(language, width, scheme, page=name)
            looker.go(page, path)
            looker.look_all(page, (name, language, width, scheme))
    assert not looker.findings, looker.tell()


@look
def test_everything_that_opens_holds_while_it_is_open(browser, house, turn, width, scheme):
    looker = Looker(browser, house)
    for number, opening in enumerate(OPENINGS):
        for language in _languages(number + turn):
            page = looker.window(language, width, scheme)
            looker.go(page, house.paths[opening.page])
            if open_it(page, opening, width=width):
                looker.look(page, (f"{opening.page}: {opening.name}", language, width, scheme))
    assert not looker.findings, looker.tell()


@look
def test_every_form_that_is_refused_holds(browser, house, turn, width, scheme):
    looker = Looker(browser, house)
    for number, name in enumerate(REFUSED):
        if not FULL and number % len(LOOKS) != LOOKS.index((turn, width, scheme)):
            continue
        for language in _languages(number + turn):
            page = looker.window(language, width, scheme, page=name)
            looker.go(page, house.paths[name])
            send_blank(page)
            looker.look(page, (f"{name}: refused", language, width, scheme))
    assert not looker.findings, looker.tell()


LETTERS = "--blink-settings=defaultFontSize=32"


@pytest.mark.parametrize(
    ("args", "width"), [((), 640), ((LETTERS,), 1280), ((LETTERS,), 360)], ids=["page", "letters", "phone"]
)
def test_twice_as_large_still_fits(house, args, width):
    """A window of 1280 px enlarged to 200 % has 640 px (WCAG 2.2, 1.4.4); so it is where the reader wants letters of 32 px."""
    with open_browser(*args) as enlarged:
        looker = Looker(enlarged, house)
        for name, path in house.paths.items():
            page = looker.window("fr", width, page=name)
            looker.go(page, path)
            looker.measure(page, (name,))
            looker.findings += [(name, words) for words in page.evaluate(HIDDEN_WORDS)]
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == ("32px" if args else "16px")
    assert not looker.findings, looker.tell()


@needs_validator
def test_the_html_of_every_page_is_valid(browser, house, tmp_path):
    contexts = {who: browser.new_context(storage_state=house.state("es", f"{who}-")) for who in ("full", "bare", "out")}
    for name, path in house.paths.items():
        context = contexts[reader_of(name)]
        answer = context.request.get(f"{house.address}{path}")
        (tmp_path / f"{name}.html").write_text(answer.text(), "utf-8")
    assert find_faults(tmp_path) == set()
