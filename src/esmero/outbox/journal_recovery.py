"""Settle the messages of a dead worker: none is lost, none is sent twice, and uncertain ones are in doubt.

The next worker of the same name reads the journals. Messages on the wire: not begun → planned, answered → as answered,
begun and unanswered → in doubt. Messages that were only claimed → planned. If the machine itself restarted, a missing
line proves nothing: all unanswered messages on the wire are in doubt.
If no worker of that name starts, other workers settle its messages after `ABSENT_AFTER`. They cannot read its journal,
so all its messages on the wire are in doubt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from esmero.outbox.claims import free
from esmero.outbox.journal import JournalFolder
from esmero.outbox.models import Message, MessageEvent
from esmero.outbox.transports.parcels import Fate, Outcome
from esmero.work.wakeups import wake

ABSENT_AFTER = timedelta(minutes=15)

BEFORE_WIRE = (Message.State.PLANNED, Message.State.WAITING, Message.State.CLAIMED)

type Record = Callable[[Sequence[Outcome]], None]


@dataclass(frozen=True)
class JournalRecovery:
    """Hold the numbers of messages that were freed, recorded as answered, and put in doubt."""

    freed: int
    answered: int
    doubts: int


def settle_own(folder: JournalFolder, *, worker: str, record: Record) -> JournalRecovery:
    """Settle the messages of an earlier process of this name from its journals, and delete the journals.

    `record` records outcomes as the sender does, with their effects on addresses.
    """
    remains = folder.read_remains()
    if remains.other_boot:
        # A power cut may also lose the last commits of the ledger, so the journal decides which were on the wire.
        lost = Message.objects.filter(id__in=remains.handed, state__in=BEFORE_WIRE)
        lost.update(state=Message.State.WIRE, claimed_by=worker)
    claimed = list(Message.objects.filter(claimed_by=worker, state=Message.State.CLAIMED).values_list("id", flat=True))
    Message.objects.filter(claimed_by=worker, state=Message.State.ORPHANED).update(state=Message.State.WIRE)
    wire = list(Message.objects.filter(claimed_by=worker, state=Message.State.WIRE).values_list("id", flat=True))
    answered = [remains.outcomes[pk] for pk in wire if pk in remains.outcomes]
    unanswered = [pk for pk in wire if pk not in remains.outcomes]
    doubts = [pk for pk in unanswered if remains.other_boot or pk in remains.begun]
    never_left = [pk for pk in unanswered if pk not in doubts]
    freed = free(claimed, worker=worker) + free(never_left, worker=worker, state=Message.State.WIRE)
    unclear = [
        Outcome(pk, Fate.IN_DOUBT, 0, "", "The sender stopped before the relay answered.", "body") for pk in doubts
    ]
    record([*answered, *unclear])
    folder.clear()
    return JournalRecovery(freed=freed, answered=len(answered), doubts=len(doubts))


def settle_absent(*, now: datetime) -> int:
    """Settle messages whose lease ended `ABSENT_AFTER` ago: free the claimed ones, put those on the wire in doubt.

    Returns the number of messages. A worker that starts again later finds no message of its name in the ledger.
    """
    late = Message.objects.filter(claimed_until__lt=now - ABSENT_AFTER)
    with transaction.atomic():
        freed = late.filter(state=Message.State.CLAIMED).update(
            state=Message.State.PLANNED, claimed_by="", claimed_until=None
        )
        doubts = late.filter(state__in=(Message.State.WIRE, Message.State.ORPHANED)).update(
            state=Message.State.DOUBT,
            due_at=None,
            claimed_by="",
            claimed_until=None,
            trouble="The machine that was sending it did not come back; the relay may have it.",
        )
        if freed:
            wake(Message)
    return freed + doubts


def mark_orphans(*, now: datetime) -> int:
    """Mark messages on the wire whose lease ended as orphaned. Only the journal of their worker can settle them."""
    with transaction.atomic():
        return Message.objects.filter(state=Message.State.WIRE, claimed_until__lt=now).update(
            state=Message.State.ORPHANED
        )


def resolve_doubt(message: Message, *, sent: bool, by: str, now: datetime) -> bool:
    """Record a person's decision on a message in doubt: sent, or planned again with the same Message-ID.

    Returns False if the message is no longer in doubt.
    """
    with transaction.atomic():
        doubt = Message.objects.filter(pk=message.pk, state=Message.State.DOUBT)
        if sent:
            moved = doubt.update(state=Message.State.SENT, sent_at=now, trouble="")
        else:
            moved = doubt.update(state=Message.State.PLANNED, due_at=now, trouble="")
        if moved:
            wake(Message)
            MessageEvent.objects.create(
                message=message, kind=MessageEvent.Kind.RESOLVED, at=now, facts={"sent": sent, "by": by}
            )
    return bool(moved)
