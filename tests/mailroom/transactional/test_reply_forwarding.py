import asyncio
from email import message_from_bytes
from email.policy import default

import dkim
import pytest
from django.conf import settings
from django.utils import timezone

from esmero.conversations.models import Entry
from esmero.house.keys import create_dkim_key
from esmero.intake.classify import InboundKind, classify
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import AddressBook
from esmero.mailroom.sending.sender import Sender
from esmero.mailroom.transactional.reply_forwarding import MOST_AN_HOUR
from esmero.outbox.domain_readiness import public_key
from esmero.outbox.models import Captured, Message, MessageClass, Relay
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.rendering.tokens import TokenPurpose
from esmero.work.stop_signal import StopSignal
from tests.home import _HOME
from tests.mailroom.inbound import send_one, written
from tests.posted import octets_of, render_posted

pytestmark = pytest.mark.django_db


def reply(sent, *, text="Hola, ¿me llaman?", mail_id="<1@c.example>", subject="Re: Novedades"):
    return written(sender=sent.message.address, to="p@x.example", subject=subject, text=text, mail_id=mail_id)


def forwarded():
    return Message.objects.get(dispatch__message_class=MessageClass.INTERNAL)


def test_a_reply_goes_to_the_mailbox_of_the_brand_as_it_came():
    sent = send_one()
    raw = reply(sent)
    sent.receive(raw, to=sent.address(TokenPurpose.REPLY))
    message = forwarded()
    assert (message.address, message.state, message.lane) == (sent.house.brand.mailbox, Message.State.PLANNED, 0)
    mail = message_from_bytes(octets_of(message), policy=default)
    assert mail["From"].addresses[0].addr_spec == sent.house.brand.sender_address
    assert "Nombre0 Güell" in mail["From"].addresses[0].display_name
    assert mail["Reply-To"].addresses[0].addr_spec == sent.message.address
    assert mail["To"] == sent.house.brand.mailbox
    assert "Nombre0 Güell" in mail["Subject"]
    assert "Re: Novedades" in mail["Subject"]
    assert mail["Message-ID"] == f"<{message.opaque}@fibranorte.example>"
    words, original = mail.iter_parts()
    assert words.get_content().startswith("Hola, ¿me llaman?")
    assert original.get_content_type() in {"message/rfc822", "application/octet-stream"}
    assert not mail.defects


def test_its_return_path_is_ours_and_it_is_no_reply_if_it_comes_back():
    sent = send_one()
    sent.receive(reply(sent), to=sent.address(TokenPurpose.REPLY))
    message = forwarded()
    tagged = AddressBook(open_signer()).read(render_posted(message).return_path, at=timezone.now())
    assert (tagged.purpose, tagged.message) == (TokenPurpose.RETURN, message.pk)
    assert classify(octets_of(message)).kind == InboundKind.OTHER


@pytest.mark.parametrize("octets", ["ASCII only", "Señas: ñandú"], ids=["seven bit", "eight bit"])
def test_the_original_is_inside_octet_by_octet(octets):
    sent = send_one()
    raw = f"From: {sent.message.address}\r\nSubject: Re: x\r\nMessage-ID: <7@c.example>\r\n\r\n{octets}\r\n".encode()
    sent.receive(raw, to=sent.address(TokenPurpose.REPLY))
    mail = message_from_bytes(octets_of(forwarded()), policy=default)
    original = list(mail.iter_parts())[1]
    if original.get_content_type() == "message/rfc822":
        assert original.get_content().as_bytes().replace(b"\r\n", b"\n").strip() == raw.replace(b"\r\n", b"\n").strip()
    else:
        assert original.get_content() == raw


@pytest.mark.parametrize(
    "text", ["two  blanks\tand a tab \r\n\r\n\r\n", "Señas  de \t ñandú"], ids=["seven bit", "eight bit"]
)
def test_it_is_signed_whatever_white_space_the_original_holds(text):
    sent = send_one(relay_signs=False)
    brand = sent.house.brand
    brand.dkim_domain, brand.dkim_selector = "fibranorte.example", "esmero"
    brand.save()
    raw = f"From: {sent.message.address}\r\nSubject: Re: x\r\nMessage-ID: <7@c.example>\r\n\r\n{text}\r\n".encode()
    sent.receive(raw, to=sent.address(TokenPurpose.REPLY))
    octets = octets_of(forwarded())
    key = public_key(create_dkim_key(settings.HOME, domain="fibranorte.example", selector="esmero"))
    record = f"v=DKIM1; k=rsa; p={key}".encode()
    assert dkim.verify(octets, dnsfunc=lambda *_args, **_facts: record)


def test_a_header_cannot_be_smuggled_in_by_name_or_subject():
    sent = send_one()
    sent.person.given_name = "Eve\r\nBcc: all@x.example"
    sent.person.save()
    sent.receive(
        reply(sent, subject="Re: =?utf-8?q?a=0D=0ABcc=3A_all=40x.example?="), to=sent.address(TokenPurpose.REPLY)
    )
    mail = message_from_bytes(octets_of(forwarded()), policy=default)
    assert mail["Bcc"] is None


@pytest.mark.parametrize("mailbox", ["", "postmaster@vuelta.fibranorte.example"], ids=["none", "our own door"])
def test_where_it_cannot_go_it_stays_in_the_console(mailbox):
    sent = send_one()
    sent.house.brand.mailbox = mailbox
    sent.house.brand.save()
    sent.receive(reply(sent), to=sent.address(TokenPurpose.REPLY))
    assert Entry.objects.get().forwarded_at is None
    assert Message.objects.count() == 1


def test_no_relay_is_no_reason_to_lose_a_reply():
    sent = send_one()
    Message.objects.get().dispatch.__class__.objects.update(relay=None)
    Relay.objects.all().delete()
    sent.receive(reply(sent), to=sent.address(TokenPurpose.REPLY))
    assert Entry.objects.get().forwarded_at is None


def test_two_machines_that_talk_are_not_forwarded_for_ever():
    sent = send_one()
    for n in range(MOST_AN_HOUR + 5):
        sent.receive(
            reply(sent, text=f"Mensaje {n} de prueba", mail_id=f"<{n}@c.example>"), to=sent.address(TokenPurpose.REPLY)
        )
    assert Entry.objects.count() == MOST_AN_HOUR + 5
    assert Message.objects.filter(dispatch__message_class=MessageClass.INTERNAL).count() == MOST_AN_HOUR


def test_the_relay_for_forwarding_may_be_another(monkeypatch):
    sent = send_one()
    Relay.objects.create(name="oficina", host="127.0.0.1", port=26)
    monkeypatch.setattr(settings.ESMERO, "forward_relay", "oficina")
    sent.receive(reply(sent), to=sent.address(TokenPurpose.REPLY))
    assert forwarded().dispatch.relay.name == "oficina"


@pytest.mark.django_db(transaction=True)
def test_the_sender_carries_it_out():
    sent = send_one(kind="capture")
    sent.receive(reply(sent), to=sent.address(TokenPurpose.REPLY))
    sender = Sender(home=_HOME, worker="test", schedule=RetrySchedule.from_settings(minutes=[1]), helo="test")
    asyncio.run(sender.run(StopSignal(), until_idle=True))
    message = forwarded()
    assert message.state == Message.State.SENT
    assert Captured.objects.get(recipient=sent.house.brand.mailbox).return_path == render_posted(message).return_path
