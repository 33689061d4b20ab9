"""Set the waiting state of a conversation; each change is audited."""

from django.db import transaction

from esmero.conversations.models import Conversation, ConversationState
from esmero.house.audit import note
from esmero.house.models import User


def set_state(conversation: Conversation, *, state: ConversationState, by: User) -> None:
    """Set the state: answered (it waits for the person), closed, or waiting for staff."""
    with transaction.atomic():
        # A repeated click changes no row and writes no audit entry.
        if Conversation.objects.filter(pk=conversation.pk).exclude(state=state).update(state=state):
            note("conversation.marked", by=by, subject=conversation, facts={"state": state.value})
    conversation.state = state
