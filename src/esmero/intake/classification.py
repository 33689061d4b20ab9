"""Define the result of reading an incoming message: a frozen value with all that handlers need."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from esmero.intake.bounces.dsn import Report
from esmero.intake.reports.dmarc import DmarcReport


class InboundKind(StrEnum):
    """Name the kinds of incoming message."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTOREPLY = "autoreply"
    CHALLENGE = "challenge"
    UNSUBSCRIBE = "unsubscribe"
    REPLY = "reply"
    DMARC = "dmarc"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """Describe an incoming message: its kind, its sender and its consequences.

    `hard` is None unless the message is a bounce, and true only if every report is hard. `why` holds the signs that
    decided, as codes. `text` is the whole text, `reply_text` the part that the person wrote. `returned_headers` are the
    header fields of the message that came back inside this one, by lower-case name. `truncated`: parts beyond the
    limits were not read. `left`: the person has left the organisation; `moved`: they use another address now;
    `successor` is the replacement address that the autoreply names. `aggregate` is the DMARC report of a message of
    that kind; without one, `why` gives the reason why it could not be read. `feedback` is the feedback type of a
    complaint (RFC 5965 section 7.3; "opt-out" is a request to unsubscribe).
    """

    kind: InboundKind
    sender: str
    subject: str
    text: str
    why: tuple[str, ...]
    message_id: str
    in_reply_to: tuple[str, ...]
    returned_message_id: str
    returned_headers: Mapping[str, str]
    language: str
    truncated: bool
    hard: bool | None = None
    reports: tuple[Report, ...] = ()
    reply_text: str = ""
    absent_until: date | None = None
    successor: str = ""
    left: bool = False
    moved: bool = False
    feedback: str = ""
    aggregate: DmarcReport | None = None
