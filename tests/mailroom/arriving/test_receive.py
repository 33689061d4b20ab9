from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from esmero.conversations.models import Entry
from esmero.mailroom.arriving import receive
from esmero.mailroom.arriving.receive import handle_due, handle_now, take_in
from esmero.mailroom.models import Inbound
from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.people.models import Address, Suppression
from esmero.rendering.tokens import TokenPurpose
from esmero.vault.files import path_of, read
from esmero.work.due import RETRY
from tests.mailroom.inbound import postfix_report, send_one, written

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def unknown(sent, **more):
    return postfix_report(sent.message, status="5.1.1", reply="550 5.1.1 <x>: User unknown", **more)


def test_a_hard_bounce_through_the_whole_way_suppresses():
    sent = send_one()
    sent.receive(unknown(sent), to=sent.address(TokenPurpose.RETURN))
    inbound = Inbound.objects.get()
    assert (inbound.state, inbound.kind, inbound.message, inbound.due_at) == ("done", "bounce", sent.message, None)
    assert Address.objects.get(value=sent.message.address).standing == Address.Standing.SUPPRESSED
    assert Suppression.objects.get().evidence == f"inbound {inbound.pk}"


def test_killed_between_classification_and_commit_the_effects_happen_once(monkeypatch):
    sent = send_one()
    raw = unknown(sent)

    class Killed(BaseException):
        """Not an Exception: nothing of ours may catch it."""

    real = receive.HANDLERS["bounce"]

    def dies(arrival):
        real(arrival)  # all effects are written …
        raise Killed  # … and nothing is committed

    monkeypatch.setattr(receive, "HANDLERS", {**receive.HANDLERS, "bounce": dies})
    with pytest.raises(Killed):
        sent.receive(raw, to=sent.address(TokenPurpose.RETURN))
    assert not MessageEvent.objects.exists()
    assert not Suppression.objects.exists()
    row = Inbound.objects.get()
    assert row.state == Inbound.State.NEW
    monkeypatch.setattr(receive, "HANDLERS", {**receive.HANDLERS, "bounce": real})
    assert handle_due("another") == 0  # the dead one's lease still runs
    Inbound.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert handle_due("another") == 1
    assert MessageEvent.objects.count() == 1
    assert Suppression.objects.count() == 1


def test_a_worker_that_was_thought_dead_writes_nothing(monkeypatch):
    sent = send_one()
    take_in(
        unknown(sent), envelope_from="", envelope_to=sent.address(TokenPurpose.RETURN), door="smtp", at=timezone.now()
    )
    real = receive.recognise

    def slow(inbound, **facts):
        Inbound.objects.update(claimed_by="another")  # its lease ran out while it was reading
        return real(inbound, **facts)

    monkeypatch.setattr(receive, "recognise", slow)
    handle_due("slow")
    assert not MessageEvent.objects.exists()
    assert Inbound.objects.get().claimed_by == "another"


def test_what_cannot_be_handled_is_tried_again_and_stays_with_its_bytes(monkeypatch):
    sent = send_one()
    raw = unknown(sent)

    def broken(arrival):
        raise RuntimeError("the moon is in the wrong house")

    monkeypatch.setattr(receive, "HANDLERS", {**receive.HANDLERS, "bounce": broken})
    sent.receive(raw, to=sent.address(TokenPurpose.RETURN))
    for _ in RETRY:
        row = Inbound.objects.get()
        assert row.state == Inbound.State.NEW
        assert "wrong house" in row.trouble
        Inbound.objects.update(due_at=timezone.now())
        handle_due("test")
    row = Inbound.objects.get()
    assert (row.state, row.due_at) == (Inbound.State.FAILED, None)
    assert read(row.raw) == raw
    assert not MessageEvent.objects.exists()


def test_one_mail_that_breaks_does_not_stop_the_next():
    sent = send_one()
    lost = take_in(b"Subject: lost\r\n\r\nx", envelope_from="", envelope_to="", door="file", at=timezone.now())
    path_of(lost.raw.sha256).unlink()
    sent.receive(unknown(sent), to=sent.address(TokenPurpose.RETURN))
    assert MessageEvent.objects.count() == 1
    lost.refresh_from_db()
    assert "FileNotFoundError" in lost.trouble


