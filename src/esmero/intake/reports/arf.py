"""Read complaints: RFC 5965 feedback reports, redacted ones (RFC 6590), and the forms that providers send instead."""

import re
from dataclasses import dataclass

from esmero.intake.bounces.dsn import find_recipient
from esmero.intake.mime.headers import find_address, read_headers
from esmero.intake.mime.message import ParsedMessage, ParsedPart, split_head

_SUBJECT = re.compile(
    r"^complaint about message from|abuse report|spam (?:report|complaint)|feedback[- ]loop|email feedback report|junk (?:mail )?report|\[spamcop|fw: spam|reported as spam|denuncia de spam|signalement de spam|plainte|queja por correo",
    re.IGNORECASE,
)
_SENDER = re.compile(
    r"^(?:staff@(?:hotmail|outlook|live|msn)\.|scomp@aol|feedbackloop@|fbl@|fbl-|abuse@|complaints?@|arf@|jmrp|\S+@(?:reports\.spamcop|signal-spam|abusix|fbl\.)\S*)",
    re.IGNORECASE,
)
# JMRP and similar programmes: the returned message names its recipient.
_RECIPIENT_FIELDS = (
    "x-hmxmroriginalrecipient",
    "x-ms-exchange-organization-originalrecipient",
    "x-aol-feedback",
    "x-feedback-loop",
    "x-loop-recipient",
)


# X-ARF (xarf.org, versions 0.1 to 4), sent by Abusix and abuse teams: the second part is YAML or JSON with these keys.
_XARF_HEADERS = ("x-xarf", "x-arf")
_XARF_KEY = re.compile(
    r"^\s*\"?(?:category|report-?type|report-?class|type)\"?\s*:\s*\"?(?P<type>[a-z_-]{3,40})",
    re.IGNORECASE | re.MULTILINE,
)
_XARF_OTHER = frozenset({"fraud", "phishing", "malware", "info", "auth", "authentication", "vulnerability"})
OPT_OUT = "opt-out"
HARMLESS = frozenset({"not-spam", "auth-failure", "virus", "dmarc"})
"""Feedback types that are no complaint by a person: no address is suppressed for them (RFC 5965, RFC 6591)."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Describe a complaint.

    `feedback` is the feedback type in lower case, `recipients` is empty if redacted, `sign` identified the complaint.
    """

    feedback: str
    recipients: tuple[str, ...]
    sign: str


def read_complaint(message: ParsedMessage) -> Complaint | None:
    """Return the complaint in a message, or None.

    A report of type `not-spam` is returned too; the caller tells it from a complaint by `feedback`.
    """
    report = next(
        (part for part in message.parts if part.type in {"message/feedback-report", "text/feedback-report"}), None
    )
    if report is not None:
        return _read_report(report)
    if message.params.get("report-type", "").lower() == "feedback-report":
        return Complaint("abuse", (), "arf:container")
    if message.headers.get("x-apple-unsubscribe").lower() == "true":
        # The provider's own unsubscribe button, which RFC 6449 section 3.4 distinguishes from a complaint.
        return Complaint(OPT_OUT, (), "provider:x-apple-unsubscribe")
    if any(name in message.headers for name in _XARF_HEADERS):
        return _read_xarf(message)
    returned = message.first("message/rfc822", "text/rfc822-headers")
    if returned is None:
        return None
    inner = read_headers(split_head(returned.content)[0])
    marks = [name for name in _RECIPIENT_FIELDS if name in inner]
    sender, subject = message.headers.address("from", "sender"), message.headers.get("subject")
    if marks or (_SENDER.search(sender) and _SUBJECT.search(subject)):
        named = [inner.get(name) for name in marks]
        found = tuple(dict.fromkeys(address for value in named if (address := find_address(value))))
        return Complaint("abuse", found, f"provider:{marks[0] if marks else 'form'}")
    return None


def _read_report(part: ParsedPart) -> Complaint:
    fields = read_headers(part.content.lstrip())
    given = [*fields.all("original-rcpt-to"), *fields.all("removal-recipient"), *fields.all("redacted-address")]
    recipients = tuple(dict.fromkeys(address for value in given if (address := find_recipient(value))))
    feedback = fields.get("feedback-type", "abuse").strip().lower()[:40] or "abuse"
    if feedback.startswith("opt-out"):  # "opt-out-list" is the same request for one list
        feedback = OPT_OUT
    return Complaint(feedback, recipients, f"arf:{feedback}")


def _read_xarf(message: ParsedMessage) -> Complaint:
    """Read an X-ARF report. Accusations other than spam are no complaint by a recipient."""
    text = "\n".join(part.text for part in message.parts if part.type in {"text/plain", "application/json"})[:65_536]
    types = {found["type"].lower() for found in _XARF_KEY.finditer(text)}
    feedback = "fraud" if types and types <= _XARF_OTHER else "abuse"
    return Complaint(feedback, (), "provider:x-arf")
