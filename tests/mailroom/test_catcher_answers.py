"""The catcher's answers, read by the house's own reader and by the standard library: what they are taken for."""

import smtplib
import threading
import zlib
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from esmero.intake.classify import InboundKind, classify
from esmero.mailroom import catcher_answers
from esmero.mailroom.catcher_answers import ANSWERS, NotDelivered, send_answer
from esmero.outbox.models import Captured, Message

ORIGINAL = (
    "From: Fibra Norte <hola@fibranorte.example>\r\nTo: Zoë <zoe@cliente.example>\r\n"
    "Reply-To: Fibra Norte <p-tag@vuelta.fibranorte.example>\r\nSubject: Novedades\r\n"
    "Message-ID: <abc@fibranorte.example>\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHola Zoë\r\n"
    '--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<a href="{link}">Ver</a>\r\n--b--\r\n'
)


def caught(link="https://correo.fibranorte.example/c/tag", language="es"):
    body = ORIGINAL.replace("{link}", link).encode()
    return Captured(
        return_path="r-tag@vuelta.fibranorte.example",
        recipient="zoe@cliente.example",
        subject="Novedades",
        body=zlib.compress(body),
        at=timezone.now(),
        message=Message(language=language, opaque="abc"),
    )


@pytest.fixture
def posted(monkeypatch):
    """What would have gone to our listener: (sender, recipient, octets)."""
    sent = []

    class Door:
        def __init__(self, *_args, **_facts):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_trouble):
            pass

        def sendmail(self, sender, recipients, octets):
            sent.append((sender, *recipients, octets))

    monkeypatch.setattr(smtplib, "SMTP", Door)
    return sent


@pytest.mark.parametrize(
    ("kind", "taken_for", "hard"),
    [
        ("bounce", InboundKind.BOUNCE, True),
        ("full", InboundKind.BOUNCE, False),
        ("absent", InboundKind.AUTOREPLY, None),
        ("complain", InboundKind.COMPLAINT, None),
        ("reply", InboundKind.REPLY, None),
    ],
)
def test_each_answer_is_taken_for_what_it_is(posted, kind, taken_for, hard):
    send_answer(caught(), kind=kind)
    [(_sender, _recipient, octets)] = posted
    verdict = classify(octets)
    assert verdict.kind is taken_for
    assert verdict.hard is hard


def test_reports_and_absences_come_from_nobody_to_the_return_path(posted):
    for kind in ("bounce", "full", "absent"):
        send_answer(caught(), kind=kind)
    assert {(sender, recipient) for sender, recipient, _octets in posted} == {("", "r-tag@vuelta.fibranorte.example")}


@pytest.mark.parametrize("language", ["es", "fr", "en", "de"])
def test_a_reply_goes_to_the_tagged_address_and_quotes(posted, language):
    send_answer(caught(language=language), kind="reply")
    [(sender, recipient, octets)] = posted
    mail = message_from_bytes(octets, policy=default)
    assert (sender, recipient) == ("zoe@cliente.example", "p-tag@vuelta.fibranorte.example")
    assert mail["In-Reply-To"] == "<abc@fibranorte.example>"
    assert "> Hola Zoë" in mail.get_content()
    assert classify(octets).reply_text.splitlines()[-1] in {"Gracias", "Merci", "Thank you"}


def test_a_report_names_the_recipient_and_the_original(posted):
    send_answer(caught(), kind="bounce")
    verdict = classify(posted[0][2])
    assert [report.recipient for report in verdict.reports] == ["zoe@cliente.example"]
    assert verdict.returned_message_id.strip("<>") == "abc@fibranorte.example"


def test_a_click_is_a_real_request_that_follows_no_further():
    seen = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, self.headers["User-Agent"]))
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        send_answer(caught(f"http://127.0.0.1:{server.server_port}/c/tag"), kind="click")
    finally:
        server.shutdown()
        server.server_close()
    assert [path for path, _agent in seen] == ["/c/tag"]
    assert "Mozilla" in seen[0][1]


def test_a_closed_door_is_named(settings, monkeypatch):
    monkeypatch.setattr(settings.ESMERO, "inbound_port", 9)
    with pytest.raises(NotDelivered, match=r"^answer-not-taken .*127\.0\.0\.1.* 9,"):
        send_answer(caught(), kind="bounce")
    with pytest.raises(NotDelivered, match=r"^copy-without-link "):
        send_answer(caught("https://fibranorte.example/"), kind="click")
    with pytest.raises(NotDelivered, match=r"^click-unreachable .*127"):
        send_answer(caught("http://127.0.0.1:9/c/tag"), kind="click")


def test_there_is_no_other_answer():
    assert set(ANSWERS) == {"bounce", "full", "absent", "complain", "reply", "click"}
    with pytest.raises(KeyError):
        send_answer(caught(), kind="shout")
    assert catcher_answers.ANSWERS[-1] == "click"
