from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from esmero.campaigns.models import Campaign
from esmero.intake.bounces.dsn import make_report
from esmero.mailroom.arriving.handlers.bounce import choose_report
from esmero.mailroom.models import Inbound
from esmero.outbox.ledger import close_finished
from esmero.outbox.models import Dispatch, Message, MessageClass, MessageEvent
from esmero.people.models import Address, Suppression
from esmero.rendering.tokens import TokenPurpose
from tests.mailroom.inbound import postfix_report, send_one

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

FULL = {"status": "4.2.2", "reply": "452 4.2.2 <x>: Mailbox full"}
OK, FAILING, SUPPRESSED = Address.Standing.OK, Address.Standing.FAILING, Address.Standing.SUPPRESSED


@pytest.fixture
def sent():
    return send_one()


def back(sent, **report):
    sent.receive(postfix_report(sent.message, **report), to=sent.address(TokenPurpose.RETURN))


def standing(sent):
    return Address.objects.get(value=sent.message.address).standing


@pytest.mark.parametrize(
    ("status", "reply", "event", "worst", "left_with"),
    [
        ("5.1.1", "550 5.1.1 <x>: User unknown", "returned-for-good", 4, SUPPRESSED),
        ("5.1.2", "550 5.1.2 Host unknown", "returned-for-good", 4, SUPPRESSED),
        ("5.7.1", "554 5.7.1 Service unavailable; blocked using bl.example", "our-fault", 3, OK),
        ("5.7.26", "550 5.7.26 This mail is unauthenticated", "our-fault", 3, OK),
        ("4.2.2", "452 4.2.2 <x>: Mailbox full", "returned-for-now", 2, OK),
        ("4.4.1", "connect to mx.cliente.example[192.0.2.7]:25: Connection refused", "returned-for-now", 2, OK),
        ("4.4.7", "451 4.4.7 Delivery time expired", "returned-for-now", 2, OK),
        ("5.2.2", "552 5.2.2 Mailbox full", "returned-for-now", 2, OK),
    ],
)
def test_what_a_report_means_for_message_and_address(sent, status, reply, event, worst, left_with):
    back(sent, status=status, reply=reply)
    told = MessageEvent.objects.get()
    assert told.kind == event
    assert told.facts["status"] == status
    assert told.facts["text"].startswith(reply[:20])
    assert told.facts["remote"] == "mx.cliente.example"
    assert told.facts["meaning"]
    assert sent.message.worst == worst
    assert standing(sent) == left_with


def test_our_fault_never_suppresses_however_often(sent):
    for n in range(10):
        back(sent, status="5.7.1", reply="554 5.7.1 Message rejected due to policy", mail_id=f"{n}")
    assert MessageEvent.objects.count() == 10
    assert standing(sent) == OK
    assert not Suppression.objects.exists()


def test_after_a_temporary_return_it_goes_again_with_the_same_message_id(sent, monkeypatch):
    monkeypatch.setattr(settings.ESMERO, "return_retry_hours", [24, 48])
    opaque, dispatch = sent.message.opaque, sent.message.dispatch_id
    campaign = Campaign.objects.create(
        name="c", brand=sent.house.brand, topic=sent.house.topic, dispatch_id=dispatch, state=Campaign.State.DONE
    )
    for k, hours in enumerate([24, 48]):
        back(sent, **FULL, mail_id=f"{k}")
        assert sent.message.state == Message.State.WAITING
        expected = Inbound.objects.order_by("-id").first().received_at + timedelta(hours=hours)
        assert sent.message.due_at == expected
        assert sent.message.opaque == opaque
        assert Dispatch.objects.get().state == Dispatch.State.OPEN
        campaign.refresh_from_db()
        assert campaign.state == Campaign.State.RUNNING
        assert close_finished(now=timezone.now()) == []
        Message.objects.update(state=Message.State.SENT, due_at=None)  # it went again
    back(sent, **FULL, mail_id="last")
    assert (sent.message.state, sent.message.worst) == (Message.State.GAVE_UP, Message.Worst.SOFT_BOUNCE)
    assert close_finished(now=timezone.now()) == [dispatch]
    assert MessageEvent.objects.filter(kind=MessageEvent.Kind.SOFT_BOUNCE).count() == 3
    assert Address.objects.get(value=sent.message.address).temporary_returns == 3
    assert standing(sent) == OK


