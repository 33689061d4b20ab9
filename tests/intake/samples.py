"""Messages of our own making, in the shapes that mail systems use."""

from email.message import EmailMessage

REPORT = """\
From: MAILER-DAEMON@mx.remitente.example (Mail Delivery System)
To: r-abc123@rebote.example
Subject: Undelivered Mail Returned to Sender
Return-Path: <>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={report_type}; boundary="edge"

--edge
Content-Type: text/plain; charset=utf-8

This is the mail system at host mx.remitente.example.

{words}
--edge
Content-Type: {block_type}

Reporting-MTA: dns; mx.remitente.example
Original-Envelope-Id: m-77+2B1

{blocks}
--edge
Content-Type: text/rfc822-headers

From: Fibra Norte <hola@fibra.example>
Message-ID: <m-77@fibra.example>
X-Esmero: opaque-1

--edge--
"""


def make_report(blocks, *, words="", report_type="delivery-status", block_type="message/delivery-status"):
    text = REPORT.format(blocks=blocks.strip(), words=words, report_type=report_type, block_type=block_type)
    return text.encode()


def make_notice(body, *, sender="MAILER-DAEMON@mx.remitente.example", subject="failure notice", **headers):
    return make_mail(body, sender=sender, subject=subject, to="r-abc123@rebote.example", **headers)


def make_mail(
    body,
    *,
    sender="Lola Ruiz <lola@correo.example>",
    subject="Re: Novedades",
    to="hola@fibra.example",
    html="",
    **headers,
):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = "<de-lola-1@correo.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if body or not html:
        message.set_content(body)
    if html and body:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    return bytes(message)