def test_a_file_is_matched_by_the_addresses_that_it_names():
    sent = send_one()
    raw = b"Delivered-To: " + sent.address(TokenPurpose.RETURN).encode() + b"\r\n" + unknown(sent)
    inbound = take_in(raw, envelope_from="", envelope_to="", door="file", at=timezone.now())
    done = handle_now(inbound, worker="command line")
    assert (done.state, done.message) == (Inbound.State.DONE, sent.message)
    again = handle_now(
        take_in(raw, envelope_from="", envelope_to="", door="file", at=timezone.now()), worker="command line"
    )
    assert again.pk == done.pk
    assert MessageEvent.objects.count() == 1


def test_a_message_in_doubt_whose_return_comes_had_left():
    sent = send_one()
    Message.objects.update(state=Message.State.DOUBT, sent_at=None)
    sent.receive(unknown(sent), to=sent.address(TokenPurpose.RETURN))
    assert sent.message.state == Message.State.SENT
    assert sent.message.sent_at is not None


def test_a_token_in_the_address_wins_over_what_the_mail_says():
    """Who holds one of our tokens can only speak for the message that it was made for."""
    sent = send_one()
    victim = Message.objects.create(
        dispatch=Dispatch.objects.get(), address="victim@cliente.example", opaque="f" * 24, state=Message.State.SENT
    )
    sent.receive(
        postfix_report(victim, status="5.1.1", reply="550 5.1.1 User unknown"), to=sent.address(TokenPurpose.RETURN)
    )
    assert not victim.events.exists()
    assert not Suppression.objects.filter(reason="unknown-user").exclude(evidence__startswith="inbound").exists()
    assert not Address.objects.filter(value=victim.address, standing=Address.Standing.SUPPRESSED).exists()


def test_a_message_is_found_by_its_message_id_where_the_address_is_plain():
    sent = send_one()
    sent.receive(unknown(sent), to=f"returns@{sent.house.brand.return_domain}")
    assert MessageEvent.objects.get().kind == MessageEvent.Kind.HARD_BOUNCE


@pytest.mark.parametrize("kind", ["bounce", "complaint", "unsubscribe"])
def test_a_spoofed_sender_does_no_harm(kind):
    sent = send_one()
    address = sent.message.address
    forged = type("Forged", (), {"address": address, "opaque": "0" * 24})()
    raw = {
        "bounce": postfix_report(forged, status="5.1.1", reply="550 5.1.1 User unknown"),
        "complaint": b"From: fbl@provider.example\r\nSubject: complaint about message from x\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nspam\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        b"Feedback-Type: abuse\r\nVersion: 1\r\nOriginal-Rcpt-To: " + address.encode() + b"\r\n\r\n--b--\r\n",
        "unsubscribe": written(sender=address, to="x@y.example", subject="BAJA", text="BAJA"),
    }[kind]
    sent.receive(raw, to=f"returns@{sent.house.brand.return_domain}")
    assert Inbound.objects.get().kind == kind
    assert not Suppression.objects.exists()
    assert not MessageEvent.objects.exclude(kind=MessageEvent.Kind.REPLIED).exists()
    assert Address.objects.get(value=address).standing == Address.Standing.OK


HEADS = [
    b"",
    b"From: a@b.example\r\nSubject: Re: x\r\n\r\n",
    b"\xff\xfe\x00",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    b"From: MAILER-DAEMON\r\nContent-Type: message/delivery-status\r\n\r\n",
]


@pytest.fixture
def sent():
    return send_one()


@pytest.mark.slow
@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(octets=st.binary(max_size=2_000), head=st.sampled_from(HEADS), purpose=st.sampled_from("rpu"))
def test_random_octets_never_stop_the_loop(sent, octets, head, purpose):
    to = sent.address(TokenPurpose(purpose))
    inbound = take_in(head + octets, envelope_from="", envelope_to=to, door="smtp", at=timezone.now())
    handle_due("test")
    inbound.refresh_from_db()
    assert inbound.state == Inbound.State.DONE, inbound.trouble


def test_random_octets_to_a_reply_address_are_kept_as_somebody_s_words():
    sent = send_one()
    sent.receive(b"From: a@b.example\r\nSubject: \x00\xff\r\n\r\n\x00\x01\xf0\x9f", to=sent.address(TokenPurpose.REPLY))
    assert Inbound.objects.get().state == Inbound.State.DONE
    assert Entry.objects.count() == 1
