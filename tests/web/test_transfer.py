"""What a browser transfers from the real web server: little at first, next to nothing afterwards."""

import os
import re
import urllib.request

import pytest

from tests.web.browser import open_browser
from tests.web.document import read_document
from tests.web.served import serve_house

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FULL = os.environ.get("SIZE") == "full"  # every page, not every fourth
FIRST = 250_000  # octets on the wire of a first visit
NEXT = 60_000  # and of each page after it


@pytest.fixture(scope="module")
def house(tmp_path_factory, migrated):
    with serve_house(tmp_path_factory.mktemp("served") / "home", rows=50, database=migrated) as served:
        yield served


def _note_apart(event, apart):
    """The editors and the charts are counted apart: they come once, on the pages that need them."""
    if re.search(r"/static/esmero/(?:charts|letter|writing|editor|grapes)[\w.-]*$", event["response"]["url"]):
        apart.add(event["requestId"])


def test_a_first_visit_and_the_pages_after_it_transfer_little(house):
    with open_browser() as browser:
        context = browser.new_context(storage_state=house.state("es"))
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        octets, apart = [], set()
        wire.on("Network.responseReceived", lambda event: _note_apart(event, apart))
        wire.on(
            "Network.loadingFinished",
            lambda event: octets.append(0 if event["requestId"] in apart else event["encodedDataLength"]),
        )

        def visit(path):
            octets.clear()
            page.goto(f"{house.address}{path}", wait_until="load")
            page.wait_for_function("() => !document.querySelector('.htmx-request')")  # parts that come after the page
            return sum(octets)

        first = visit(house.paths["today"])
        assert 0 < first <= FIRST
        pages = list(house.paths.items())[:: 1 if FULL else 4]
        heavy = {name: size for name, path in pages if (size := visit(path)) > NEXT}
        assert heavy == {}
        print(f"first visit {first} octets, people again {visit(house.paths['people'])}")


def test_what_carries_its_hash_is_kept_for_ever_and_comes_compressed(house):
    with urllib.request.urlopen(f"{house.address}/accounts/login/") as page:
        style = read_document(page.read()).attribute("link[rel=stylesheet]", "href")
    asked = urllib.request.Request(f"{house.address}{style}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.read()) < 20_000
