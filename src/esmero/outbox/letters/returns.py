"""Record letters that came back: event, worst outcome, and the postal address, which is used no more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from esmero.house.audit import note
from esmero.house.happenings import MessageBounced, happen
from esmero.house.models import Brand, User
from esmero.outbox.letters.numbers import read_number
from esmero.outbox.models import Message, MessageEvent
from esmero.outbox.posting.letter_addresses import list_addresses
from esmero.people.models import Channel, ContactPoint
from esmero.refusal import NotThere, Refusal
from esmero.work.wakeups import wake


class LetterReturnReason(StrEnum):
    """Define why the post brought a letter back, as its label says."""

    UNKNOWN = "unknown"
    MOVED = "moved"
    REFUSED = "refused"
    UNCLAIMED = "unclaimed"
    DECEASED = "deceased"


class LetterReturn(NamedTuple):
    """Hold the message of a returned letter, with all that `undo_return` needs."""

    message: Message
    undo: Mapping[str, Any]


def record_return(number: str, *, reason: LetterReturnReason, by: User | str, at: datetime) -> LetterReturn:
    """Record that the letter of this number came back. One transaction.

    Raises Refusal: no letter has this number, it was not posted, or its return is recorded already.
    """
    pk = read_number(number)
    with transaction.atomic():
        message = (
            Message.objects.select_for_update(of=("self",))
            .select_related("dispatch__brand", "person__organisation")
            .filter(pk=pk or 0, channel=Channel.POST)
            .first()
        )
        if message is None:
            raise NotThere("letter-number-unknown", number=number[:40])
        if message.state != Message.State.SENT:
            raise Refusal("letter-not-posted", number=number)
        if MessageEvent.objects.filter(message=message, kind=MessageEvent.Kind.HARD_BOUNCE).exists():
            raise Refusal("letter-returned-before", number=number)
        event = MessageEvent.objects.create(
            message=message, kind=MessageEvent.Kind.HARD_BOUNCE, at=at, facts={"letter": reason.value, "by": str(by)}
        )
        Message.objects.filter(pk=message.pk).update(worst=Greatest(F("worst"), Message.Worst.HARD_BOUNCE))
        points = _mark_unusable(message)
        happen(MessageBounced(message_id=message.pk, person_id=message.person_id))
        wake(MessageEvent)
        note("letter.returned", by=by, subject=message, facts={"reason": reason.value})
    undo = {"message": message.pk, "event": event.pk, "worst": message.worst, "points": points}
    return LetterReturn(message, undo)


def _mark_unusable(message: Message) -> list[int]:
    """Mark the contact point to which a letter went as unusable, unless it was changed since; return its id."""
    if message.person_id is None:
        return []
    used = list_addresses([message.person_id], brand=message.dispatch.brand).get(message.person_id)
    # The name may have been corrected since.
    if used is None or used.text.split("\n")[1:] != message.address.split("\n")[1:]:
        return []
    ContactPoint.objects.filter(pk=used.point).update(usable=False)
    return [used.point]


def undo_return(facts: Mapping[str, Any], *, by: User | str) -> bool:
    """Take back a return that was recorded by mistake; `facts` are those of LetterReturn.undo. False if it is gone."""
    with transaction.atomic():
        gone, _ = MessageEvent.objects.filter(pk=facts["event"], message=facts["message"]).delete()
        if not gone:
            return False
        Message.objects.filter(pk=facts["message"]).update(worst=facts["worst"])
        ContactPoint.objects.filter(pk__in=facts["points"]).update(usable=True)
        message = Message.objects.get(pk=facts["message"])
        note("letter.return-undone", by=by, subject=message)
    return True


def list_returns(brand: Brand, *, limit: int) -> Sequence[MessageEvent]:
    """Return the letters of a brand that came back, the latest first."""
    rows = MessageEvent.objects.filter(
        kind=MessageEvent.Kind.HARD_BOUNCE, message__channel=Channel.POST, message__dispatch__brand=brand
    )
    return list(rows.select_related("message__person").order_by("-at", "-id")[:limit])
