"""Answer a captured message as its recipient or their mail server would, by real mail or a real click."""

import smtplib
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, make_msgid, parseaddr

from django.conf import settings
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from esmero.outbox.models import Captured
from esmero.refusal import Refusal

_WAIT = 10  # seconds for our own listener and web server
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_REPLIES = {
    "es": "Buenos días:\n\n¿Me pueden explicar esto con más detalle? Prefiero que me llamen por la tarde.\n\nGracias",
    "fr": "Bonjour,\n\nPouvez-vous m’expliquer cela plus en détail ? Je préfère être appelé l’après-midi.\n\nMerci",
    "en": "Hello,\n\ncould you explain this in more detail? I would rather be called in the afternoon.\n\nThank you",
}
_ATTRIBUTIONS = {
    "es": "El {day:%d/%m/%Y}, {author} escribió:",
    "fr": "Le {day:%d/%m/%Y}, {author} a écrit :",
    "en": "On {day:%d/%m/%Y}, {author} wrote:",
}
_ABSENCES = {
    "es": "Estoy de vacaciones hasta el lunes. Le contestaré a mi vuelta.",
    "fr": "Je suis en congé jusqu’à lundi. Je vous répondrai à mon retour.",
    "en": "I am on holiday until Monday and will answer when I am back.",
}


class NotDelivered(Refusal):
    """Refuse an answer that cannot be given, or that our listener or web server did not accept."""


@dataclass(frozen=True, slots=True)
class CaughtCopy:
    """Hold a captured message as its recipient would: its octets, and parsed."""

    captured: Captured
    raw: bytes
    mail: EmailMessage
    at: datetime

    @property
    def domain(self) -> str:
        """Return the domain of the recipient, whose server answers."""
        return self.captured.recipient.rpartition("@")[2]

    @property
    def language(self) -> str:
        """Return the language of the recipient's answers."""
        language = self.captured.message.language if self.captured.message else "en"
        return language if language in _REPLIES else "en"


def send_answer(captured: Captured, *, kind: str) -> None:
    """Send one of ANSWERS to a captured message.

    Raises KeyError for another kind, NotDelivered if it is not accepted.
    """
    raw = zlib.decompress(bytes(captured.body))
    copy = CaughtCopy(captured, raw, message_from_bytes(raw, policy=default), timezone.now())
    if kind == "click":
        _click(_first_link(copy.mail))
        return
    octets, sender, recipient = _MAILS[kind](copy)
    _post(octets, sender=sender, recipient=recipient)


type _Made = tuple[bytes, str, str]


def _report(copy: CaughtCopy, *, status: str, words: str) -> _Made:
    """Make a delivery report (RFC 3464) that quotes the headers of the original."""
    recipient, code = copy.captured.recipient, "550" if status.startswith("5") else "452"
    fields = (
        f"Reporting-MTA: dns; mx.{copy.domain}\r\nArrival-Date: {format_datetime(copy.at)}\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {code} {status} {words}\r\n"
    )
    octets = _write_report(
        _head(copy, sender=f"MAILER-DAEMON@{copy.domain}", subject="Undelivered Mail Returned to Sender")
        + "Auto-Submitted: auto-replied\r\n",
        kind="delivery-status",
        text=f"Your message could not be delivered to {recipient}: {words}\r\n",
        fields=fields,
        original=("text/rfc822-headers", copy.raw.partition(b"\r\n\r\n")[0] + b"\r\n"),
    )
    return octets, "", copy.captured.return_path


def _bounce(copy: CaughtCopy) -> _Made:
    return _report(copy, status="5.1.1", words="No such user here")


def _full(copy: CaughtCopy) -> _Made:
    return _report(copy, status="4.2.2", words="Mailbox full")


def _complain(copy: CaughtCopy) -> _Made:
    """Make a complaint in the Abuse Reporting Format (RFC 5965)."""
    captured = copy.captured
    fields = (
        "Feedback-Type: abuse\r\nUser-Agent: EsmeroCatcher/1\r\nVersion: 1\r\n"
        f"Original-Mail-From: <{captured.return_path}>\r\nOriginal-Rcpt-To: <{captured.recipient}>\r\n"
        f"Received-Date: {format_datetime(copy.at)}\r\n"
    )
    sender = f"feedback@{copy.domain}"
    octets = _write_report(
        _head(copy, sender=sender, subject="Abuse report"),
        kind="feedback-report",
        text="This is an abuse report for an e-mail that one of our customers marked as unwanted.\r\n",
        fields=fields,
        original=("message/rfc822", copy.raw),
    )
    return octets, sender, captured.return_path


