"""Post single messages into the ledger: the one way out for all packages above.

`post` writes in the caller's transaction; the sender does the rest. (kind, key) is unique for all recipients: posting
the same again returns the message that is there. `post_many` posts a set in a constant number of queries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from esmero.content.models import TemplateVersion
from esmero.house.models import Brand
from esmero.outbox.ledger import new_opaque
from esmero.outbox.models import Dispatch, Message, MessageAttachment, Relay
from esmero.outbox.posting.content import (
    AttachedFile,
    FilledTemplate,
    PostContent,
    PostRecipient,
    ToAddress,
    ToPerson,
    ToStaff,
    WrittenText,
)
from esmero.outbox.posting.dispatches import DispatchFacts, find_standing
from esmero.outbox.posting.kinds import LANES, MessageKind
from esmero.outbox.posting.letter_addresses import find_letter_addresses
from esmero.outbox.receivers import receiver_of
from esmero.outbox.relays import find_relay_id
from esmero.people.models import Channel, Topic
from esmero.refusal import InvalidValue
from esmero.rendering.mime.headers import write_address
from esmero.work.wakeups import wake

BATCH = 500  # rows of an INSERT


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Describe one message for `post_many`. An empty `key` never equals another.

    `language` replaces the recipient's.
    `not_before`: the earliest time to send it. `held`: it waits until a person approves it (posting/decisions.py).
    """

    to: PostRecipient
    content: PostContent
    key: str = ""
    language: str = ""
    attachments: tuple[AttachedFile, ...] = ()
    lane: int | None = None
    not_before: datetime | None = None
    held: bool = False


def post(
    kind: MessageKind,
    to: PostRecipient,
    content: PostContent,
    *,
    brand: Brand,
    key: str = "",
    language: str = "",
    attachments: Sequence[AttachedFile] = (),
    lane: int | None = None,
    not_before: datetime | None = None,
    held: bool = False,
    channel: Channel = Channel.EMAIL,
    topic: Topic | None = None,
    reason: Mapping[str, str] | None = None,
    relay: Relay | None = None,
) -> Message:
    """Put one message into the ledger; return it, or the one that has this kind and key already.

    Arguments are those of Post and `post_many`.

    Raises:
        NoRelay: the brand has no relay.
        HeaderInjection: an address is none.
    """
    one = Post(
        to=to,
        content=content,
        key=key,
        language=language,
        attachments=tuple(attachments),
        lane=lane,
        not_before=not_before,
        held=held,
    )
    return post_many(kind, [one], brand=brand, channel=channel, topic=topic, reason=reason, relay=relay)[0]


def post_many(
    kind: MessageKind,
    posts: Sequence[Post],
    *,
    brand: Brand,
    channel: Channel = Channel.EMAIL,
    topic: Topic | None = None,
    reason: Mapping[str, str] | None = None,
    relay: Relay | None = None,
) -> list[Message]:
    """Put messages of one kind and brand into the ledger; return them in this order.

    `topic` and `reason` ({language: text}) are for classes that the gate asks for them; `relay` replaces the brand's.

    Raises:
        NoRelay: the brand has no relay.
        HeaderInjection: an address is none.
        ValueError: a letter has attachments or copies, or goes to staff.
    """
    now = timezone.now()
    relay_id = relay.pk if relay else find_relay_id(brand) if channel == Channel.EMAIL else None
    letters = _find_letter_addresses(posts, brand=brand) if channel == Channel.POST else None
    with transaction.atomic():
        dispatches = {
            version: find_standing(
                DispatchFacts(
                    brand=brand,
                    message_class=kind.message_class,
                    channel=channel,
                    topic=topic,
                    version=version,
                    relay_id=relay_id,
                    reason=reason or {},
                ),
                now=now,
            )
            for version in dict.fromkeys(_version_of(one) for one in posts)
        }
        found: dict[str, Message] = {}
        while True:
            rows = _make_rows(
                posts,
                kind,
                brand=brand,
                channel=channel,
                dispatches=dispatches,
                found=found,
                letters=letters,
                now=now,
            )
            try:
                with transaction.atomic():
                    _insert([(posts[place], row) for place, row in rows.items()], kind=kind, brand=brand, now=now)
                    wake(Message)
                break
            except IntegrityError:
                # One of the keys is in the ledger. Usually none is, so nobody looks before.
                known = len(found)
                found = _find_posted(kind, posts)
                if len(found) == known:
                    raise
    by_key = {**found, **{row.occasion: row for row in rows.values()}}
    return [rows[place] if place in rows else by_key[one.key] for place, one in enumerate(posts)]


def _find_letter_addresses(posts: Sequence[Post], *, brand: Brand) -> Mapping[PostRecipient, str]:
    """Return the lines on the envelopes; raises InvalidValue for what a letter cannot have."""
    if any(one.attachments or (isinstance(one.content, WrittenText) and one.content.cc) for one in posts):
        raise InvalidValue("letter-with-attachments")
    return find_letter_addresses([one.to for one in posts], brand=brand)


def _version_of(one: Post) -> TemplateVersion | None:
    return one.content.version if isinstance(one.content, FilledTemplate) else None