def test_what_was_cancelled_does_not_go_again(sent):
    Campaign.objects.create(
        name="c", brand=sent.house.brand, topic=sent.house.topic, dispatch=sent.message.dispatch, state="cancelled"
    )
    back(sent, **FULL)
    assert sent.message.state == Message.State.GAVE_UP
    assert Dispatch.objects.get().state == Dispatch.State.CLOSED


def test_the_same_report_by_two_ways_counts_once(sent):
    """Two copies differ in their Received fields, so they are two mails; their Message-ID is one."""
    reply = "550 5.2.1 <x>: mailbox disabled"
    raw = postfix_report(sent.message, status="5.2.1", reply=reply)
    sent.receive(b"Received: from a by b\r\n" + raw, to=sent.address(TokenPurpose.RETURN))
    sent.receive(b"Received: from c by d\r\n" + raw, to=sent.address(TokenPurpose.RETURN))
    assert Inbound.objects.count() == 2
    assert MessageEvent.objects.count() == 1
    assert standing(sent) != SUPPRESSED


def test_delayed_is_only_an_event(sent):
    back(sent, status="4.4.1", reply="connect to mx: Connection timed out", action="delayed")
    assert MessageEvent.objects.get().kind == MessageEvent.Kind.DEFERRED
    assert (sent.message.state, sent.message.worst) == (Message.State.SENT, 0)
    assert Address.objects.get(value=sent.message.address).temporary_returns == 0


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_good_news_changes_nothing(sent, action):
    back(sent, status="2.0.0", reply="250 2.0.0 OK", action=action)
    assert not MessageEvent.objects.exists()
    assert Inbound.objects.get().state == Inbound.State.DONE


PROSE = {
    "qmail": """From: MAILER-DAEMON@mx.cliente.example
Subject: failure notice

Hi. This is the qmail-send program at mx.cliente.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{address}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <x@vuelta.fibranorte.example>
Message-ID: <{opaque}@fibranorte.example>
From: hola@fibranorte.example
To: {address}
Subject: Novedades
""",
    "exim": """From: Mail Delivery System <Mailer-Daemon@mx.cliente.example>
X-Failed-Recipients: {address}
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {address}
    host mx.cliente.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<{address}>:
    550 5.1.1 <{address}>: Recipient address rejected: User unknown
""",
}


@pytest.mark.parametrize("dialect", PROSE)
def test_prose_is_understood_too(sent, dialect):
    text = PROSE[dialect].format(address=sent.message.address, opaque=sent.message.opaque)
    sent.receive(text.replace("\n", "\r\n").encode(), to=sent.address(TokenPurpose.RETURN))
    assert MessageEvent.objects.get().kind == MessageEvent.Kind.HARD_BOUNCE
    assert standing(sent) == SUPPRESSED


def test_a_return_of_our_own_notice_suppresses_nobody(sent):
    dispatch = Dispatch.objects.create(brand=sent.house.brand, message_class=MessageClass.INTERNAL)
    notice = Message.objects.create(
        dispatch=dispatch, address="clientes@fibranorte.example", opaque="e" * 24, state=Message.State.SENT
    )
    sent.receive(
        postfix_report(notice, status="5.1.1", reply="550 5.1.1 User unknown"),
        to=sent.address(TokenPurpose.RETURN, message=notice.pk),
    )
    assert notice.events.get().kind == MessageEvent.Kind.HARD_BOUNCE
    assert not Suppression.objects.exists()


def test_of_several_reports_the_one_about_our_address_counts():
    def report(recipient, status):
        return make_report(recipient, action="failed", status=status, diagnostic=f"550 {status} User unknown")

    ours, other = report("a@x.example", "5.1.1"), report("b@y.example", "4.2.2")
    assert choose_report((other, ours), address="A@x.example") is ours
    assert choose_report((other, ours), address="c@z.example") is other  # not all say for good
    assert choose_report((), address="a@x.example") is None
