from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esmero.intake.bounces.dsn import MAX_RECIPIENTS
from esmero.intake.classify import InboundKind, classify
from esmero.intake.mail_folders import classify_file, name_kind, name_recipients
from tests.intake.samples import make_mail, make_notice, make_report

HEAD = b"From: lola@correo.example\nSubject: hola\n"
SHAPES = [
    make_mail("hola"),
    make_mail("hola", html="<p>hola</p>"),
    make_notice("<lola@correo.example>: User unknown\n"),
    make_report("Final-Recipient: rfc822; lola@correo.example\nAction: failed\nStatus: 5.1.1"),
]


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=3000))
def test_any_octets_give_a_verdict(octets):
    verdict = classify(octets)
    assert verdict.kind in InboundKind
    assert len(verdict.reports) <= MAX_RECIPIENTS


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SHAPES), st.lists(st.tuples(st.integers(0, 1500), st.binary(max_size=30)), max_size=6))
def test_damaged_messages_give_a_verdict(raw, damages):
    for place, octets in damages:
        raw = raw[:place] + octets + raw[place + len(octets) // 2 :]
    assert classify(raw).kind in InboundKind


HOSTILE = {
    "brackets": b"From: " + b"(" * 50_000 + b"\n\nx",
    "angles": HEAD + b"\n" + b"<" * 300_000,
    "nested json": HEAD + b"\n" + b'{"a":' * 50_000,
    "nested markup": HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 150_000,
    "nested markup with false ends": HEAD + b"Content-Type: text/html\n\n" + b"<div></span>" * 80_000,
    "pasted headers": HEAD + b"\n" + b"From: a\nTo: b\n" * 50_000,
    "introductions": HEAD + b"\n" + b"On 1 Jan 2020 at 10:00 a@b,\n" * 20_000,
    "signatures": HEAD + b"\n" + b"--\nx\n" * 50_000,
    "recipients": make_report("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n" * 20_000),
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\nFrom: lola@correo.example\n\nx",
    "parameters": b"Content-Type: text/plain; " + b"a*1=x;" * 50_000 + b"\nFrom: lola@correo.example\n\nx",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_crafted_messages_end_in_a_verdict(name):
    assert classify(HOSTILE[name]).kind in InboundKind


def test_the_sender_is_found_wherever_it_stands():
    assert classify(b"garbage\n: x\nFrom: Lola <lola@correo.example>\n\nhola").sender == "lola@correo.example"
    assert classify(b"Reply-To: lola@correo.example\n\nhola").sender == "lola@correo.example"
    assert (
        classify(b"From lola@correo.example Mon Nov  2 10:00:00 2026\nSubject: x\n\nhola").sender
        == "lola@correo.example"
    )
    assert classify(b"From: Lola sin direccion\n\nhola").sender == "Lola sin direccion"


def test_what_a_reply_answers():
    verdict = classify(
        make_mail("Sí", In_Reply_To="<m-2@fibra.example>", References="<m-1@fibra.example> <m-2@fibra.example>")
    )
    assert verdict.in_reply_to == ("m-2@fibra.example", "m-1@fibra.example")
    assert verdict.message_id == "de-lola-1@correo.example"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Gracias, pero no está muy claro para nosotros", "es"),
        ("Merci, mais cette lettre est pour vous", "fr"),
        ("Thanks, but this is not for you", "en"),
        ("12345", ""),
    ],
)
def test_language(text, language):
    assert classify(make_mail(text)).language == language


def test_a_verdict_is_frozen():
    with pytest.raises(FrozenInstanceError):
        classify(b"").kind = InboundKind.BOUNCE


def test_files_are_messages_or_bodies_by_their_place():
    body = b"From: me\nTo: you\n\nPagado.\n\n> cita\n"
    assert classify_file("reply/a.txt", body).sender == ""
    assert classify_file("bounce/a.txt", SHAPES[2]).kind is InboundKind.BOUNCE
    assert classify_file("reply/a.eml", SHAPES[0]).sender == "lola@correo.example"
    assert classify_file("reply/a.html", b"<p>Pagado.</p><blockquote type=cite>x</blockquote>").reply_text == "Pagado."
    assert classify_file("notes.txt", b"Pagado.\n").kind is InboundKind.REPLY
    assert name_recipients(classify_file("bounce/a.txt", SHAPES[2])) == ("lola@correo.example",)
    assert name_kind(classify_file("reply/a.txt", b"baja")) == "reply-unsubscribe"
