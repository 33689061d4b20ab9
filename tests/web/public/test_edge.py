from datetime import timedelta
from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from esmero.content.models import Link, TemplateText
from esmero.mailroom.arriving.clicks import spool_folder, take_in_clicks
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.models import MessageEvent
from esmero.people.models import Permission, PermissionEntry
from esmero.rendering.tokens import TokenPurpose
from esmero.web.public import edge
from esmero.web.public.edge import Edge
from tests.mailroom.inbound import Sent, send_one
from tests.web.public.pages import bad_tokens

pytestmark = pytest.mark.django_db

PAIR = urlencode({"List-Unsubscribe": "One-Click"}).encode()
FORM = "application/x-www-form-urlencoded"
MULTIPART = (
    b'--b1\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b1--\r\n',
    "multipart/form-data; boundary=b1",
)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def sent():
    return send_one()


@pytest.fixture
def link(sent):
    return Link.objects.create(
        text=TemplateText.objects.get(), number=0, url="https://fibranorte.example/año?a=1&b=2#c"
    )


@pytest.fixture(autouse=True)
def _keep_connection(monkeypatch):
    """A server closes connections between requests; the test's own, in the middle of its transaction, stays open."""
    monkeypatch.setattr(edge, "close_old_connections", lambda: None)
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _empty_spool():
    yield
    for path in spool_folder().iterdir():
        path.unlink()


class Answer:
    def __init__(self, method, path, *, body=b"", kind="", inner=None, **headers):
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "testserver",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": kind,
            "wsgi.url_scheme": "http", "wsgi.input": BytesIO(body), "wsgi.errors": BytesIO(),
            "HTTP_USER_AGENT": BROWSER, **headers,
        }  # fmt: skip
        application = Edge(inner or get_wsgi_application())
        self.body = b"".join(application(environ, self._start))

    def _start(self, status, headers, *_):
        self.status, self.headers = int(status.split()[0]), dict(headers)


def spooled():
    return b"".join(path.read_bytes() for path in spool_folder().glob("*.log")).splitlines()


def click(sent, link, method="GET", **headers):
    return Answer(method, f"/c/{sent.token(TokenPurpose.CLICK, link=link.pk)}", **headers)


def test_a_click_is_in_the_spool_when_it_is_answered(sent, link):
    answer = click(sent, link)
    assert answer.status == 302
    assert answer.headers["Location"] == "https://fibranorte.example/a%C3%B1o?a=1&b=2#c"
    assert "Set-Cookie" not in answer.headers
    assert "no-store" in answer.headers["Cache-Control"]
    (line,) = spooled()
    assert line.split()[1:4] == [b"%d" % sent.message.pk, b"%d" % link.pk, b"-"]
    assert not MessageEvent.objects.exists()
    take_in_clicks()
    assert MessageEvent.objects.get().machine == ""


def test_a_head_is_a_machine(sent, link):
    assert click(sent, link, method="HEAD").status == 302
    take_in_clicks()
    assert MessageEvent.objects.get().machine == "head"


def test_a_full_disk_costs_the_count_and_not_the_page(sent, link, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(edge, "spool_click", full)
    assert click(sent, link).status == 302


def test_no_token_leads_anywhere_but_to_its_registered_link(sent, link):
    for token in bad_tokens(sent, TokenPurpose.CLICK, link=link.pk):
        answer = Answer("GET", f"/c/{token}", QUERY_STRING="url=https://evil.example")
        assert answer.status in (404, 410), token
        assert "Location" not in answer.headers
    missing = sent.token(TokenPurpose.CLICK, link=link.pk + 1)
    assert Answer("GET", f"/c/{missing}").status == 410
    Link.objects.filter(pk=link.pk).update(url="javascript:alert(1)")
    assert click(sent, link).status == 410
    assert spooled() == []


@pytest.mark.parametrize(("body", "kind"), [(PAIR, FORM), MULTIPART, (b"x=1&" + PAIR, f"{FORM}; charset=utf-8")])
def test_one_click_withdraws_then_answers(sent, body, kind):
    path = f"/u/{sent.token(TokenPurpose.UNSUBSCRIBE)}"
    for _ in range(3):
        answer = Answer("POST", path, body=body, kind=kind)
        assert answer.status == 200
        assert not {"Location", "Set-Cookie"} & set(answer.headers)
    assert Permission.objects.get().state == "withdrawn"
    entry = PermissionEntry.objects.get(act="withdrawn")
    assert (entry.source, entry.by_person, entry.topic) == ("one-click", True, sent.house.topic)
    assert MessageEvent.objects.get().kind == MessageEvent.Kind.UNSUBSCRIBED


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_nothing_but_post_unsubscribes(sent, method):
    Answer(method, f"/u/{sent.token(TokenPurpose.UNSUBSCRIBE)}", body=PAIR, kind=FORM, QUERY_STRING=PAIR.decode())
    assert not PermissionEntry.objects.exclude(act="granted").exists()


def test_a_post_without_the_pair_goes_to_the_page_with_its_body(sent):
    seen = {}

    def inner(environ, start):
        seen["body"] = environ["wsgi.input"].read()
        start("200 OK", [])
        return [b""]

    for body in (b"act=leave", b"List-Unsubscribe=no", b"", b"y" * 100_000):
        Answer("POST", f"/u/{sent.token(TokenPurpose.UNSUBSCRIBE)}", body=body, kind=FORM, inner=inner)
        assert seen["body"] == body
    assert not PermissionEntry.objects.exclude(act="granted").exists()


def test_forged_expired_and_swapped_tokens_unsubscribe_nobody(sent):
    for token in bad_tokens(sent, TokenPurpose.UNSUBSCRIBE):
        answer = Answer("POST", f"/u/{token}", body=PAIR, kind=FORM)
        assert answer.status in (404, 410), token
        assert "Fibra" not in answer.body.decode()
    assert not PermissionEntry.objects.exclude(act="granted").exists()


def test_no_200_when_it_could_not_be_kept(sent, monkeypatch):
    def broken(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(edge, "unsubscribe_by_message", broken)
    answer = Answer("POST", f"/u/{sent.token(TokenPurpose.UNSUBSCRIBE)}", body=PAIR, kind=FORM)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "60")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\x00--", "multipart/form-data"),
        (b"--b", "multipart/form-data; boundary="),
        (b"%zz=%", FORM),
        (b"&" * 9000, FORM),
    ],
)
def test_hostile_bodies_are_no_pair(sent, body, kind):
    answer = Answer("POST", f"/u/{sent.token(TokenPurpose.UNSUBSCRIBE)}", body=body, kind=kind)
    assert answer.status in (302, 400)
    assert not PermissionEntry.objects.exclude(act="granted").exists()


def test_everything_else_goes_to_django():
    seen = []

    def inner(environ, start):
        seen.append(environ["PATH_INFO"])
        start("200 OK", [])
        return [b""]

    for path in ("/", "/console/", "/c/", "/c/short", "/x/" + "a" * 40, "//c/" + "a" * 40):
        Answer("GET", path, inner=inner)
    assert len(seen) == 6


def test_a_token_lives_as_long_as_its_purpose_says(sent: Sent, link):
    old = day_of(timezone.now() - timedelta(days=401))
    assert Answer("GET", f"/c/{sent.token(TokenPurpose.CLICK, link=link.pk, day=old)}").status == 410
    late = sent.token(TokenPurpose.UNSUBSCRIBE, day=old)
    assert Answer("POST", f"/u/{late}", body=PAIR, kind=FORM).status == 200
