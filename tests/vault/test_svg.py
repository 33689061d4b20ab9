"""Drawings: what is not allowed in them goes; Chromium, which would run it, is the judge."""

import pytest

from esmero.vault.svg import NotADrawing, sanitise_svg
from tests.web.browser import open_browser

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 90 90"'
HTML = 'xmlns="http://www.w3.org/1999/xhtml"'
SQUARE = '<rect id="a" width="90" height="90" style="fill: #0e5c59; stroke: none"/>'
HOSTILE = {
    "script": f"{HEAD}><script>document.title='hit'</script>{SQUARE}</svg>",
    "external script": f"{HEAD}><script href='http://evil.example/x.js'/>{SQUARE}</svg>",
    "handler": f"{HEAD} onload=\"document.title='hit'\">{SQUARE}</svg>",
    "handler inside": f"{HEAD}><animate onbegin=\"document.title='hit'\" attributeName='x' dur='1s'/>{SQUARE}</svg>",
    "page": f"{HEAD}><foreignObject><b {HTML}><iframe src='http://evil.example/'/></b></foreignObject>{SQUARE}</svg>",
    "other namespace": f"{HEAD}><script {HTML}>document.title='hit'</script>{SQUARE}</svg>",
    "picture": f"{HEAD}><image xlink:href='http://evil.example/x.png' width='9' height='9'/>{SQUARE}</svg>",
    "use": f"{HEAD}><use href='http://evil.example/x.svg#a'/>{SQUARE}</svg>",
    "paint": f"{HEAD}><rect fill='url(http://evil.example/x.svg#a)' width='9' height='9'/>{SQUARE}</svg>",
    "style": f"{HEAD}><g style=\"background: url('http://evil.example/x.png')\"/>{SQUARE}</svg>",
    "filter": f"{HEAD}><filter id='f'><feImage href='http://evil.example/x.png'/></filter><g filter='url(#f)'/>{SQUARE}"
    "</svg>",
    "instruction": f"<?xml-stylesheet href='http://evil.example/x.css'?>{HEAD}>{SQUARE}</svg>",
}
# Those that do something in a browser as they come: the judge sees them.
ACTIVE = {"script", "handler", "external script", "handler inside", "page", "other namespace", "picture", "instruction"}


def watch(browser, drawing):
    """Open a drawing as a page and return what it did: addresses asked for, and whether it changed the title."""
    page = browser.new_context().new_page()
    asked = []

    def answer(route):
        if route.request.url == "http://ours.example/x.svg":
            route.fulfill(body=drawing, content_type="image/svg+xml")
        else:
            asked.append(route.request.url)
            route.abort()

    page.route("**/*", answer)
    page.goto("http://ours.example/x.svg")
    page.wait_for_function("() => document.readyState === 'complete'")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return [one for one in asked if "evil" in one], page.title() == "hit"


@pytest.mark.browser
def test_no_drawing_runs_anything_or_asks_anybody():
    with open_browser() as browser:
        for name, drawing in HOSTILE.items():
            clean = sanitise_svg(drawing.encode())
            assert watch(browser, clean) == ([], False), name
            if name in ACTIVE:
                assert watch(browser, drawing.encode()) != ([], False), f"{name}: the judge sees nothing"


@pytest.mark.parametrize("name", HOSTILE)
def test_the_drawing_itself_stays(name):
    clean = sanitise_svg(HOSTILE[name].encode())
    assert b'fill="#0e5c59"' in clean
    assert b"evil" not in clean
    assert b"hit" not in clean
    assert sanitise_svg(clean) == clean


def test_references_into_the_drawing_stay():
    drawing = (
        f'{HEAD}><defs><linearGradient id="g"><stop offset="0" stop-color="red"/></linearGradient></defs>'
        '<rect id="r" fill="url(#g)" width="9" height="9"/><use xlink:href="#r" x="20"/></svg>'
    )
    clean = sanitise_svg(drawing.encode())
    assert b'fill="url(#g)"' in clean
    assert b'href="#r"' in clean


ENTITY = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
COPIES = "".join(f'<g id="l{n}">{f"""<use href="#l{n - 1}"/>""" * 10}</g>' for n in range(1, 10))


@pytest.mark.parametrize(
    ("drawing", "code"),
    [
        (f"{ENTITY}{HEAD}><text>&x;</text></svg>", "svg-with-entities"),
        (f"{LAUGHS}{HEAD}><text>&b;</text></svg>", "svg-with-entities"),
        (f"{HEAD}><style>@import 'http://evil.example/x.css'</style></svg>", "svg-with-style-sheet"),
        (f'{HEAD}><rect id="l0"/>{COPIES}</svg>', "svg-too-large"),
        (f"{HEAD}>{'<g>' * 200}{'</g>' * 200}</svg>", "svg-too-large"),
        (f"{HEAD}>{'<g/>' * 10_001}</svg>", "svg-too-large"),
        ("<svg><rect/></svg>", "svg-unreadable"),
        ("<html><svg/></html>", "svg-unreadable"),
        ("", "svg-unreadable"),
        (f"{HEAD}><g></svg>", "svg-unreadable"),
    ],
)
def test_a_drawing_that_cannot_be_made_harmless_is_refused(drawing, code):
    with pytest.raises(NotADrawing) as refusal:
        sanitise_svg(drawing.encode())
    assert refusal.value.code == code
