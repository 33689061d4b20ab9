"""Trying again by hand: a message, what waits for an address, or a mail that could not be read."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from esmero.campaigns.lifecycle import reopen_for_retry
from esmero.house.audit import note
from esmero.house.models import User
from esmero.mailroom.models import Inbound
from esmero.outbox.models import Message, MessageEvent

MOST = 1000


class RetryRefused(Exception):
    """The message has left, waits for nothing, or returned for good."""


def try_message_again(message: Message, *, by: User | str) -> None:
    """Let one message go again now; the gate is asked before it leaves.

    Raises:
        NotAgain: it neither waits for a next try nor was given up with hope left.

    """
    with transaction.atomic():
        if not _put_back([message.pk], by=by):
            raise RetryRefused
        note("message.again", by=by, subject=message)


def try_addresses_again(addresses: Sequence[str], *, by: User | str) -> int:
    """Let all that waits for these addresses go now, instead of at its next try; returns how many messages."""
    waiting = Message.objects.filter(address__in=list(addresses)[:MOST], state=Message.State.WAITING)
    ids = list(waiting.values_list("id", flat=True)[:MOST])
    with transaction.atomic():
        moved = _put_back(ids, by=by)
        if moved:
            note("address.again", by=by, facts={"addresses": len(addresses), "messages": moved})
    return moved


def _put_back(ids: Sequence[int], *, by: User | str) -> int:
    """Make messages due now, inside the caller's transaction; those given up begin anew, as in a retry of a campaign."""
    now, hopeless = timezone.now(), (Message.Worst.RETURNED_FOR_GOOD, Message.Worst.COMPLAINED)
    rows = Message.objects.filter(id__in=ids).exclude(worst__in=hopeless)
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
    """Let a mail that could not be dealt with be read again; False when it is not one of those."""
    with transaction.atomic():
        moved = Inbound.objects.filter(pk=inbound.pk, state=Inbound.State.FAILED).update(
            state=Inbound.State.NEW, due_at=timezone.now(), tries=0, trouble=""
        )
        if moved:
            note("inbound.again", by=by, subject=inbound)
    return bool(moved)
