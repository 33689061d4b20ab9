"""Define the interface of transports: parcels in, exactly one outcome for each of them out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """Hold one finished message for one recipient.

    `body` is the complete message in octets, its lines ended by CRLF, not dot-stuffed. Addresses have no angle
    brackets, and their domains are A-labels; an empty `return_path` is the null sender. `smtputf8`: an address or a
    header cannot be expressed without RFC 6531.
    """

    key: int
    return_path: str
    recipient: str
    body: bytes
    smtputf8: bool = False


class Fate(StrEnum):
    """Name the possible ends of a parcel's delivery."""

    ACCEPTED = "accepted"
    """The relay has accepted responsibility for it."""
    REFUSED_PERMANENTLY = "refused"
    """Sending the same again would be refused again (5xx, or impossible over this relay)."""
    REFUSED_TEMPORARILY = "deferred"
    """The relay asks to try again later (4xx)."""
    NOT_BEGUN = "not-begun"
    """Nothing of it can have been accepted; it may be sent again without risk."""
    IN_DOUBT = "doubt"
    """Its last octet was, or may have been, sent, and no reply was read: the relay may have it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Describe the end of one parcel. `code` is 0 and `enhanced` "" if no reply of the relay caused it.

    `text` is the decoded reply (or our own reason), bounded and printable; `stage` is the stage that was reached:
    connect, ehlo, tls, auth, mail, rcpt, data or body.
    """

    key: int
    fate: Fate
    code: int
    enhanced: str
    text: str
    stage: str


class DeliveryObserver(Protocol):
    """Journal the progress of a delivery. Both methods are called from the event loop and must not wait.

    An exception from either ends that delivery: nothing more of it is written, and the exception is raised to the
    caller.
    """

    def begun(self, key: int) -> None:
        """Record that the next octet written may be the first of this message's body.

        Called again for the same key if an attempt provably failed before acceptance and the parcel is tried again.
        """

    def answered(self, outcome: Outcome) -> None:
        """Record the one outcome of a parcel, as soon as it is known."""
