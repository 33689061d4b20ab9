"""Reading the conversations of a brand: how many wait, a page of them, one thread."""

from collections.abc import Sequence

from django.db.models import OuterRef, QuerySet, Subquery

from esmero.conversations.models import Conversation, Entry
from esmero.house.models import Brand


def count_waiting(*, brand: Brand) -> int:
    """Count the conversations in which a human being waits for our answer."""
    return Conversation.objects.filter(brand=brand, state=Conversation.State.WAITING_FOR_US).count()


def conversation_rows(*, brand: Brand | None, state: str = "") -> QuerySet[Conversation]:
    """Return a brand's conversations in a state, or all of them, each with the `latest_text` that the person wrote."""
    rows = _with_latest_text(Conversation.objects.filter(brand=brand))
    return rows.filter(state=state) if state else rows


def list_waiting(*, brand: Brand, limit: int) -> Sequence[Conversation]:
    """Return who waits for our answer, the longest waiting first, each with `latest_text`."""
    rows = _with_latest_text(Conversation.objects.filter(brand=brand, state=Conversation.State.WAITING_FOR_US))
    return list(rows.order_by("last_at", "id")[:limit])


def _with_latest_text(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    latest = Entry.objects.filter(conversation=OuterRef("pk"), direction=Entry.Direction.IN).order_by("-at", "-id")
    return rows.select_related("person").annotate(latest_text=Subquery(latest.values("text")[:1]))
