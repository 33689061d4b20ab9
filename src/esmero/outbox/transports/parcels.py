"""What every transport takes in and gives back: parcels, and exactly one outcome for each of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """One finished message for one recipient.

    `body` is the complete message in octets, its lines ended by CRLF, not dot-stuffed. Addresses are bare, without
    angle brackets, their domains as A-labels; an empty `return_path` is the null sender. `smtputf8` says that an
    address or a header cannot be expressed without RFC 6531.
    """

    key: int
    return_path: str
    recipient: str
    body: bytes
    smtputf8: bool = False


class Fate(StrEnum):
    """What is known of a parcel when its delivery ends."""

    ACCEPTED = "accepted"
    """The relay has answered for it."""
    REFUSED_FOR_GOOD = "refused"
    """Sending the same again would be refused again (5xx, or impossible over this relay)."""
    REFUSED_FOR_NOW = "deferred"
    """The relay asks to come back later (4xx)."""
    NOT_BEGUN = "not-begun"
    """Nothing of it can have been accepted; it may be sent again without risk."""
    IN_DOUBT = "doubt"
    """Its last octet was, or may have been, handed over, and no answer was read: the relay may have it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one parcel. `code` is 0 and `enhanced` "" where no reply of the relay is behind it.

    `text` is the decoded reply (or our own reason), bounded and printable; `stage` is how far it came:
    connect, ehlo, tls, auth, mail, rcpt, data or body.
    """

    key: int
    fate: Fate
    code: int
    enhanced: str
    text: str
    stage: str


class DeliveryObserver(Protocol):
    """The caller's journal. Both methods are called from the event loop and must not wait.

    An exception from either ends that delivery: nothing more of it is written, and the exception is raised there.
    """

    def begun(self, key: int) -> None:
        """Note that the next octet written may be the first of this message's body.

        Called again for the same key when an attempt provably came to nothing and the parcel is tried anew.
        """

    def answered(self, outcome: Outcome) -> None:
        """Note the one outcome of a parcel, as soon as it is known."""
