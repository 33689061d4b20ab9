"""The test of a relay, against aiosmtpd, which is not ours."""

import re
import socket
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

import esmero.outbox.transports.smtp as smtp
from esmero.outbox.models import Relay
from esmero.outbox.relay_check import check_relay, store_check
from esmero.outbox.relay_passwords import encrypt_password
from esmero.web.console.settings.mail.connection_test import STEP_STATES, STEPS, describe_remedy

pytestmark = pytest.mark.django_db


@pytest.fixture
def server():
    def judge(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=data.password == b"right", handled=False)

    controller = Controller(
        object(), hostname="127.0.0.1", port=0, authenticator=judge, auth_require_tls=False, auth_required=False
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    yield controller
    controller.stop()


def relay(port, **facts):
    facts = {"host": "127.0.0.1", "security": "none", **facts}
    return Relay.objects.create(name="salida", port=port, **facts)


def told(steps):
    return [(one.step, one.state) for one in steps]


def test_a_relay_that_works_says_so_and_is_out_of_trouble(server):
    one = relay(server.port, trouble="was away", username="u", password=encrypt_password("right"))
    steps = store_check(one.pk)
    assert told(steps) == [("name", "ok"), ("connect", "ok"), ("ehlo", "ok"), ("auth", "ok")]
    assert "SMTP" in steps[1].said
    one.refresh_from_db()
    assert (one.trouble, one.check_result["good"]) == ("", True)


def test_a_wrong_password_is_told_at_its_step(server):
    steps = check_relay(relay(server.port, username="u", password=encrypt_password("wrong")))
    assert told(steps)[-1] == ("auth", "broken")
    assert describe_remedy(steps[-1].remedy) == "Check user name and password."


def test_encryption_that_is_not_there_is_never_done_without(server):
    steps = check_relay(relay(server.port, security="starttls"))
    assert told(steps) == [("name", "ok"), ("connect", "ok"), ("ehlo", "ok"), ("tls", "broken")]


def test_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        steps = check_relay(relay(free.getsockname()[1]))
    assert told(steps) == [("name", "ok"), ("connect", "broken"), ("ehlo", "open")]


def test_a_name_of_the_outside_that_leads_inside_is_refused(monkeypatch):
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.5", 25))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: inside)
    steps = check_relay(relay(25, host="relay.provider.example"))
    assert told(steps)[0] == ("name", "broken")
    assert "192.168.1.5" in steps[0].said


def test_a_password_that_cannot_be_read_is_told(server):
    steps = check_relay(relay(server.port, username="u", password="aes1:nonsense"))
    assert told(steps)[-1] == ("auth", "broken")


def test_every_remedy_and_step_has_words():
    sources = [*Path(smtp.__file__).parent.glob("*.py"), Path(smtp.__file__).parents[2] / "relay_check.py"]
    text = "".join(path.read_text("utf-8") for path in sources)
    remedies = [
        each for line in re.findall(r"\bremedy ?= ?(.+)", text) for each in re.findall(r'"([A-Z][^"{]+)"', line)
    ]
    assert len(remedies) > 10
    assert [each for each in remedies if describe_remedy(each) == each] == []
    assert set(re.findall(r'"(ok|broken|open|warned)"', text)) <= set(STEP_STATES)
    assert set(STEPS) == {"name", "connect", "ehlo", "tls", "auth", "folders"}  # the last is a mailbox’s
