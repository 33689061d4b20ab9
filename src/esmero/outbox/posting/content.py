"""Define what `post` puts into a message: recipients, content, attachments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from esmero.content.models import TemplateVersion
from esmero.house.models import User
from esmero.people.models import Person


@dataclass(frozen=True, slots=True)
class ToPerson:
    """Address a Person at their address of the channel; the gate says so if they have none.

    For mail, load `person.address` before (select_related), so that many are posted without a query each.
    """

    person: Person


@dataclass(frozen=True, slots=True)
class ToStaff:
    """Address a member of staff."""

    user: User


@dataclass(frozen=True, slots=True)
class ToAddress:
    """Address somebody who is no Person here, with the ground for writing ("submission 12", "asked by staff 3").

    For a letter, `address` holds the lines of the envelope.
    """

    address: str
    ground: str
    language: str = ""


type PostRecipient = ToPerson | ToStaff | ToAddress


@dataclass(frozen=True, slots=True)
class FilledTemplate:
    """Fill a template version. `values` win over the recipient's own fields; `promotion`: with its promotion slot."""

    version: TemplateVersion
    values: Mapping[str, Any] = field(default_factory=dict)
    promotion: bool = True

    def stored(self) -> dict[str, Any]:
        """Return the form in the column `content`."""
        return {"values": dict(self.values), "promotion": self.promotion}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenText:
    """Send a text that was written for this message. It has no footer.

    `cc` are addresses that get a copy each. `in_reply_to` and `references` are Message-IDs with angle brackets
    (RFC 5322, section 3.6.4). `reply_to` (name, address) replaces the reply address of ours, through which answers are
    recognised. `sender_name` replaces the brand's.
    """

    subject: str
    text: str
    cc: tuple[str, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: tuple[str, str] | None = None
    sender_name: str = ""

    def stored(self) -> dict[str, Any]:
        """Return the form in the column `content`."""
        return {
            "text": {
                "subject": self.subject,
                "text": self.text,
                "cc": list(self.cc),
                "in_reply_to": self.in_reply_to,
                "references": list(self.references),
                "reply_to": list(self.reply_to) if self.reply_to else None,
                "sender_name": self.sender_name,
            }
        }


type PostContent = FilledTemplate | WrittenText


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """Attach a StoredFile by its id, under a file name."""

    file_id: int
    name: str
