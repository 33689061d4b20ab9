import pytest

from esmero.mailroom.planning.case_file import describe_occasion, gather_recipients
from esmero.outbox.models import Message, MessageEvent
from esmero.people.dispatch_reason import AddressedPerson, DispatchReason
from esmero.people.models import PermissionEntry, Suppression
from esmero.policy.gate import judge_occasion, judge_recipient
from esmero.rendering.tokens import TokenPurpose
from tests.mailroom.inbound import send_one

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def report(sent, *, recipient=True, feedback="abuse", returned=True):
    """RFC 5965, appendix B.1; without `recipient` redacted as RFC 6590 wants it."""
    named = f"Original-Rcpt-To: <{sent.message.address}>\n" if recipient else ""
    original = f"Message-ID: <{sent.message.opaque}@fibranorte.example>\n" if returned else ""
    return f"""From: <fbl@provider.example>
Subject: Complaint about message from 192.0.2.1
To: <x@vuelta.fibranorte.example>
Message-ID: <arf-1@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

--part1
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.
--part1
Content-Type: message/feedback-report

Feedback-Type: {feedback}
User-Agent: SomeGenerator/1.0
Version: 1
{named}
--part1
Content-Type: message/rfc822

From: <hola@fibranorte.example>
To: <redacted>
Subject: Novedades
{original}
Hola
--part1--
""".replace("\n", "\r\n").encode()


def judge(sent, *, at):
    house = sent.house
    reason = DispatchReason(
        brand=house.brand, message_class="commercial", channel="email", purpose=house.topic.purpose, topic=house.topic,
        words={"es": "Novedades"}, dispatch_id=None,
    )  # fmt: skip
    (recipient,) = gather_recipients([AddressedPerson(sent.person.pk, sent.message.address)], reason=reason)
    return judge_recipient(recipient, findings=judge_occasion(describe_occasion(reason, at=at)))


@pytest.mark.parametrize("recipient", [True, False], ids=["named", "redacted"])
@pytest.mark.parametrize("plain", [True, False], ids=["by returned part", "by token"])
def test_a_complaint_ends_advertising_at_once(recipient, plain):
    sent = send_one()
    assert judge(sent, at=sent.message.sent_at).outcome == "go"
    to = f"abuse@{sent.house.brand.return_domain}" if plain else sent.address(TokenPurpose.RETURN)
    sent.receive(report(sent, recipient=recipient, returned=plain), to=to)
    assert MessageEvent.objects.get().kind == MessageEvent.Kind.COMPLAINED
    assert sent.message.worst == Message.Worst.COMPLAINED
    silence = Suppression.objects.get()
    assert (silence.scope, silence.brand, silence.reason) == ("commercial", sent.house.brand, "complaint")
    objection = PermissionEntry.objects.order_by("id").last()
    assert (objection.act, objection.topic, objection.by_person, objection.source) == (
        "objected",
        None,
        True,
        "complaint",
    )
    assert objection.proof is not None
    verdict = judge(sent, at=objection.at)
    assert verdict.outcome == "refuse"
    assert {"G01", "G04"} <= set(verdict.codes().replace(",", " ").split())


def test_told_twice_it_stands_once():
    sent = send_one()
    sent.receive(report(sent), to=sent.address(TokenPurpose.RETURN))
    sent.receive(b"Received: from a by b\r\n" + report(sent), to=sent.address(TokenPurpose.RETURN))
    assert MessageEvent.objects.filter(kind=MessageEvent.Kind.COMPLAINED).count() == 1
    assert Suppression.objects.count() == 1
    assert PermissionEntry.objects.filter(act="objected").count() == 1


def test_not_spam_is_no_complaint():
    sent = send_one()
    sent.receive(report(sent, feedback="not-spam"), to=sent.address(TokenPurpose.RETURN))
    assert not MessageEvent.objects.exists()
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("feedback", ["auth-failure", "virus"])
def test_a_report_in_which_nobody_complains_silences_nobody(feedback):
    sent = send_one()
    sent.receive(report(sent, feedback=feedback), to=sent.address(TokenPurpose.RETURN))
    event = MessageEvent.objects.get()
    assert (event.kind, event.facts["feedback"]) == (MessageEvent.Kind.OUR_FAULT, feedback)
    assert not Suppression.objects.exists()
    assert judge(sent, at=sent.message.sent_at).outcome == "go"


def test_the_provider_s_button_to_leave_is_no_complaint():
    sent = send_one()
    sent.receive(report(sent, feedback="opt-out"), to=sent.address(TokenPurpose.RETURN))
    assert MessageEvent.objects.get().kind == MessageEvent.Kind.UNSUBSCRIBED
    assert sent.message.worst == Message.Worst.NOTHING
    assert not Suppression.objects.exists()
    assert judge(sent, at=sent.message.sent_at).outcome == "refuse"
