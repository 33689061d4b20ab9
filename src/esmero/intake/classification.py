"""What the reader of incoming mail says of a message: a frozen value, complete for whoever acts on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from esmero.intake.bounces.dsn import Report
from esmero.intake.reports.dmarc import DmarcReport


class InboundKind(StrEnum):
    """What a message is to us."""

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
    """What a message is, who sent it, and what follows from it.

    `hard` is None unless it is a bounce, and true only when every report says so. `why` names the signs that decided, as
    codes. `text` is the whole text, `reply_text` what the person wrote anew. `returned_headers` are those of the message
    that came back inside this one, by lower-case name. `truncated` says that something lay beyond the bounds.
    `left` says that the person is there no more, `moved` that they read another address now; `successor` is whom the
    machine names. `aggregate` is the DMARC report of a mail of that kind; without it, `why` says what is wrong with it.
    `feedback` is the type of a complaint (RFC 5965 section 7.3; "opt-out" asks to be left in peace).
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
