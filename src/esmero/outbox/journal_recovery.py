"""Settle what a dead worker left: nobody is lost, nobody gets it twice, and who may have it is named.

The worker of the same name reads its journals when it comes back. Of what it had on the wire: not begun → planned,
answered → as answered, begun and unanswered → in doubt. What it had only claimed was never handed over. If the machine
itself restarted, what a journal does not say proves nothing: all that was on the wire unanswered is in doubt.
A worker that stays away is settled by others after `ABSENT_AFTER`, without its journal, on the careful side.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from esmero.outbox.claims import free
from esmero.outbox.journal import JournalFolder
from esmero.outbox.models import Message, MessageEvent
from esmero.outbox.transports.parcels import Fate, Outcome

ABSENT_AFTER = timedelta(minutes=15)

BEFORE_WIRE = (Message.State.PLANNED, Message.State.WAITING, Message.State.CLAIMED)

type Record = Callable[[Sequence[Outcome]], None]


@dataclass(frozen=True)
class JournalRecovery:
    """How many messages a dead worker had in its hands, and what became of them."""

    freed: int
    answered: int
    doubts: int


def settle_own(desk: JournalFolder, *, worker: str, record: Record) -> JournalRecovery:
    """Settle what an earlier process of this name left in the ledger, from its journals, and clear them.

    `record` writes outcomes into the ledger as the sender itself would have, with their effects.
    """
    remains = desk.read_remains()
    if remains.other_boot:
        # A power cut may have taken the ledger's last commits too: what the journal handed over was on the wire.
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
    desk.clear()
    return JournalRecovery(freed=freed, answered=len(answered), doubts=len(doubts))


def settle_absent(*, now: datetime) -> int:
    """Settle workers that have been away for too long: what was not on the wire is freed, the rest is in doubt.

    Returns the number of messages touched. A worker that comes back later finds nothing of its name in the ledger.
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
    return freed + doubts


def mark_orphans(*, now: datetime) -> int:
    """Name what is on the wire of a worker whose lease ran out; nobody but that worker may take it up."""
    with transaction.atomic():
        return Message.objects.filter(state=Message.State.WIRE, claimed_until__lt=now).update(
            state=Message.State.ORPHANED
        )


def resolve_doubt(message: Message, *, sent: bool, by: str, now: datetime) -> bool:
    """Let a person decide a doubt: it arrived (`sent`), or it goes again with the same Message-ID.

    Returns False when somebody else decided first.
    """
    with transaction.atomic():
        doubt = Message.objects.filter(pk=message.pk, state=Message.State.DOUBT)
        if sent:
            moved = doubt.update(state=Message.State.SENT, sent_at=now, trouble="")
        else:
            moved = doubt.update(state=Message.State.PLANNED, due_at=now, trouble="")
        if moved:
            MessageEvent.objects.create(
                message=message, kind=MessageEvent.Kind.RESOLVED, at=now, facts={"sent": sent, "by": by}
            )
    return bool(moved)
