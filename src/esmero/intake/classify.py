"""Classify an incoming message: octets in, frozen Classification out, never an exception."""

from dataclasses import replace
from datetime import date

from esmero.intake.bounces.bounce import read_bounce
from esmero.intake.bounces.dsn import Report
from esmero.intake.bounces.meaning import FailureMeaning
from esmero.intake.bounces.returned_message import find_returned_message
from esmero.intake.bounces.ses_notices import read_ses_notice
from esmero.intake.classification import Classification, InboundKind
from esmero.intake.mime.envelope import find_references, find_sender, guess_language
from esmero.intake.mime.message import ParsedMessage, parse_message
from esmero.intake.replies.autoreply import read_autoreply
from esmero.intake.replies.reply import extract_reply, extract_text, read_reply
from esmero.intake.replies.unsubscribe import read_unsubscription
from esmero.intake.reports.arf import read_complaint
from esmero.intake.reports.dmarc import UnreadableDmarcReport, find_report

__all__ = ["Classification", "FailureMeaning", "InboundKind", "Report", "classify", "read_reply"]


def classify(raw: bytes, *, today: date | None = None) -> Classification:
    """Classify a message. Any octets give a result.

    `today` completes return dates, which people write without the year; without `today` no return date is read.
    """
    message = parse_message(raw)
    base = _read_common(message)
    # Order matters: a structured report is certain, while free text of a bounce can look like a person's words.
    return (
        _as_aggregate(message, base)
        or _as_complaint(message, base)
        or _as_provider_notice(base)
        or _as_bounce(message, base)
        or _as_person(message, base, today=today)
    )


def _read_common(message: ParsedMessage) -> Classification:
    headers, text = message.headers, extract_text(message)
    returned_id, returned = find_returned_message(message, text=text)
    return Classification(
        kind=InboundKind.OTHER,
        sender=find_sender(headers),
        subject=headers.get("subject")[:2_000],
        text=text,
        why=(),
        message_id=headers.get("message-id").strip("<> ")[:500],
        in_reply_to=find_references(headers),
        returned_message_id=returned_id,
        returned_headers=returned,
        language=guess_language(text),
        truncated=message.truncated,
    )


def _as_aggregate(message: ParsedMessage, base: Classification) -> Classification | None:
    try:
        report = find_report(message)
    except UnreadableDmarcReport as fault:
        return replace(base, kind=InboundKind.DMARC, why=(f"dmarc:unreadable: {fault}"[:300],))
    return replace(base, kind=InboundKind.DMARC, why=("dmarc",), aggregate=report) if report else None


def _as_complaint(message: ParsedMessage, base: Classification) -> Classification | None:
    complaint = read_complaint(message)
    if complaint is None:
        return None
    kind = InboundKind.OTHER if complaint.feedback == "not-spam" else InboundKind.COMPLAINT
    return replace(
        base,
        kind=kind,
        why=(complaint.sign,),
        feedback=complaint.feedback,
        reports=_name_recipients(complaint.recipients),
    )


def _as_provider_notice(base: Classification) -> Classification | None:
    notice = read_ses_notice(base.text)
    if notice is None:
        return None
    known = replace(base, why=(f"notice:{notice.type}",), returned_message_id=notice.message_id)
    if notice.type == "bounce":
        return replace(known, kind=InboundKind.BOUNCE, reports=notice.reports, hard=_all_hard(notice.reports))
    if notice.type == "complaint":
        return replace(known, kind=InboundKind.COMPLAINT, feedback="abuse", reports=_name_recipients(notice.recipients))
    return known


def _as_bounce(message: ParsedMessage, base: Classification) -> Classification | None:
    bounce = read_bounce(message)
    if bounce is None:
        return None
    kind = InboundKind.BOUNCE if bounce.reports else InboundKind.OTHER
    hard = _all_hard(bounce.reports) if bounce.reports else None
    return replace(base, kind=kind, why=bounce.why, reports=bounce.reports, hard=hard)


def _as_person(message: ParsedMessage, base: Classification, *, today: date | None) -> Classification:
    """Classify a message by a person, or by a machine that answers for a person."""
    reply = extract_reply(message)
    known = replace(base, reply_text=reply)
    if why := read_unsubscription(subject=base.subject, reply=reply):
        return replace(known, kind=InboundKind.UNSUBSCRIBE, why=why)
    answer = read_autoreply(message.headers, text=reply, today=today)
    if answer is not None:
        return replace(
            known,
            kind=InboundKind.CHALLENGE if answer.challenge else InboundKind.AUTOREPLY,
            why=answer.why,
            absent_until=answer.absent_until,
            successor=answer.successor,
            left=answer.left,
            moved=answer.moved,
        )
    why = _find_machine_signs(message)
    return replace(known, kind=InboundKind.OTHER if why else InboundKind.REPLY, why=why or ("person",))


def _find_machine_signs(message: ParsedMessage) -> tuple[str, ...]:
    """Find signs that no person wrote: mailing lists, bulk mail, reports, receipts (RFC 3834, 2919, 8098, 9990)."""
    headers = message.headers
    signs = {
        "auto-submitted": headers.get("auto-submitted", "no").lower().split(";")[0].strip() not in {"no", ""},
        "list": "list-id" in headers or headers.get("precedence").lower() in {"bulk", "list"},
        "receipt": message.params.get("report-type", "").lower() == "disposition-notification",
        "report": headers.get("subject").lower().startswith("report domain:"),
    }
    return tuple(f"machine:{name}" for name, sign in signs.items() if sign)


def _all_hard(reports: tuple[Report, ...]) -> bool:
    return bool(reports) and all(report.hard for report in reports)


def _name_recipients(addresses: tuple[str, ...]) -> tuple[Report, ...]:
    """Build reports for the recipients of a complaint. They got the message, so the reports are not failures."""
    return tuple(
        Report(
            recipient=address,
            action="delivered",
            status="",
            code=0,
            meaning=FailureMeaning.UNDEFINED,
            hard=False,
            diagnostic="",
            remote_mta="",
            envelope_id="",
        )
        for address in addresses
    )
