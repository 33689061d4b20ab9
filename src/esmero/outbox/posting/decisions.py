"""Decide on single messages that have not left: approve a held one, cancel one until it is claimed."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest

from esmero.house.audit import note
from esmero.house.models import User
from esmero.outbox.claims import OUT_OF_DATE, STATES_BUSY
from esmero.outbox.models import Message, MessageAttachment
from esmero.vault.files import delete_unused
from esmero.work.wakeups import wake

_UNCLAIMED = (Message.State.PLANNED, Message.State.WAITING, Message.State.HELD)


def approve_held(message: Message, *, by: User | str, now: datetime) -> bool:
    """Release a held message to the sender, with its copies; False if it is not held any more."""
    with transaction.atomic():
        held = _with_copies(message).filter(state=Message.State.HELD)
        moment = Value(now, output_field=DateTimeField())
        # One that is not to leave before a time waits for it.
        approved = held.update(state=Message.State.PLANNED, due_at=Greatest(Coalesce(F("due_at"), moment), moment))
        if approved:
            note("message.approved", by=by, subject=message, facts={"kind": message.kind})
            wake(Message)
    return bool(approved)


def _with_copies(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(Q(pk=message.pk) | Q(copy_of=message.pk))


def cancel_posted(message: Message, *, by: User | str) -> bool:
    """Cancel a single message and its copies until a sender claims them; False if it was too late, and it leaves."""
    with transaction.atomic():
        rows = _with_copies(message).filter(state__in=_UNCLAIMED).exclude(kind="")
        cancelled = rows.update(state=Message.State.CANCELLED, due_at=None)
        if cancelled:
            note("message.cancelled", by=by, subject=message, facts={"kind": message.kind})
    return bool(cancelled)


def expire_content(ids: Collection[int], *, now: datetime, is_due: bool = False) -> int:
    """Blank the content of those of these messages whose term ended (of all if `is_due`); return their number.

    What has not left by then is cancelled. Claimed messages are left for the next call: they leave within minutes.
    """
    with transaction.atomic():
        found = Message.objects.filter(id__in=ids).exclude(state__in=STATES_BUSY)
        if not is_due:
            found = found.filter(content_until__lte=now)
        # Locked: no sender may claim one between the loss of its files and that of its text.
        rows = Message.objects.filter(pk__in=list(found.select_for_update(of=("self",)).values_list("pk", flat=True)))
        attached = MessageAttachment.objects.filter(message__in=rows.values("pk"))
        files = list(attached.values_list("file", flat=True))
        attached.delete()
        delete_unused(files)
        rows.filter(state__in=_UNCLAIMED).update(state=Message.State.CANCELLED, due_at=None, trouble=OUT_OF_DATE)
        return rows.update(content=None, filled=None, content_until=None)
