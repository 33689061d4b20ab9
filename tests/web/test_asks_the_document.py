"""Tests of pages ask the document (tests/web/document.py), so that markup may change without them."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ASKING = [
    file
    for file in sorted(TESTS.rglob("*.py"))
    if file.name not in {"document.py", "test_document.py", Path(__file__).name}
]
# The source of a template (<mjml>, <em-promotion>) is no page: it is what a test writes and stores. An attribute in
# brackets is a selector.
MARKUP = re.compile(r"<(?!/?(?:mj|em-))[a-zA-Z/!][\w-]*(?:[\s/>]|$)|(?<![\w\[-])[\w-]+=[\"']")
PARSERS = {"selectolax.lexbor", "selectolax.parser", "lxml.html", "html.parser"}
# Words that look like markup may be asked of what a reader sees, of what is stored, and of files.
NO_MARKUP = {"text", "texts", "words", "heading", "rows", "notice", "letter", "mjml", "getvalue", "streaming_content"}
# Elsewhere the markup is that of mails and of texts that people write.
PAGES = {"web", "accounts", "grants"}


def find_faults(tree, *, pages=True):
    """Return (line, fault) of each place where a test reads markup by itself."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(name)) if pages and name in PARSERS:
                yield node.lineno, f"reads markup with {name}"
            case ast.Import(names=names) if pages and {one.name for one in names} & PARSERS:
                yield node.lineno, "reads markup with a parser of its own"
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="content"), attr="decode"), args=[]):
                yield node.lineno, "takes an answer as one string"
            case ast.Call(func=ast.Attribute(attr="content"), args=[], keywords=[]):
                yield node.lineno, "takes the page of a browser as one string"
            case ast.Compare() if _compares_markup(node):
                yield node.lineno, "compares all the markup"
            case ast.Assert() if pages and _has_markup(node) and not _names(node) & NO_MARKUP:
                yield node.lineno, "asserts markup"


def _compares_markup(node):
    sides = {getattr(one, "attr", "") for one in (node.left, *node.comparators)}
    return "markup" in sides and not all(isinstance(one, ast.NotIn) for one in node.ops)


def _has_markup(node):
    texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
    texts = [one.decode("latin-1") if isinstance(one, bytes) else one for one in texts]
    return any(MARKUP.search(one) for one in texts if isinstance(one, str))


def _names(node):
    return {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}


def test_no_test_of_pages_reads_markup():
    faults = [
        (str(place), *fault)
        for place in (file.relative_to(TESTS) for file in ASKING)
        for fault in find_faults(ast.parse((TESTS / place).read_text("utf-8")), pages=place.parts[0] in PAGES)
    ]
    assert faults == []


@pytest.mark.parametrize(
    "code",
    [
        "from selectolax.lexbor import LexborHTMLParser", "import lxml.html", "from html.parser import HTMLParser",
        "html = client.get('/').content.decode()", "words = page.content()",
        "assert 'Ana' in document.markup", "assert document.markup == other",
        "assert '<b>' in html", "assert '<html lang=\"es\"' in html", "assert f'href=\"/{one.pk}/\"' in html",
        "assert b'<script' not in response.content", "assert 'name=\"act\"' not in page", "assert '</li>' in found",
    ],
)  # fmt: skip
def test_each_way_of_reading_markup_is_found(code):
    assert len(list(find_faults(ast.parse(code)))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "assert secret not in document.markup", "assert 'Ana' in document.text('main')",
        "assert '<b>Ana' in document.text('.columns')", "rows = csv(response.content.decode('utf-8-sig'))",
        "assert document.has('input[name=act]')", "assert one.count < 3", "from html import escape",
        "assert '<ana@cliente.example>' in told", "assert page.has('a[href=\"/prune/\"]')",
    ],
)  # fmt: skip
def test_questions_to_a_document_are_left_alone(code):
    assert list(find_faults(ast.parse(code))) == []
