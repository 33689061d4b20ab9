"""Every page of the console as it is served: for axe, for a strict browser, on a phone, enlarged, and as valid HTML.

Each page is opened once, in French, whose words are the longest, and measured at the width of a phone, enlarged, and
with large letters; axe looks at every second page wide in the light, at the others narrow in the dark. With SIZE=full
axe looks at each at both widths in both themes, in all three languages. So are the dialogs, sheets and menus of
tests/web/opening.py while they are open, and the forms of tests/web/refusing.py after they were sent with nothing in
them.
"""

import os
from itertools import product

import pytest

from tests.web.browser import open_browser
from tests.web.looking import Looker
from tests.web.opening import OPENINGS, open_it
from tests.web.refusing import REFUSED, send_blank
from tests.web.served import LANGUAGES, reader_of
from tests.web.validating import find_faults, needs_validator

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FULL = os.environ.get("SIZE") == "full"
WIDE, PHONE = 1280, 360
LOOKS = list(product((WIDE, PHONE), ("light", "dark"))) if FULL else [(WIDE, "light"), (PHONE, "dark")]
ONCE = LANGUAGES if FULL else ("fr",)
in_turn = pytest.mark.parametrize("turn", range(6))  # so many parts, for as many workers as there are


@pytest.fixture
def browser():
    with open_browser() as opened:
        yield opened


@in_turn
def test_every_page_holds(browser, house, turn):
    looker = Looker(browser, house)
    pages = list(enumerate(house.paths.items()))[turn::6]
    for (number, (name, path)), language in product(pages, ONCE):
        page = looker.window(language, WIDE, page=name)
        looker.go(page, path)
        looker.measure_sizes(page, (name, language))
        if name.startswith("reader-"):
            continue  # at each of them, in each of its states, tests/web/public looks
        looks = LOOKS if FULL else [LOOKS[number // 6 % 2]]
        for width, scheme in looks:
            looker.change(page, width=width, scheme=scheme)
            looker.look(page, (name, language, width, scheme))
        for width, scheme in looks:
            looker.change(page, width=width, scheme=scheme)
            looker.look_inside(page, (name, language, width, scheme))
        looker.change(page, width=WIDE, scheme="light")
    assert not looker.findings, looker.tell()


def _languages(turn):
    return LANGUAGES if FULL else (LANGUAGES[turn % len(LANGUAGES)],)


@in_turn
def test_everything_that_opens_holds_while_it_is_open(browser, house, turn):
    looker = Looker(browser, house)
    for opening, (width, scheme) in list(product(OPENINGS, LOOKS))[turn::6]:
        for language in _languages(turn // 2):
            page = looker.window(language, width, scheme)
            looker.go(page, house.paths[opening.page])
            if open_it(page, opening, width=width):
                looker.look(page, (f"{opening.page}: {opening.name}", language, width, scheme))
    assert not looker.findings, looker.tell()


@in_turn
def test_every_form_that_is_refused_holds(browser, house, turn):
    looker = Looker(browser, house)
    for name in list(REFUSED)[turn::6]:
        for (width, scheme), language in product(LOOKS if FULL else [LOOKS[turn % 2]], _languages(turn // 2)):
            page = looker.window(language, width, scheme, page=name)
            looker.go(page, house.paths[name])
            send_blank(page)
            looker.look(page, (f"{name}: refused", language, width, scheme))
    assert not looker.findings, looker.tell()


@needs_validator
def test_the_html_of_every_page_is_valid(browser, house, tmp_path):
    contexts = {who: browser.new_context(storage_state=house.state("es", f"{who}-")) for who in ("full", "bare", "out")}
    for name, path in house.paths.items():
        context = contexts[reader_of(name)]
        answer = context.request.get(f"{house.address}{path}")
        (tmp_path / f"{name}.html").write_text(answer.text(), "utf-8")
    assert find_faults(tmp_path) == set()
