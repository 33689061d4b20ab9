"""Decide on single messages that have not left: approve a held one, cancel one until it is claimed."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from esmero.outbox.claims import STATES_BUSY
from esmero.outbox.models import Message, MessageAttachment
from esmero.vault.files import delete_unused

_UNCLAIMED = (Message.State.PLANNED, Message.State.WAITING, Message.State.HELD)


def approve_held(ids: Collection[int], *, now: datetime) -> int:
    """Release held messages to the sender; return how many were held."""
    with transaction.atomic():
        held = Message.objects.filter(id__in=ids, state=Message.State.HELD)
        return held.update(state=Message.State.PLANNED, due_at=now)


def cancel_posted(ids: Collection[int]) -> int:
    """Cancel single messages that no sender has claimed; return how many were. A claimed one leaves."""
    with transaction.atomic():
        rows = Message.objects.filter(id__in=ids, state__in=_UNCLAIMED).exclude(kind="")
        return rows.update(state=Message.State.CANCELLED, due_at=None)


def expire_content(ids: Collection[int], *, now: datetime) -> int:
    """Blank the content of those of these messages whose term ended; return their number.

    What has not left by then is cancelled. Claimed messages are left for the next call: they leave within minutes.
    """
    with transaction.atomic():
        rows = Message.objects.filter(id__in=ids, content_until__lte=now).exclude(state__in=STATES_BUSY)
        attached = MessageAttachment.objects.filter(message__in=rows.values("pk"))
        files = list(attached.values_list("file", flat=True))
        attached.delete()
        delete_unused(files)
        rows.filter(state__in=_UNCLAIMED).update(
            state=Message.State.CANCELLED, due_at=None, trouble="It was of use until a time that is over."
        )
        return rows.update(content=None, filled=None, content_until=None)
