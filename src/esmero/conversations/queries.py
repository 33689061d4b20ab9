"""Query the conversations of a brand."""

from collections.abc import Sequence

from django.db.models import OuterRef, QuerySet, Subquery

from esmero.conversations.models import Conversation, Entry
from esmero.house.models import Brand


def count_waiting(*, brand: Brand) -> int:
    """Return the number of conversations that wait for an answer by staff."""
    return Conversation.objects.filter(brand=brand, state=Conversation.State.WAITING_FOR_US).count()


def conversation_rows(*, brand: Brand | None, state: str = "") -> QuerySet[Conversation]:
    """Return a brand's conversations in a state, or all, annotated with the person's `latest_text`."""
    rows = _with_latest_text(Conversation.objects.filter(brand=brand))
    return rows.filter(state=state) if state else rows


def list_waiting(*, brand: Brand, limit: int) -> Sequence[Conversation]:
    """Return the conversations that wait for an answer by staff, longest first, with `latest_text`."""
    rows = _with_latest_text(Conversation.objects.filter(brand=brand, state=Conversation.State.WAITING_FOR_US))
    return list(rows.order_by("last_at", "id")[:limit])


def _with_latest_text(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    latest = Entry.objects.filter(conversation=OuterRef("pk"), direction=Entry.Direction.IN).order_by("-at", "-id")
    return rows.select_related("person").annotate(latest_text=Subquery(latest.values("text")[:1]))
