"""Say who has the next word in a conversation; each such mark stands in the audit log."""

from django.db import transaction

from esmero.conversations.models import Conversation, ConversationState
from esmero.house.audit import note
from esmero.house.models import User


def mark(conversation: Conversation, *, state: ConversationState, by: User) -> None:
    """Set the state: answered (it waits for them), closed, or waiting for us again."""
    with transaction.atomic():
        if Conversation.objects.filter(pk=conversation.pk).exclude(state=state).update(state=state):
            note("conversation.marked", by=by, subject=conversation, facts={"state": state.value})
    conversation.state = state