def _absent(copy: CaughtCopy) -> _Made:
    """Make an absence note (RFC 3834): to the return path, with the null sender."""
    mail = _new_mail(copy, recipient=copy.captured.return_path, subject=f"Automatic reply: {copy.mail['Subject']}")
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(_ABSENCES[copy.language])
    return mail.as_bytes(policy=SMTP), "", copy.captured.return_path


def _reply(copy: CaughtCopy) -> _Made:
    recipient = parseaddr(str(copy.mail["Reply-To"] or copy.mail["From"]))[1]
    mail = _new_mail(copy, recipient=recipient, subject=f"Re: {copy.mail['Subject']}")
    mail["References"] = copy.mail["Message-ID"]
    quoted = "\n".join(f"> {line}" for line in _part(copy.mail, "plain").splitlines()[:12])
    wrote = _ATTRIBUTIONS[copy.language].format(day=copy.captured.at, author=copy.mail["From"])
    mail.set_content(f"{_REPLIES[copy.language]}\n\n{wrote}\n{quoted}\n")
    return mail.as_bytes(policy=SMTP), copy.captured.recipient, recipient


_MAILS: Mapping[str, Callable[[CaughtCopy], _Made]] = {
    "bounce": _bounce,
    "full": _full,
    "absent": _absent,
    "complain": _complain,
    "reply": _reply,
}
ANSWERS: tuple[str, ...] = (*_MAILS, "click")


def _head(copy: CaughtCopy, *, sender: str, subject: str) -> str:
    return (
        f"From: {sender}\r\nTo: {copy.captured.return_path}\r\nDate: {format_datetime(copy.at)}\r\n"
        f"Message-ID: {make_msgid(domain=copy.domain)}\r\nSubject: {subject}\r\n"
    )


def _new_mail(copy: CaughtCopy, *, recipient: str, subject: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = copy.captured.recipient, recipient, subject
    mail["Date"], mail["Message-ID"] = format_datetime(copy.at), make_msgid(domain=copy.domain)
    mail["In-Reply-To"] = copy.mail["Message-ID"]
    return mail


def _write_report(head: str, *, kind: str, text: str, fields: str, original: tuple[str, bytes]) -> bytes:
    """Write a multipart/report (RFC 6522): a text for people, fields for machines, and the reported message."""
    boundary = f"esmero-{kind}"
    content = f'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary="{boundary}"\r\n'
    parts = [
        ("text/plain; charset=utf-8", text.encode()),
        (f"message/{kind}", fields.encode()),
        original,
    ]
    body = b"".join(
        f"--{boundary}\r\nContent-Type: {media_type}\r\n\r\n".encode() + octets + b"\r\n"
        for media_type, octets in parts
    )
    return f"{head}{content}\r\n".encode() + body + f"--{boundary}--\r\n".encode()


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _first_link(mail: EmailMessage) -> str:
    anchors = LexborHTMLParser(_part(mail, "html")).css("a[href*='/c/']")
    if not anchors:
        raise NotDelivered("copy-without-link")
    return anchors[0].attributes["href"] or ""


def _click(address: str) -> None:
    if not address.startswith(("http://", "https://")):
        raise NotDelivered("link-not-web", address=address)
    request = urllib.request.Request(address, headers={"User-Agent": _BROWSER})  # noqa: S310 - scheme checked above
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        opener.open(request, timeout=_WAIT).close()
    except urllib.error.HTTPError as answer:
        if answer.code not in {301, 302, 303, 307, 308}:
            raise NotDelivered("click-refused", code=answer.code, address=address) from answer
    except OSError as trouble:
        raise NotDelivered("click-unreachable", address=address, trouble=str(trouble)) from trouble


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Do not follow the redirect of a click: it is counted by our server, and its target is not opened."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Refuse every redirect."""


def _post(octets: bytes, *, sender: str, recipient: str) -> None:
    host, port = settings.ESMERO.inbound_host, settings.ESMERO.inbound_port
    try:
        with smtplib.SMTP(host, port, local_hostname="catcher.example", timeout=_WAIT) as server:
            server.sendmail(sender, [recipient], octets)
    except (OSError, smtplib.SMTPException) as trouble:
        raise NotDelivered(
            "answer-not-taken", host=host, port=port, recipient=recipient, trouble=str(trouble)
        ) from trouble
