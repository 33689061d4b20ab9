"""Read what the sender would hand to a relay for a posted message."""

from datetime import datetime

from django.utils import timezone

from esmero.mailroom.composing.attachments import AttachmentCache, list_attachments
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.composing.recipient_fields import read_values
from esmero.mailroom.sending.open_dispatches import load_open_dispatches
from esmero.mailroom.sending.parcel_rendering import CopiedMessage, compose
from esmero.outbox.claims import ClaimedMessage
from esmero.outbox.models import Message
from esmero.rendering.message import FinishedMail


def render_posted(message: Message, *, at: datetime | None = None) -> FinishedMail:
    open_dispatches = load_open_dispatches(signer=open_signer(), known={})
    row = ClaimedMessage(*Message.objects.values_list(*ClaimedMessage._fields).get(pk=message.pk))
    original = Message.objects.filter(pk=row.copy_of_id or 0).first()
    files = AttachmentCache()
    return compose(
        row,
        open_dispatch=open_dispatches[row.dispatch_id],
        fields=read_values([row.person_id]).get(row.person_id, {}) if row.person_id else {},
        copied=CopiedMessage(original.address, original.opaque) if original else None,
        attachments=[files.encode(one) for one in list_attachments([row.id]).get(row.id, ())],
        at=at or timezone.now(),
    ).mail


def octets_of(message: Message) -> bytes:
    return render_posted(message).body
