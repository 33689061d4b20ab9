"""Assign incoming mail to conversations by the messages that it answers."""

from dataclasses import dataclass
from datetime import datetime

from esmero.conversations.models import Conversation, Entry
from esmero.house.happenings import ConversationReceived, happen
from esmero.house.models import Brand
from esmero.outbox.models import Message
from esmero.vault.models import StoredFile


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundReply:
    """Describe a person's mail to a brand: `answers` are the Message-IDs referred to, `message` ours if found."""

    brand: Brand
    message: Message | None
    sender: str
    subject: str
    text: str
    full_text: str
    language: str
    message_id: str
    answers: tuple[str, ...]
    raw: StoredFile
    at: datetime


def add_reply(written: InboundReply) -> Entry:
    """Add a person's mail to its conversation, or open one; it then waits for staff. Adding it twice has no effect.

    Call it inside a transaction.
    """
    before = _find_same(written)
    if before is not None:
        return before
    conversation = _find_conversation(written) or _open(written)
    Conversation.objects.filter(pk=conversation.pk).update(state=Conversation.State.WAITING_FOR_US, last_at=written.at)
    entry = Entry.objects.create(
        conversation=conversation,
        direction=Entry.Direction.IN,
        at=written.at,
        author=written.sender[:320],
        subject=written.subject[:300],
        text=written.text,
        full_text=written.full_text,
        message_id=written.message_id[:255],
        answers=written.message,
        raw=written.raw,
    )
    happen(ConversationReceived(conversation_id=conversation.pk, entry_id=entry.pk))
    return entry


def _find_same(written: InboundReply) -> Entry | None:
    if not written.message_id:
        return None
    # A mail may arrive twice. Message-IDs can be forged, so the author must match too.
    mine = Entry.objects.filter(
        conversation__brand=written.brand,
        direction=Entry.Direction.IN,
        message_id=written.message_id[:255],
        author=written.sender[:320],
    )
    return mine.select_related("conversation").first()


def _find_conversation(written: InboundReply) -> Conversation | None:
    """Return the sender's thread that contains a mail or message that this one answers."""
    mine = Entry.objects.filter(conversation__brand=written.brand, conversation__address=written.sender.lower()[:320])
    known = mine.filter(message_id__in=[one[:255] for one in written.answers]) if written.answers else mine.none()
    entry = known.select_related("conversation").order_by("-id").first()
    if entry is None and written.message is not None:
        entry = mine.filter(answers=written.message).select_related("conversation").order_by("-id").first()
    return entry.conversation if entry else None


def _open(written: InboundReply) -> Conversation:
    message = written.message
    return Conversation.objects.create(
        brand=written.brand,
        person=message.person if message else None,
        address=written.sender.lower()[:320],
        subject=written.subject[:300],
        language=written.language or (message.language if message else ""),
        opened_at=written.at,
        last_at=written.at,
    )
