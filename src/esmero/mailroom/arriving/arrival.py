"""What arrived, with what it belongs to: the message it answers, and whether it proves that it knows that message.

A sender's address proves nothing. Proof is our signed token (in the address it came to, or in what it returns), the
Message-ID of our message, whose local part nobody can guess. A provider whom the operator trusts may sign an event that
names only an address: that is proof for the address, and none for any one of the messages to it.
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

_OWN_HEADERS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
_RETURNED_HEADERS = ("return-path", "reply-to", "list-unsubscribe")
_WHOLE_TEXT = 65_536
TOLD_WITHIN = timedelta(days=7)  # how long after a message a provider tells of it
MOST_TOLD = 50
BY_ADDRESS, ONLY_ONE = "hook:by-address", "hook:only-one"
"""Signs of an event that counts for the address alone, and of one that is tied to the only message that went there lately."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An inbound mail as recognised. `proven` says that token or Message-ID tie it to `message`, not an address alone.

    Where a provider signed an event and named the address alone, the only message that went there lately is taken for the
    one it means: it is `guessed`, which is said wherever it is shown, and no guess moves a message. Of several, `told` are
    those that went to persons, the latest first: what they have in common holds, which of them it is stays unknown.
    """

    inbound: Inbound
    raw: bytes
    verdict: Classification
    brand: Brand | None
    message: Message | None
    proven: bool
    purpose: TokenPurpose | None
    told: tuple[Message, ...] = ()
    guessed: bool = False

    @property
    def at(self) -> datetime:
        """The moment at which it came in."""
        return self.inbound.received_at

    @property
    def evidence(self) -> str:
        """Where to look it up."""
        return f"inbound {self.inbound.pk}"

    def note(self, kind: MessageEventKind, facts: dict[str, Any]) -> bool:
        """Write an event of the message; False when the same mail told us so before (it was delivered twice)."""
        assert self.message is not None
        told = self.verdict.message_id
        facts = {**facts, "inbound": self.inbound.pk, **({"guessed": True} if self.guessed else {})}
        if told:
            facts["mail"] = told
            before = MessageEvent.objects.filter(message=self.message, kind=kind).values_list("facts", flat=True)
            if any(old.get("mail") == told for old in before):
                return False
        MessageEvent.objects.create(message=self.message, kind=kind, at=self.at, facts=facts)
        return True

    def told_by_brand(self) -> list[Message]:
        """Return the brand of which a provider must speak, as its latest message; empty where several wrote lately."""
        return [self.told[0]] if len({one.dispatch.brand_id for one in self.told}) == 1 else []

    def raise_worst(self, worst: MessageWorst) -> None:
        """Keep the worst outcome of the message; a lesser one changes nothing."""
        assert self.message is not None
        Message.objects.filter(pk=self.message.pk, worst__lt=worst).update(worst=worst)


def recognise(inbound: Inbound, *, raw: bytes, verdict: Classification, book: AddressBook) -> Arrival:
    """Find the message that this mail answers, the strongest proof first; an address alone is the last resort."""
    tagged = _find_tag(inbound, raw=raw, book=book)
    message = _load(tagged.message) if tagged and tagged.message else None
    message = message or _find_returned(verdict, book=book, at=inbound.received_at)
    told = [] if message else _find_told(inbound, verdict)
    guessed = len(told) == 1 and told[0].person_id is not None
    message = told[0] if guessed else message
    proven = message is not None
    brand = message.dispatch.brand if message else tagged.brand if tagged else None
    if message is None and brand is not None:
        message = _find_by_address(verdict.sender, brand=brand)
    return Arrival(
        inbound=inbound,
        raw=raw,
        verdict=verdict,
        brand=brand,
        message=message,
        proven=proven,
        purpose=tagged.purpose if tagged else None,
        told=tuple(one for one in told if one.person_id is not None and not guessed),
        guessed=guessed,
    )


def _find_tag(inbound: Inbound, *, raw: bytes, book: AddressBook) -> InboundAddress | None:
    """Read the address that the mail came to; for a file, which has no envelope, those that its headers name."""
    if inbound.envelope_to:
        return book.first([inbound.envelope_to], at=inbound.received_at)
    headers = read_headers(split_head(raw)[0])
    named = [find_address(part) for name in _OWN_HEADERS for value in headers.all(name) for part in value.split(",")]
    return book.first([address for address in named if address][:50], at=inbound.received_at)


def _find_returned(verdict: Classification, *, book: AddressBook, at: datetime) -> Message | None:
    """Find our message by what came back of it, or by what the mail says it answers."""
    ids = [verdict.returned_message_id, *verdict.in_reply_to]
    opaques = [one.partition("@")[0].lower() for one in ids if 0 < len(one.partition("@")[0]) <= 40][:20]
    if opaques:
        rows = {row.opaque: row for row in Message.objects.filter(opaque__in=opaques).select_related("dispatch__brand")}
        for opaque in opaques:
            if opaque in rows:
                return rows[opaque]
    returned = "\n".join(verdict.returned_headers.get(name, "") for name in _RETURNED_HEADERS)
    number = book.find_written(returned, at=at)
    if not number and verdict.kind in (InboundKind.BOUNCE, InboundKind.COMPLAINT):
        number = book.find_written(verdict.text[:_WHOLE_TEXT], at=at)
    return _load(number) if number else None


def _find_by_address(sender: str, *, brand: Brand) -> Message | None:
    """Return the last message that this address got from the brand."""
    rows = Message.objects.filter(
        address=sender.lower(), dispatch__brand=brand, sent_at__isnull=False, person__isnull=False
    )
    return rows.select_related("dispatch__brand").order_by("-sent_at").first()


def _find_told(inbound: Inbound, verdict: Classification) -> list[Message]:
    """Return what went lately to the address of which a provider speaks; many tell only their own number for a message."""
    if not inbound.door.startswith("hook:") or not verdict.sender:
        return []
    lately = inbound.received_at - TOLD_WITHIN
    rows = Message.objects.filter(address=verdict.sender.lower(), sent_at__gt=lately, sent_at__lte=inbound.received_at)
    return list(rows.select_related("dispatch__brand").order_by("-sent_at")[:MOST_TOLD])


def _load(number: int) -> Message | None:
    return Message.objects.filter(pk=number).select_related("dispatch__brand").first()
