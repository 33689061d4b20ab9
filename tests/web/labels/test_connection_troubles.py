"""Our own sentences about trouble are said in the reader's language; what a server said stays as it was."""

import ast
from pathlib import Path

import pytest
from django.utils import translation

from esmero.web.labels.connection_troubles import translate_trouble

SOURCES = Path(__file__).resolve().parents[3] / "src" / "esmero"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        (None, ""),
        ("550 5.7.1 Access denied", "550 5.7.1 Access denied"),
        ("The relay closed the connection", "El servidor de salida cerró la conexión"),
        (
            "tls: The relay mx.example:25 does not offer STARTTLS, and nothing is sent in the clear",
            "tls: El servidor de salida mx.example:25 no ofrece STARTTLS, y nada se envía sin cifrar",
        ),
        (
            (
                "connect: mx.example:587 ended the session while it was being opened: The relay said nothing for "
                "60 seconds"
            ),
            (
                "connect: mx.example:587 cortó la sesión mientras se abría: El servidor de salida no dijo nada en "
                "60 segundos"
            ),
        ),
        (
            "imap.example refuses ana (100% wrong %(name)s). Check name and password.",
            "imap.example rechaza a ana (100% wrong %(name)s). Revise usuario y contraseña.",
        ),
    ],
)
def test_our_words_are_the_readers_and_theirs_stay(text, said):
    with translation.override("es"):
        assert translate_trouble(text) == said


def _sentences(path, name):
    """Give each trouble that a module raises as somebody would read it: its text with its remedy, where it has one."""
    for node in ast.walk(ast.parse((SOURCES / path).read_text("utf-8"))):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != name or not node.args:
            continue
        words = [*node.args, *(one.value for one in node.keywords if one.arg == "remedy")]
        texts = []
        for word in words:
            first = word.body if isinstance(word, ast.IfExp) else word
            if isinstance(first, ast.Constant):
                texts.append(first.value)
            elif isinstance(first, ast.JoinedStr):
                texts.append("".join(one.value if isinstance(one, ast.Constant) else "x" for one in first.values))
            elif isinstance(first, ast.Call):  # the text of PrivateNetworkRefused (outbox/private_networks.py)
                texts.append("x leads to the private address y")
        yield texts


@pytest.mark.parametrize("path", ["session.py", "auth.py"])
def test_every_trouble_with_a_relay_is_known(path):
    found = list(_sentences(f"outbox/transports/smtp/{path}", "RelayTrouble"))
    assert found
    with translation.override("fr"):
        for text in (text for texts in found for text in texts):
            assert translate_trouble(text.replace("x x", "x refuses STARTTLS")) != text, text


def test_every_trouble_with_a_mailbox_is_known():
    found = [
        *_sentences("mailroom/arriving/channels/imap_connection.py", "MailboxTrouble"),
        *_sentences("mailroom/arriving/channels/mailboxes.py", "MailboxTrouble"),
    ]
    assert len(found) >= 7
    with translation.override("fr"):
        for texts in found:
            whole = ". ".join(texts).rstrip(". ") + "."
            if len(texts) == 1 and "refuses" in whole:
                whole = f"{whole} Check name and password."
            assert translate_trouble(whole) != whole, whole


@pytest.mark.parametrize(
    "text",
    [
        'esmero.imports.files.problem.FileProblem: utf8-damaged {"line": 1200}',
        'utf8-damaged {"line": 1200}',
    ],
)
def test_a_refusal_that_was_stored_is_said_in_the_readers_language(text):
    with translation.override("es"):
        assert translate_trouble(text).startswith("Línea 1200:")


def test_what_looks_like_a_refusal_and_is_none_stays():
    assert translate_trouble("not-ours {}") == "not-ours {}"