def _make_rows(
    posts: Sequence[Post],
    kind: MessageKind,
    *,
    brand: Brand,
    channel: Channel,
    dispatches: Mapping[TemplateVersion | None, int],
    found: Mapping[str, Message],
    letters: Mapping[PostRecipient, str] | None,
    now: datetime,
) -> dict[int, Message]:
    """Make the messages of those posts whose key is not there, once each, by their place."""
    rows: dict[int, Message] = {}
    keys = set(found)
    for place, one in enumerate(posts):
        if one.key in keys:
            continue
        if one.key:
            keys.add(one.key)
        row = _make(one, kind=kind, brand=brand, channel=channel, now=now)
        if letters is not None:
            row.address = letters[one.to]
        row.dispatch_id = dispatches[_version_of(one)]
        rows[place] = row
    return rows


class JudgedRecipient(NamedTuple):
    """Hold a person whom a dry run judged, with the verdict; a refused one is in the ledger too, with the reasons."""

    person_id: int
    address: str
    language: str
    refused: bool
    verdict: str
    objections: dict[str, Any] | None
    promotion: str


def post_judged(
    dispatch: Dispatch, recipients: Iterable[JudgedRecipient], *, judged_at: datetime | None, now: datetime
) -> None:
    """Put one message a person into the ledger, on the dispatch of a campaign, in the caller's transaction."""
    lane = LANES[dispatch.message_class]
    rows = [
        Message(
            dispatch=dispatch,
            person_id=one.person_id,
            address=one.address,
            receiver=receiver_of(one.address),
            language=one.language,
            channel=dispatch.channel,
            lane=lane,
            state=Message.State.REFUSED if one.refused else Message.State.PLANNED,
            verdict=one.verdict,
            objections=one.objections,
            promotion=one.promotion,
            judged_at=judged_at,
            due_at=None if one.refused else now,
            opaque=new_opaque(),
        )
        for one in recipients
    ]
    Message.objects.bulk_create(rows, batch_size=BATCH)


def _find_posted(kind: MessageKind, posts: Iterable[Post]) -> dict[str, Message]:
    """Return the messages of these keys that are in the ledger."""
    keys = [one.key for one in posts if one.key]
    if not keys:
        return {}
    return {row.occasion: row for row in Message.objects.filter(kind=kind.name, occasion__in=keys)}


def _make(one: Post, *, kind: MessageKind, brand: Brand, channel: Channel, now: datetime) -> Message:
    opaque = new_opaque()
    recipient = _recipient_columns(one.to, brand=brand, channel=channel)
    if one.language:
        recipient["language"] = one.language
    return Message(
        kind=kind.name,
        occasion=one.key or opaque,
        channel=channel,
        lane=kind.lane if one.lane is None else one.lane,
        state=Message.State.HELD if one.held else Message.State.PLANNED,
        due_at=one.not_before or now,
        opaque=opaque,
        posted_at=now,
        content=one.content.stored(),
        content_until=(one.not_before or now) + kind.expires if kind.expires else None,
        **recipient,
    )


def _recipient_columns(to: PostRecipient, *, brand: Brand, channel: Channel) -> dict[str, Any]:
    """Return person, address, language and ground of a message; of a letter, without its address."""
    match to:
        case ToPerson(person):
            address = person.address.value if channel == Channel.EMAIL and person.address else ""
            return {"person": person, "language": person.language or brand.language, **_address_columns(address)}
        case ToStaff(user):
            address = write_address(user.email, header="To", field="email").lower()
            ground = f"staff {user.pk}"
            return {"language": user.language or brand.language, "ground": ground, **_address_columns(address)}
        case ToAddress(_, ground, language) if channel == Channel.POST:
            return {"language": language or brand.language, "ground": ground}
        case ToAddress(address, ground, language):
            written = write_address(address, header="To", field="to").lower()
            return {"language": language or brand.language, "ground": ground, **_address_columns(written)}


def _address_columns(address: str) -> dict[str, str]:
    return {"address": address, "receiver": receiver_of(address)}


def _insert(rows: Sequence[tuple[Post, Message]], *, kind: MessageKind, brand: Brand, now: datetime) -> None:
    Message.objects.bulk_create([row for _, row in rows], batch_size=BATCH)
    copies = [(one, copy) for one, row in rows for copy in _make_copies(one, row, kind=kind, brand=brand, now=now)]
    if copies:
        Message.objects.bulk_create([copy for _, copy in copies], batch_size=BATCH)
    attached = [
        MessageAttachment(message=row, file_id=file.file_id, name=file.name[:255], position=position)
        for one, row in (*rows, *copies)
        for position, file in enumerate(one.attachments)
    ]
    if attached:
        MessageAttachment.objects.bulk_create(attached, batch_size=BATCH)


def _make_copies(one: Post, row: Message, *, kind: MessageKind, brand: Brand, now: datetime) -> list[Message]:
    """Make a row for each address in Cc: it is judged, sent and settled by itself, and shows the same headers."""
    if not isinstance(one.content, WrittenText):
        return []
    copies = []
    addresses = (write_address(address, header="Cc", field="cc").lower() for address in one.content.cc)
    others = [address for address in dict.fromkeys(addresses) if address != row.address]
    for number, address in enumerate(others, start=1):
        to = ToAddress(address, ground=f"copy of message {row.pk}", language=row.language)
        copy = _make(replace(one, to=to), kind=kind, brand=brand, channel=Channel.EMAIL, now=now)
        copy.dispatch_id, copy.copy_of, copy.occasion = row.dispatch_id, row, f"{row.opaque} cc {number}"
        copies.append(copy)
    return copies
