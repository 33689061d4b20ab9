"""Match an inbound message to the message that it answers, and say whether the match is proven.

A sender's address proves nothing. Proof is a signed token of ours (in the envelope recipient, or in the returned
message), or the Message-ID of our message, whose local part nobody can guess. A provider that the operator trusts may
sign an event that names only an address: this proves the address, but none of the messages to it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from esmero.house.models import Brand
from esmero.intake.classify import Classification, InboundKind
from esmero.intake.mime.headers import find_address, read_headers
from esmero.intake.mime.message import split_head
from esmero.mailroom.inbound_addresses import AddressBook, InboundAddress
from esmero.mailroom.models import Inbound
from esmero.outbox.models import Message, MessageEvent, MessageEventKind, MessageWorst
from esmero.rendering.tokens import TokenPurpose
from esmero.work.wakeups import wake

_OWN_HEADERS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
_RETURNED_HEADERS = ("return-path", "reply-to", "list-unsubscribe")
_MAX_TEXT = 65_536
REPORTED_WITHIN = timedelta(days=7)  # a provider reports on a message at most this long after it was sent
MAX_CANDIDATES = 50
BY_ADDRESS, ONLY_ONE = "hook:by-address", "hook:only-one"
"""Signs of an event that counts for the address alone, and of one matched to the only recent message to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Describe an inbound message after matching.

    `proven`: a token or Message-ID ties it to `message`, not an address alone.

    If a provider signed an event that names only an address, and only one recent message went there, this one is
    assumed: it is `guessed`, is shown as such, and is never sent again for it. If there are several, `candidates` holds
    those that went to persons, the latest first: facts that they share are certain, but the message stays unknown.
    """

    inbound: Inbound
    raw: bytes
    verdict: Classification
    brand: Brand | None
    message: Message | None
    proven: bool
    purpose: TokenPurpose | None
    candidates: tuple[Message, ...] = ()
    guessed: bool = False

    @property
    def at(self) -> datetime:
        """Return the time of receipt."""
        return self.inbound.received_at

    @property
    def evidence(self) -> str:
        """Return the reference under which staff can find the inbound message."""
        return f"inbound {self.inbound.pk}"

    def note(self, kind: MessageEventKind, facts: dict[str, Any]) -> bool:
        """Create an event of the message; False if the same mail was recorded before (it was delivered twice)."""
        assert self.message is not None
        mail = self.verdict.message_id
        facts = {**facts, "inbound": self.inbound.pk, **({"guessed": True} if self.guessed else {})}
        if mail:
            facts["mail"] = mail
            before = MessageEvent.objects.filter(message=self.message, kind=kind).values_list("facts", flat=True)
            if any(old.get("mail") == mail for old in before):
                return False
        MessageEvent.objects.create(message=self.message, kind=kind, at=self.at, facts=facts)
        wake(MessageEvent)
        return True

    def candidates_of_brand(self) -> list[Message]:
        """Return the latest candidate if all candidates belong to one brand; else an empty list."""
        return [self.candidates[0]] if len({one.dispatch.brand_id for one in self.candidates}) == 1 else []

    def raise_worst(self, worst: MessageWorst) -> None:
        """Set the worst outcome of the message; a lesser one changes nothing."""
        assert self.message is not None
        Message.objects.filter(pk=self.message.pk, worst__lt=worst).update(worst=worst)


def recognise(inbound: Inbound, *, raw: bytes, verdict: Classification, book: AddressBook) -> Arrival:
    """Match a message to the one that it answers: the strongest proof first, an address alone as the last resort."""
    inbound_address = _find_inbound_address(inbound, raw=raw, book=book)
    message = _load(inbound_address.message) if inbound_address and inbound_address.message else None
    message = message or _find_returned(verdict, book=book, at=inbound.received_at)
    candidates = [] if message else _find_candidates(inbound, verdict)
    guessed = len(candidates) == 1 and candidates[0].person_id is not None
    message = candidates[0] if guessed else message
    proven = message is not None
    brand = message.dispatch.brand if message else inbound_address.brand if inbound_address else None
    if message is None and brand is not None:
        message = _find_by_address(verdict.sender, brand=brand)
    return Arrival(
        inbound=inbound,
        raw=raw,
        verdict=verdict,
        brand=brand,
        message=message,
        proven=proven,
        purpose=inbound_address.purpose if inbound_address else None,
        candidates=tuple(one for one in candidates if one.person_id is not None and not guessed),
        guessed=guessed,
    )


def _find_inbound_address(inbound: Inbound, *, raw: bytes, book: AddressBook) -> InboundAddress | None:
    """Parse the envelope recipient; a file has no envelope, so its headers are used."""
    if inbound.envelope_to:
        return book.first([inbound.envelope_to], at=inbound.received_at)
    headers = read_headers(split_head(raw)[0])
    named = [find_address(part) for name in _OWN_HEADERS for value in headers.all(name) for part in value.split(",")]
    return book.first([address for address in named if address][:50], at=inbound.received_at)


def _find_returned(verdict: Classification, *, book: AddressBook, at: datetime) -> Message | None:
    """Find our message by its returned part, or by the references of the mail.

    Tokens first: a copy (Cc) has the Message-ID of the message that it copies.
    """
    returned = "\n".join(verdict.returned_headers.get(name, "") for name in _RETURNED_HEADERS)
    if number := book.find_message(returned, at=at):
        return _load(number)
    ids = [verdict.returned_message_id, *verdict.in_reply_to]
    opaques = [one.partition("@")[0].lower() for one in ids if 0 < len(one.partition("@")[0]) <= 40][:20]
    if opaques:
        rows = {row.opaque: row for row in Message.objects.filter(opaque__in=opaques).select_related("dispatch__brand")}
        for opaque in opaques:
            if opaque in rows:
                return rows[opaque]
    if verdict.kind not in (InboundKind.BOUNCE, InboundKind.COMPLAINT):
        return None
    number = book.find_message(verdict.text[:_MAX_TEXT], at=at)
    return _load(number) if number else None


def _find_by_address(sender: str, *, brand: Brand) -> Message | None:
    """Return the last message that the brand sent to this address."""
    rows = Message.objects.filter(
        address=sender.lower(), dispatch__brand=brand, sent_at__isnull=False, person__isnull=False
    )
    return rows.select_related("dispatch__brand").order_by("-sent_at").first()


def _find_candidates(inbound: Inbound, verdict: Classification) -> list[Message]:
    """Return recent messages to the address of a provider's event.

    Many providers report only their own message number.
    """
    if not inbound.door.startswith("hook:") or not verdict.sender:
        return []
    lately = inbound.received_at - REPORTED_WITHIN
    rows = Message.objects.filter(address=verdict.sender.lower(), sent_at__gt=lately, sent_at__lte=inbound.received_at)
    return list(rows.select_related("dispatch__brand").order_by("-sent_at")[:MAX_CANDIDATES])


def _load(number: int) -> Message | None:
    return Message.objects.filter(pk=number).select_related("dispatch__brand").first()
