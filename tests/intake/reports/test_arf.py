import json

import pytest

from esmero.intake.classify import InboundKind, classify
from tests.intake.samples import make_mail

ARF = """\
From: <fbl@proveedor.example>
Subject: FW: Novedades
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="edge"

--edge
Content-Type: text/plain

This is an email abuse report for a message received from 192.0.2.1
--edge
Content-Type: message/feedback-report

Feedback-Type: {feedback}
User-Agent: Probe/1
Version: 1
Original-Rcpt-To: {recipient}

--edge
Content-Type: message/rfc822

From: hola@fibra.example
To: {recipient}
Message-ID: <m-5@fibra.example>
X-Esmero: opaque-5

texto
--edge--
"""


@pytest.mark.parametrize("feedback", ["abuse", "fraud", "virus", "other", "opt-out", "auth-failure"])
def test_feedback_types_of_rfc_5965(feedback):
    verdict = classify(ARF.format(feedback=feedback, recipient="lola@correo.example").encode())
    assert verdict.kind is InboundKind.COMPLAINT
    assert verdict.why == (f"arf:{feedback}",)
    assert [report.recipient for report in verdict.reports] == ["lola@correo.example"]
    assert not any(report.hard for report in verdict.reports)


def test_not_spam_is_no_complaint():
    assert classify(ARF.format(feedback="not-spam", recipient="x@y.example").encode()).kind is InboundKind.OTHER


def test_a_redacted_recipient_leaves_our_own_header():
    verdict = classify(ARF.format(feedback="abuse", recipient="[redacted]").encode())
    assert verdict.reports == ()
    assert verdict.returned_headers["x-esmero"] == "opaque-5"
    assert verdict.returned_message_id == "m-5@fibra.example"


def test_the_form_of_a_provider_that_names_the_recipient_in_the_returned_message():
    raw = (
        b"From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.1\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/mixed; boundary=e\n\n--e\nContent-Type: message/rfc822\n\n"
        b"X-HmXmrOriginalRecipient: lola@correo.example\nMessage-ID: <m-6@fibra.example>\n"
        b"From: hola@fibra.example\n\nx\n--e--\n"
    )
    verdict = classify(raw)
    assert verdict.kind is InboundKind.COMPLAINT
    assert [report.recipient for report in verdict.reports] == ["lola@correo.example"]


def test_notices_of_a_provider_in_json():
    def notice(body):
        return classify(
            make_mail(json.dumps({"Type": "Notification", "Message": json.dumps(body)}), sender="no-reply@sns.example")
        )

    gone = {
        "emailAddress": "lola@correo.example",
        "action": "failed",
        "status": "5.1.1",
        "diagnosticCode": "smtp; 550 5.1.1 user unknown",
    }
    bounce = notice(
        {
            "notificationType": "Bounce",
            "bounce": {"bounceType": "Permanent", "bouncedRecipients": [gone]},
            "mail": {"messageId": "m-1"},
        }
    )
    assert (bounce.kind, bounce.hard, bounce.reports[0].recipient) == (InboundKind.BOUNCE, True, "lola@correo.example")
    assert bounce.returned_message_id == "m-1"
    complaint = notice(
        {
            "notificationType": "Complaint",
            "complaint": {"complainedRecipients": [{"emailAddress": "lola@correo.example"}]},
        }
    )
    assert complaint.kind is InboundKind.COMPLAINT
    assert notice({"notificationType": "Delivery"}).kind is InboundKind.OTHER
    assert notice({"notificationType": 7, "bounce": [1]}).kind is InboundKind.REPLY
