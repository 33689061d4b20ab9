"""A house with one sent message, and the mails that come back of it, as real machines and people write them."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from django.utils import timezone

from esmero.mailroom.arriving.receive import handle_due, take_in
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.models import Dispatch, Message
from esmero.people.models import Person
from esmero.rendering.tokens import TokenPurpose
from tests.house_facts import House, add_people, build_house, open_dispatch


@dataclass
class Sent:
    house: House
    person: Person
    message: Message

    def address(self, purpose: TokenPurpose, *, message: int | None = None, day: int | None = None) -> str:
        day = day_of(timezone.now()) if day is None else day
        token = open_signer().sign(purpose, message or self.message.pk, day=day)
        return f"{purpose.value}-{token}@{self.house.brand.return_domain}"

    def token(self, purpose: TokenPurpose, *, link: int = 0, day: int | None = None) -> str:
        day = day_of(timezone.now()) if day is None else day
        return open_signer().sign(purpose, self.message.pk, link=link, day=day)

    def receive(self, raw: bytes, *, to: str, sender: str = "") -> None:
        take_in(raw, envelope_from=sender, envelope_to=to, door="smtp", at=timezone.now())
        handle_due("test")
        self.message.refresh_from_db()


def send_one(**relay) -> Sent:
    house = build_house(**relay)
    (person,) = add_people(house, 1)
    dispatch = open_dispatch(house, [person])
    now = timezone.now()
    Message.objects.update(state=Message.State.SENT, sent_at=now, due_at=None)
    Dispatch.objects.filter(pk=dispatch.pk).update(state=Dispatch.State.CLOSED, closed_at=now)
    return Sent(house, person, Message.objects.get())


def postfix_report(
    message: Message, *, status: str, reply: str, action: str = "failed", mail_id: str = "20260101.A1B2"
) -> bytes:
    """A report in the shape in which Postfix 3 writes it (bounce(8)), returning the headers only (RET=HDRS)."""
    return f"""From: MAILER-DAEMON@relay.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: somebody@vuelta.fibranorte.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="F1A2B3C4D5.1767225600/relay.example"
Content-Transfer-Encoding: 8bit
Message-Id: <{mail_id}@relay.example>
Date: Thu,  1 Jan 2026 10:00:00 +0100 (CET)

This is a MIME-encapsulated message.

--F1A2B3C4D5.1767225600/relay.example
Content-Description: Notification
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

This is the mail system at host relay.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

                   The mail system

<{message.address}>: host mx.cliente.example[192.0.2.7] said: {reply} (in reply to RCPT TO command)

--F1A2B3C4D5.1767225600/relay.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
X-Postfix-Queue-ID: F1A2B3C4D5
X-Postfix-Sender: rfc822; r-x@vuelta.fibranorte.example
Arrival-Date: Thu,  1 Jan 2026 09:59:00 +0100 (CET)

Final-Recipient: rfc822; {message.address}
Original-Recipient: rfc822;{message.address}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.cliente.example
Diagnostic-Code: smtp; {reply}

--F1A2B3C4D5.1767225600/relay.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers
Content-Transfer-Encoding: 8bit

Return-Path: <r-x@vuelta.fibranorte.example>
From: Fibra Norte <hola@fibranorte.example>
To: {message.address}
Subject: Novedades
Message-ID: <{message.opaque}@fibranorte.example>
Date: Thu,  1 Jan 2026 09:59:00 +0100

--F1A2B3C4D5.1767225600/relay.example--
""".replace("\n", "\r\n").encode()


def written(
    *,
    sender: str,
    to: str,
    subject: str,
    text: str,
    answers: str = "",
    mail_id: str = "<1@cliente.example>",
    **headers: str,
) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, subject, mail_id
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()
