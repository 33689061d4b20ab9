import asyncio
import smtplib
import socket
import threading

import pytest
from django.conf import settings
from django.db import connections

from esmero.mailroom.arriving.channels import listener
from esmero.mailroom.arriving.channels.listener import serve
from esmero.mailroom.models import Inbound
from esmero.rendering.tokens import TokenPurpose
from esmero.vault.files import read
from tests.mailroom.inbound import postfix_report, send_one, written

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Running:
    """The real listener on a free port, in a thread of its own."""

    port: int
    thread: threading.Thread

    def stop(self):
        self.loop.call_soon_threadsafe(self.stopping.set)


@pytest.fixture
def running(monkeypatch):
    yield from listen(monkeypatch)


@pytest.fixture
def lmtp(monkeypatch):
    yield from listen(monkeypatch, lmtp=True)


def listen(monkeypatch, **facts):
    monkeypatch.setattr(settings.ESMERO, "inbound_port", 0)
    monkeypatch.setattr(settings.ESMERO, "inbound_max_bytes", 200_000)
    listening = Running()
    up = threading.Event()

    async def run():
        listening.loop, listening.stopping = asyncio.get_running_loop(), asyncio.Event()
        ready = listening.loop.create_future()
        task = asyncio.create_task(serve(listening.stopping, ready=ready, **facts))
        listening.port = await ready
        up.set()
        await task

    listening.thread = threading.Thread(target=lambda: (asyncio.run(run()), connections.close_all()))
    listening.thread.start()
    assert up.wait(10)
    yield listening
    if listening.thread.is_alive():
        listening.stop()
    listening.thread.join(10)
    assert not listening.thread.is_alive()


@pytest.fixture
def door(running):
    return running.port


def talk(port):
    return smtplib.SMTP("127.0.0.1", port, local_hostname="relay.example", timeout=10)


def test_250_means_that_octets_and_row_are_there(door):
    sent = send_one()
    raw = postfix_report(sent.message, status="5.1.1", reply="550 5.1.1 User unknown")
    with talk(door) as client:
        client.sendmail("", [sent.address(TokenPurpose.RETURN)], raw)
        row = Inbound.objects.get()
    assert read(row.raw) == raw
    assert (row.envelope_from, row.envelope_to, row.door) == ("", sent.address(TokenPurpose.RETURN), "smtp")
    assert row.state == Inbound.State.NEW
    assert row.due_at is not None


def test_the_same_mail_to_the_same_address_is_one_row_and_to_two_addresses_two(door):
    sent = send_one()
    raw = written(sender="a@cliente.example", to="x@y.example", subject="Re", text="Hola")
    both = [sent.address(TokenPurpose.RETURN), sent.address(TokenPurpose.REPLY)]
    with talk(door) as client:
        client.sendmail("a@cliente.example", both, raw)
        client.sendmail("a@cliente.example", both, raw)
    assert sorted(Inbound.objects.values_list("envelope_to", flat=True)) == sorted(both)


def test_relays_fold_case(door):
    sent = send_one()
    local, _, domain = sent.address(TokenPurpose.RETURN).partition("@")
    with talk(door) as client:
        client.sendmail("", [f"{local.upper()}@{domain.upper()}"], b"Subject: x\r\n\r\nx\r\n")
    assert Inbound.objects.count() == 1


@pytest.mark.parametrize("plain", ["returns", "postmaster", "abuse", "Postmaster"])
def test_plain_mailboxes_of_the_return_domain_are_read(door, plain):
    sent = send_one()
    with talk(door) as client:
        client.sendmail("x@y.example", [f"{plain}@{sent.house.brand.return_domain}"], b"Subject: x\r\n\r\nx\r\n")
    assert Inbound.objects.count() == 1


def test_everything_else_is_refused_for_good_with_words(door):
    sent = send_one()
    good = sent.address(TokenPurpose.RETURN)
    forged = good.replace(good[6], "a" if good[6] != "a" else "b", 1)
    swapped = "p" + good[1:]  # a token of one purpose under the letter of another
    expired = sent.address(TokenPurpose.RETURN, day=1000)
    domain = sent.house.brand.return_domain
    with talk(door) as client:
        client.ehlo()
        client.mail("x@y.example")
        for address in (
            "who@else.example",
            f"hola@{domain}",
            f"r-@{domain}",
            f"r-abc@{domain}",
            forged,
            swapped,
            expired,
        ):
            code, words = client.rcpt(address)
            assert (code, words[:5]) == (550, b"5.1.1"), address
        assert b"expired" in client.rcpt(expired)[1]
        assert b"take no mail for else.example" in client.rcpt("who@else.example")[1]
    assert not Inbound.objects.exists()


