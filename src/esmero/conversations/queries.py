"""Reading the conversations of a brand: how many wait, a page of them, one thread."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from esmero.conversations.models import Conversation, Entry
from esmero.house.models import Brand


def count_waiting(*, brand: Brand) -> int:
    """Count the conversations in which a human being waits for our answer."""
    return Conversation.objects.filter(brand=brand, state=Conversation.State.WAITING_FOR_US).count()


def list_conversations(
    *, brand: Brand, state: str = "", before: tuple[datetime, int] | None = None, limit: int
) -> Sequence[Conversation]:
    """Return at most `limit` conversations, the latest first, each with the `latest_text` that the person wrote.

    `before` is the time and id of the last row of the page before.
    """
    rows = _with_latest_text(Conversation.objects.filter(brand=brand))
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        at, key = before
        rows = rows.filter(last_at__lte=at).exclude(last_at=at, id__gte=key)
    return list(rows.order_by("-last_at", "-id")[:limit])


def list_waiting(*, brand: Brand, limit: int) -> Sequence[Conversation]:
    """Return who waits for our answer, the longest waiting first, each with `latest_text`."""
    rows = _with_latest_text(Conversation.objects.filter(brand=brand, state=Conversation.State.WAITING_FOR_US))
    return list(rows.order_by("last_at", "id")[:limit])


def _with_latest_text(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    latest = Entry.objects.filter(conversation=OuterRef("pk"), direction=Entry.Direction.IN).order_by("-at", "-id")
    return rows.select_related("person").annotate(latest_text=Subquery(latest.values("text")[:1]))
