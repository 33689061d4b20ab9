"""Recognise delivery notices and read their reports: standard report blocks first, free text as a fallback."""

import re
from dataclasses import dataclass, replace

from esmero.intake.bounces.dsn import REPORT_TYPES, Report, make_report, read_reports
from esmero.intake.bounces.free_text import chunk_of, cut_returned, find_failed, read_notice, read_prose
from esmero.intake.bounces.meaning import find_status, read_words
from esmero.intake.bounces.recognition import (
    BOUNCE_SENTENCE,
    BOUNCE_SUBJECT,
    DELAY_SENTENCE,
    FORWARD_PREFIX,
    MACHINE_NAME,
    MACHINE_SENDER,
    REPLY_PREFIX,
)
from esmero.intake.mime.headers import Headers
from esmero.intake.mime.message import ParsedMessage

# A reply of an SMTP server, quoted in running text.
_REFUSAL = re.compile(
    r"\b[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}\b|(?:said|replied|error(?: message)?|response)[^\n]{0,40}: ?[45]\d\d\b|\(#[45]\.\d\.\d\)|^[ <]*5\d\d ",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTE_MARK = re.compile(r"^>+ ?", re.MULTILINE)
_FORWARDED_FROM = re.compile(
    r"^>*\s*(?:From|De|Von|Da)\s*:.*(?:mailer-daemon|postmaster|mail delivery)", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Bounce:
    """Hold the reports of a delivery notice and the signs that identified it; no reports: nothing failed."""

    reports: tuple[Report, ...]
    why: tuple[str, ...]


def read_bounce(message: ParsedMessage) -> Bounce | None:
    """Read a delivery notice; None if the message is none. A notice of success is returned without reports."""
    notice = read_notice(message)
    delivered = False
    if any(part.type in REPORT_TYPES for part in message.parts):
        reports = read_reports(message, prose=notice[:4_000])
        failures = tuple(
            _complete(report, notice, message.headers) for report in reports if report.action != "delivered"
        )
        if failures:
            return Bounce(failures, ("dsn", *dict.fromkeys(f"meaning:{report.meaning}" for report in failures)))
        delivered = bool(reports)
    if delivered:
        return Bounce((), ("dsn:delivered",))
    signs = find_signs(message, notice)
    if not signs:
        return None
    if "prose:forwarded" in signs:
        notice = cut_returned(_QUOTE_MARK.sub("", notice))
    reports = read_prose(message, notice=notice)
    return Bounce(reports, (*signs, *dict.fromkeys(f"meaning:{report.meaning}" for report in reports)))


def find_signs(message: ParsedMessage, notice: str) -> tuple[str, ...]:
    """Return the signs that make a message without report blocks a delivery notice; empty if they do not suffice."""
    headers, subject = message.headers, message.headers.get("subject")
    if "x-failed-recipients" in headers:
        return ("prose:x-failed-recipients",)
    if FORWARD_PREFIX.match(subject) and BOUNCE_SUBJECT.search(subject) and _FORWARDED_FROM.search(notice):
        return ("prose:forwarded",)
    machine = _is_machine(headers)
    said = BOUNCE_SENTENCE.search(_QUOTE_MARK.sub("", notice) if machine else _unquoted(notice))
    named = BOUNCE_SUBJECT.search(subject) and not REPLY_PREFIX.match(subject)
    refused = _REFUSAL.search(notice)
    signs = [
        name
        for name, sign in (("sender", machine), ("subject", named), ("sentence", said), ("refusal", refused))
        if sign
    ]
    returned = (
        message.first("message/rfc822", "text/rfc822-headers") and find_failed(headers, notice) and read_words(notice)
    )
    if said and returned and not REPLY_PREFIX.match(subject) and not FORWARD_PREFIX.match(subject):
        return (*(f"prose:{name}" for name in signs), "prose:returned")
    enough = machine and (named or said or refused)
    if named and (said or refused) and "in-reply-to" not in headers:
        # The sender is no known machine, but the text names a recipient that it could not reach.
        enough = enough or bool(find_failed(headers, notice))
    return tuple(f"prose:{name}" for name in signs) if enough else ()


def _is_machine(headers: Headers) -> bool:
    sender = headers.get("from")
    address = headers.address("from")
    if sender in {"<>", ""} or sender.endswith("<>"):
        return "from" in headers or headers.get("return-path") == "<>"
    return bool(MACHINE_SENDER.match(address or sender) or MACHINE_NAME.search(sender.split("<", maxsplit=1)[0]))


def _unquoted(notice: str) -> str:
    return "\n".join(line for line in notice.split("\n") if not line.startswith(">"))


def _complete(report: Report, notice: str, headers: Headers) -> Report:
    """Complete a report without recipient or reason from the free text beside it."""
    if not report.recipient and len(found := find_failed(headers, notice)) == 1 and not report.diagnostic:
        report = replace(report, recipient=found[0])
    if (
        report.action == "failed"
        and not report.diagnostic
        and DELAY_SENTENCE.search(notice[:600])
        and report.status.startswith("4")
    ):
        return replace(report, action="delayed", hard=False)
    words = chunk_of(notice, report.recipient)
    if not find_status(report.diagnostic) and not report.status.strip("5.0") and find_status(words):
        filled = make_report(
            report.recipient,
            action=report.action,
            status=find_status(words),
            diagnostic=report.diagnostic,
            hints=(words,),
        )
        return replace(filled, remote_mta=report.remote_mta, envelope_id=report.envelope_id)
    return report