def test_what_is_too_large_is_refused_and_the_listener_lives_on(door):
    sent = send_one()
    with talk(door) as client, pytest.raises(smtplib.SMTPException):
        client.sendmail("", [sent.address(TokenPurpose.RETURN)], b"Subject: x\r\n\r\n" + b"x" * 76 * 5000)
    with talk(door) as client:
        client.sendmail("", [sent.address(TokenPurpose.RETURN)], b"Subject: y\r\n\r\n" + b"y" * 5000)
    assert Inbound.objects.count() == 1


def test_a_line_without_end_cannot_fill_the_memory(door):
    sent = send_one()
    with socket.create_connection(("127.0.0.1", door), timeout=10) as client:
        client.sendall(f"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<{sent.address(TokenPurpose.RETURN)}>\r\nDATA\r\n".encode())
        with pytest.raises(OSError, match=r"reset|Broken|aborted"):
            client.sendall(b"x" * 65_536 * 2_000)
    assert not Inbound.objects.exists()


def test_no_250_when_it_cannot_be_kept(door, monkeypatch):
    sent = send_one()

    def broken(*args, **kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr(listener, "take_in", broken)
    with talk(door) as client, pytest.raises(smtplib.SMTPDataError) as refusal:
        client.sendmail("", [sent.address(TokenPurpose.RETURN)], b"Subject: x\r\n\r\nx\r\n")
    assert refusal.value.smtp_code == 451


def test_who_finds_all_places_taken_is_told_to_come_back(door, monkeypatch):
    monkeypatch.setattr(listener, "CONNECTIONS", 1)
    with talk(door) as first:
        first.noop()
        with pytest.raises(smtplib.SMTPConnectError) as refusal:
            talk(door)
        assert refusal.value.smtp_code == 421
        assert first.noop()[0] == 250


def test_a_mail_that_is_being_handed_in_when_it_is_to_stop_gets_its_answer(running):
    sent = send_one()
    with talk(running.port) as client:
        client.ehlo()
        client.mail("")
        client.rcpt(sent.address(TokenPurpose.RETURN))
        client.docmd("DATA")
        client.send(b"Subject: x\r\n\r\nfirst half\r\n")
        running.stop()
        with pytest.raises(OSError, match="refused"):
            while True:
                socket.create_connection(("127.0.0.1", running.port), timeout=10).close()
        client.send(b"second half\r\n.\r\n")
        assert client.getreply()[0] == 250
        assert read(Inbound.objects.get().raw).endswith(b"second half\r\n")
        assert client.getreply()[0] == 421
    running.thread.join(10)
    assert not running.thread.is_alive()


def test_who_has_nothing_under_way_when_it_is_to_stop_is_sent_away_at_once(running):
    with talk(running.port) as client:
        client.ehlo()
        running.stop()
        assert client.getreply() == (421, b"4.3.2 This listener is closing, come back later")


def test_who_never_ends_does_not_keep_it_from_stopping(running, monkeypatch):
    sent = send_one()
    monkeypatch.setattr(listener, "DRAIN", 0.1)
    with talk(running.port) as client:
        client.ehlo()
        client.mail("")
        client.rcpt(sent.address(TokenPurpose.RETURN))
        client.docmd("DATA")
        running.stop()
        running.thread.join(10)
        assert not running.thread.is_alive()
    assert not Inbound.objects.exists()


def test_lmtp_greets_with_lhlo_and_takes_one_recipient_a_transaction(lmtp):
    sent = send_one()
    raw = postfix_report(sent.message, status="5.1.1", reply="550 5.1.1 user unknown")
    with smtplib.LMTP("127.0.0.1", lmtp.port) as client:
        assert client.ehlo("relay.example")[0] == 250  # the library says LHLO
        assert client.docmd("EHLO relay.example")[0] == 500
        assert client.mail("")[0] == 250
        assert client.rcpt(f"nobody@{sent.house.brand.return_domain}")[0] == 550
        assert client.rcpt(sent.address(TokenPurpose.RETURN))[0] == 250
        assert client.rcpt(f"abuse@{sent.house.brand.return_domain}")[0] == 452
        assert client.data(raw)[0] == 250
    row = Inbound.objects.get()
    assert (row.door, read(row.raw)) == ("lmtp", raw)
