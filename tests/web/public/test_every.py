"""Every page of the one list (every.py): strict, light, in three languages, and never changed by being looked at."""

import gzip
import re
from pathlib import Path

import pytest
from allauth.core.ratelimit import respond_429
from django.apps import apps
from django.contrib.staticfiles import finders
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django.utils import translation
from django.views import defaults

from esmero.mailroom.arriving.clicks import spool_folder
from esmero.web.public.urls import urlpatterns
from tests.web.document import read_document
from tests.web.public.every import DATA, NAMES, ask, furnish_readers
from tests.web.validating import find_faults, needs_validator

LANGUAGES = ("en", "es", "fr")
LIGHTEST = 100_000  # octets over the wire, style, letters and scripts included
HEARD = ("aria-label", "title", "alt", "placeholder")
HINTS = ({}, {"sec-purpose": "prefetch"}, {"purpose": "preview"}, {"x-moz": "prefetch"})

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def outside():
    return furnish_readers()


def look(client, page, **facts):
    """Ask for a page and take back what the asking did, so that each page is seen as it was furnished."""
    with transaction.atomic():
        answer = ask(client, page, **facts)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer, content


def seen(outside):
    """Give every HTML page in every language: (name, language, answer, document)."""
    client = Client()
    for page in outside.pages.values():
        for language in LANGUAGES:
            answer, content = look(client, page, language=language)
            assert answer.status_code == page.status, (page.name, language, answer.status_code)
            if page.kind == "page":
                yield page, language, answer, read_document(content)


def faulty():
    """Give the pages that need a fault to be seen: (name, language, document)."""
    for status, show in ((500, defaults.server_error), (400, defaults.bad_request), (403, defaults.permission_denied)):
        for language in LANGUAGES:
            request = RequestFactory().get("/")
            with translation.override(language):
                answer = show(request) if status == 500 else show(request, exception=Exception("x"))
            assert answer.status_code == status
            yield str(status), language, read_document(answer)
    for language in LANGUAGES:
        request = RequestFactory().get("/")
        request.LANGUAGE_CODE = language
        with translation.override(language):
            yield "429", language, read_document(respond_429(request))
            yield "503", language, read_document(render_to_string("503.html"))


def test_no_address_of_the_url_table_is_missing(outside):
    routes = {str(pattern.pattern) for pattern in urlpatterns}
    assert routes <= {page.route for page in outside.pages.values()}
    others = {
        str(one.pattern)
        for one in get_resolver().url_patterns
        if not str(one.pattern).startswith(("accounts/", "console/"))
    }
    assert others == {"brand/<slug:slug>.css", "", "i18n/"}, "a new door: is it for recipients?"


def test_every_page_is_strict_and_ours_alone(outside):
    for page, language, answer, document in seen(outside):
        where = (page.name, language)
        assert document.find_forbidden() == [], where
        assert all(address.startswith("/") for address in document.resources()), where
        assert document.count("h1") == 1, where
        assert document.language == language, where
        assert "default-src 'none'" in answer["Content-Security-Policy"], where
        assert "unsafe" not in answer["Content-Security-Policy"], where
        assert answer["X-Content-Type-Options"] == "nosniff", where
        assert not answer.cookies, where
        public = page.name in {"archive", "issue"}
        assert document.has("meta[name=robots][content=noindex]") is not public, where
        if page.key:
            assert answer["X-Robots-Tag"].startswith("noindex"), where
            assert answer["Referrer-Policy"] == "no-referrer", where
        if not public and (page.key or page.status != 404):
            assert "no-store" in answer["Cache-Control"], where


def test_files_behind_a_key_are_kept_by_nobody(outside):
    for page in outside.pages.values():
        if page.key and page.kind == "file":
            answer, _content = look(Client(), page, language="es")
            assert "no-store" in answer["Cache-Control"]
            assert answer["Referrer-Policy"] == "no-referrer"
            assert answer["X-Robots-Tag"].startswith("noindex")
            assert "attachment" in answer["Content-Disposition"]


def test_the_pages_of_our_own_faults_are_strict_too():
    for name, language, document in faulty():
        assert document.find_forbidden() == [], (name, language)
        assert document.language == language
        assert document.count("h1") == 1


def heard(document):
    """Return what a reader sees or hears of a page, piece by piece."""
    spoken = {one for name in HEARD for one in document.attributes(f"[{name}]", name) if one}
    return spoken | {one for one in document.pieces() if re.search(r"[^\W\d_]{2}", one)}


def is_data(text):
    """Say whether a text is something that was entered, or the name of a language: the same in each of them."""
    bare = re.sub(r"[\w.•+-]+@[\w.-]+|https?://\S+|Fibra Norte|Esmero", "", text)
    same = {*DATA, *(name for names in NAMES.values() for name in names.values()), "Español", "Français", "English"}
    same |= {
        "Novedades · Fibra Norte",
        "pet",
        "Mochuelo",
        "Calle Sol 2, 28012 Madrid",
        "no",
        "E-mail",
        "Ana Güell",
        "Pause",
    }
    return not re.search(r"[^\W\d_]{2}", bare) or text in same or re.fullmatch(r"cliente\.example-\d", text)


def test_no_english_is_left_in_spanish_and_french(outside):
    words = {}
    for page, language, _answer, document in seen(outside):
        words[page.name, language] = heard(document)
    words |= {(name, language): heard(document) for name, language, document in faulty()}
    left = {
        (name, language): sorted(text for text in found & words[name, "en"] if not is_data(text))
        for (name, language), found in words.items()
        if language != "en"
    }
    assert {where: texts for where, texts in left.items() if texts} == {}


def test_no_page_is_heavier_than_a_telephone_likes(outside):
    weights = {}

    def weigh(address):
        if address not in weights:
            path = address.partition("?")[0]
            if path.startswith("/static/"):
                name = re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", path.removeprefix("/static/"))
                content = Path(finders.find(name)).read_bytes()
            else:
                content = look(
                    Client(), outside.pages[next(n for n, p in outside.pages.items() if p.path == path)], language="es"
                )[1]
            weights[address] = len(content if path.endswith(("woff2", "png")) else gzip.compress(content, 6))
        return weights[address]

    for page, language, _answer, document in seen(outside):
        asked = {address for address in document.resources() if not address.endswith("feed.xml")}
        total = len(gzip.compress(document.markup.encode(), 6)) + sum(map(weigh, asked))
        assert total <= LIGHTEST, (page.name, language, total, weights)


def state():
    """Give all that the database holds, table by table."""
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models()
        if model._meta.label != "sessions.Session"
    }


def test_looking_changes_nothing_however_one_looks(outside):
    before, client = state(), Client()
    paths = {page.path for page in outside.pages.values()} | set(outside.tokens.values())
    for path in sorted(paths):
        for hints in HINTS:
            for method in ("get", "head") if hints else ("get", "head", "options"):
                answer = getattr(client, method)(path, headers=hints)
                assert answer.status_code in {200, 302, 404, 405, 410}, (path, method)
                assert not answer.cookies, (path, method)
    for spooled in spool_folder().iterdir():
        spooled.unlink()
    assert state() == before


@needs_validator
def test_the_html_of_every_page_is_valid(outside, tmp_path):
    for page, language, _answer, document in seen(outside):
        (tmp_path / f"{page.name}-{language}.html").write_text(document.markup, "utf-8")
    for name, language, document in faulty():
        (tmp_path / f"{name}-{language}.html").write_text(document.markup, "utf-8")
    assert find_faults(tmp_path) == set()
