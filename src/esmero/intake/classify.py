"""The public door: octets of a message that came back in, a frozen verdict out, never an exception."""

from dataclasses import replace
from datetime import date

from esmero.intake.arf import read_complaint
from esmero.intake.autoreply import read_autoreply
from esmero.intake.bounce import read_bounce
from esmero.intake.dmarc import Unreadable, find_report
from esmero.intake.dsn import Report
from esmero.intake.envelope import find_references, find_sender, guess_language
from esmero.intake.meaning import Meaning
from esmero.intake.message import Letter, open_letter
from esmero.intake.notices import read_notice_object
from esmero.intake.reply import clean_letter, full_text, read_reply
from esmero.intake.returned import find_returned
from esmero.intake.unsubscribe import read_unsubscription
from esmero.intake.verdict import Kind, Verdict

__all__ = ["Kind", "Meaning", "Report", "Verdict", "classify", "read_reply"]


def classify(raw: bytes, *, today: date | None = None) -> Verdict:
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


def _read_common(letter: Letter) -> Verdict:
    headers, text = letter.headers, full_text(letter)
    returned_id, returned = find_returned(letter, text=text)
    return Verdict(
        kind=Kind.OTHER,
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


def _as_aggregate(letter: Letter, base: Verdict) -> Verdict | None:
    try:
        report = find_report(letter)
    except Unreadable as fault:
        return replace(base, kind=Kind.DMARC, why=(f"dmarc:unreadable: {fault}"[:300],))
    return replace(base, kind=Kind.DMARC, why=("dmarc",), aggregate=report) if report else None


def _as_complaint(letter: Letter, base: Verdict) -> Verdict | None:
    complaint = read_complaint(letter)
    if complaint is None:
        return None
    kind = Kind.OTHER if complaint.feedback == "not-spam" else Kind.COMPLAINT
    return replace(
        base,
        kind=kind,
        why=(complaint.sign,),
        feedback=complaint.feedback,
        reports=_name_recipients(complaint.recipients),
    )


def _as_provider_notice(base: Verdict) -> Verdict | None:
    notice = read_notice_object(base.text)
    if notice is None:
        return None
    known = replace(base, why=(f"notice:{notice.type}",), returned_message_id=notice.message_id)
    if notice.type == "bounce":
        return replace(known, kind=Kind.BOUNCE, reports=notice.reports, hard=_all_hard(notice.reports))
    if notice.type == "complaint":
        return replace(known, kind=Kind.COMPLAINT, feedback="abuse", reports=_name_recipients(notice.recipients))
    return known


def _as_bounce(letter: Letter, base: Verdict) -> Verdict | None:
    bounce = read_bounce(letter)
    if bounce is None:
        return None
    kind = Kind.BOUNCE if bounce.reports else Kind.OTHER
    hard = _all_hard(bounce.reports) if bounce.reports else None
    return replace(base, kind=kind, why=bounce.why, reports=bounce.reports, hard=hard)


def _as_person(letter: Letter, base: Verdict, *, today: date | None) -> Verdict:
    """Return a person, or a machine that answers for one."""
    reply = clean_letter(letter)
    known = replace(base, reply_text=reply)
    if why := read_unsubscription(subject=base.subject, reply=reply):
        return replace(known, kind=Kind.UNSUBSCRIBE, why=why)
    answer = read_autoreply(letter.headers, text=reply, today=today)
    if answer is not None:
        return replace(
            known,
            kind=Kind.CHALLENGE if answer.challenge else Kind.AUTOREPLY,
            why=answer.why,
            absent_until=answer.absent_until,
            successor=answer.successor,
            left=answer.left,
            moved=answer.moved,
        )
    why = _find_machine_signs(letter)
    return replace(known, kind=Kind.OTHER if why else Kind.REPLY, why=why or ("person",))


def _find_machine_signs(letter: Letter) -> tuple[str, ...]:
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
            meaning=Meaning.UNDEFINED,
            hard=False,
            diagnostic="",
            remote_mta="",
            envelope_id="",
        )
        for address in addresses
    )
