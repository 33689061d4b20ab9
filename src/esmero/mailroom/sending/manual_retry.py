"""Retry by hand: a message, all messages that wait for an address, or an inbound message that failed."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from esmero.campaigns.lifecycle import reopen_for_retry
from esmero.house.audit import note
from esmero.house.models import User
from esmero.mailroom.models import Inbound
from esmero.outbox.models import Message, MessageEvent
from esmero.refusal import Refusal
from esmero.work.wakeups import wake

MAX_MESSAGES = 1000


def try_message_again(message: Message, *, by: User | str) -> None:
    """Make one message due now; the gate judges it again before it is sent.

    Raises:
        Refusal: it neither waits for a next try nor was given up without a hard bounce or complaint.

    """
    with transaction.atomic():
        if not _make_due([message.pk], by=by):
            raise Refusal("message-not-retriable")
        note("message.again", by=by, subject=message)


def try_addresses_again(addresses: Sequence[str], *, by: User | str) -> int:
    """Make all messages that wait for these addresses due now; return their number. At most MAX_MESSAGES of each."""
    waiting = Message.objects.filter(address__in=list(addresses)[:MAX_MESSAGES], state=Message.State.WAITING)
    ids = list(waiting.values_list("id", flat=True)[:MAX_MESSAGES])
    with transaction.atomic():
        moved = _make_due(ids, by=by)
        if moved:
            note("address.again", by=by, facts={"addresses": len(addresses), "messages": moved})
    return moved


def _make_due(ids: Sequence[int], *, by: User | str) -> int:
    """Make messages due now, inside the caller's transaction. The tries of those given up start again from zero."""
    now, final = timezone.now(), (Message.Worst.HARD_BOUNCE, Message.Worst.COMPLAINED)
    rows = Message.objects.filter(id__in=ids).exclude(worst__in=final)
    movable = (Message.State.WAITING, Message.State.GAVE_UP)
    moved = list(rows.filter(state__in=movable).select_for_update(of=("self",)).values_list("id", "dispatch"))
    keys = [pk for pk, _dispatch in moved]
    Message.objects.filter(id__in=keys, state=Message.State.WAITING).update(due_at=now)
    Message.objects.filter(id__in=keys, state=Message.State.GAVE_UP).update(
        state=Message.State.PLANNED, due_at=now, tries=0, trouble="", worst=Message.Worst.NOTHING
    )
    MessageEvent.objects.bulk_create(
        MessageEvent(message_id=pk, kind=MessageEvent.Kind.RETRIED, at=now, facts={"by": str(by)}) for pk in keys
    )
    for dispatch in sorted({dispatch for _pk, dispatch in moved}):
        reopen_for_retry(dispatch)
    return len(keys)


def read_again(inbound: Inbound, *, by: User | str) -> bool:
    """Queue a failed inbound message for handling again; False if it has not failed."""
    with transaction.atomic():
        moved = Inbound.objects.filter(pk=inbound.pk, state=Inbound.State.FAILED).update(
            state=Inbound.State.NEW, due_at=timezone.now(), tries=0, trouble=""
        )
        if moved:
            note("inbound.again", by=by, subject=inbound)
            wake(Inbound)
    return bool(moved)
