"""The public door: octets of a message that came back in, a frozen verdict out, never an exception."""

from dataclasses import replace
from datetime import date

from esmero.intake.bounces.bounce import read_bounce
from esmero.intake.bounces.dsn import Report
from esmero.intake.bounces.meaning import FailureMeaning
from esmero.intake.bounces.returned_message import find_returned
from esmero.intake.bounces.ses_notices import read_notice_object
from esmero.intake.classification import Classification, InboundKind
from esmero.intake.mime.envelope import find_references, find_sender, guess_language
from esmero.intake.mime.message import ParsedMessage, open_letter
from esmero.intake.replies.autoreply import read_autoreply
from esmero.intake.replies.reply import clean_letter, full_text, read_reply
from esmero.intake.replies.unsubscribe import read_unsubscription
from esmero.intake.reports.arf import read_complaint
from esmero.intake.reports.dmarc import UnreadableDmarcReport, find_report

__all__ = ["Classification", "FailureMeaning", "InboundKind", "Report", "classify", "read_reply"]


def classify(raw: bytes, *, today: date | None = None) -> Classification:
    """Classify a message. Any octets give a verdict.

    `today` lets a day of return be read: people name it without the year; without `today` it is not looked for.
    """
    letter = open_letter(raw)
    base = _read_common(letter)
    return (
        _as_aggregate(letter, base)
        or _as_complaint(letter, base)
        or _as_provider_notice(base)
        or _as_bounce(letter, base)
        or _as_person(letter, base, today=today)
    )


def _read_common(letter: ParsedMessage) -> Classification:
    headers, text = letter.headers, full_text(letter)
    returned_id, returned = find_returned(letter, text=text)
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
        truncated=letter.truncated,
    )


def _as_aggregate(letter: ParsedMessage, base: Classification) -> Classification | None:
    try:
        report = find_report(letter)
    except UnreadableDmarcReport as fault:
        return replace(base, kind=InboundKind.DMARC, why=(f"dmarc:unreadable: {fault}"[:300],))
    return replace(base, kind=InboundKind.DMARC, why=("dmarc",), aggregate=report) if report else None


def _as_complaint(letter: ParsedMessage, base: Classification) -> Classification | None:
    complaint = read_complaint(letter)
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
    notice = read_notice_object(base.text)
    if notice is None:
        return None
    known = replace(base, why=(f"notice:{notice.type}",), returned_message_id=notice.message_id)
    if notice.type == "bounce":
        return replace(known, kind=InboundKind.BOUNCE, reports=notice.reports, hard=_all_hard(notice.reports))
    if notice.type == "complaint":
        return replace(known, kind=InboundKind.COMPLAINT, feedback="abuse", reports=_name_recipients(notice.recipients))
    return known


def _as_bounce(letter: ParsedMessage, base: Classification) -> Classification | None:
    bounce = read_bounce(letter)
    if bounce is None:
        return None
    kind = InboundKind.BOUNCE if bounce.reports else InboundKind.OTHER
    hard = _all_hard(bounce.reports) if bounce.reports else None
    return replace(base, kind=kind, why=bounce.why, reports=bounce.reports, hard=hard)


def _as_person(letter: ParsedMessage, base: Classification, *, today: date | None) -> Classification:
    """Return a person, or a machine that answers for one."""
    reply = clean_letter(letter)
    known = replace(base, reply_text=reply)
    if why := read_unsubscription(subject=base.subject, reply=reply):
        return replace(known, kind=InboundKind.UNSUBSCRIBE, why=why)
    answer = read_autoreply(letter.headers, text=reply, today=today)
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
    why = _find_machine_signs(letter)
    return replace(known, kind=InboundKind.OTHER if why else InboundKind.REPLY, why=why or ("person",))


def _find_machine_signs(letter: ParsedMessage) -> tuple[str, ...]:
    """Signs that no person wrote to us: mailing lists, bulk mail, reports, receipts (RFC 3834, 2919, 8098, 9990)."""
    headers = letter.headers
    signs = {
        "auto-submitted": headers.get("auto-submitted", "no").lower().split(";")[0].strip() not in {"no", ""},
        "list": "list-id" in headers or headers.get("precedence").lower() in {"bulk", "list"},
        "receipt": letter.params.get("report-type", "").lower() == "disposition-notification",
        "report": headers.get("subject").lower().startswith("report domain:"),
    }
    return tuple(f"machine:{name}" for name, sign in signs.items() if sign)


def _all_hard(reports: tuple[Report, ...]) -> bool:
    return bool(reports) and all(report.hard for report in reports)


def _name_recipients(addresses: tuple[str, ...]) -> tuple[Report, ...]:
    """Complaints name recipients too; the message reached them, so nothing is held against the address."""
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
