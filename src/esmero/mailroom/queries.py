"""Reading what arrived: how much waits to be read, and what could not be."""

from collections.abc import Sequence

from django.db.models import Count
from django.utils import timezone

from esmero.house.models import Happening
from esmero.mailroom.models import Inbound
from esmero.outbox.models import Message
from esmero.work.models import Due, Job


def count_arrivals() -> dict[str, int]:
    """Return how many mails that arrived are new, done and failed."""
    return dict(Inbound.objects.values_list("state").annotate(number=Count("id")).order_by())


def list_unread(*, limit: int) -> Sequence[Inbound]:
    """Return mails that could not be dealt with, the latest first; their bytes are kept."""
    return list(Inbound.objects.filter(state=Inbound.State.FAILED).select_related("raw").order_by("-id")[:limit])


# The other tables whose rows are work, by a word for programs.
DUE: dict[str, type[Due]] = {"arrivals": Inbound, "jobs": Job, "happenings": Happening}
MOST_COUNTED = 10_000


def count_due() -> dict[str, int]:
    """Return how many rows of each table are due now, each counted up to MOST_COUNTED."""
    now = timezone.now()
    # The index of messages serves the states that can be due; without them it would not be used.
    sendable = Message.objects.filter(due_at__lte=now, state__in=(Message.State.PLANNED, Message.State.WAITING))
    rest = {name: table._default_manager.filter(due_at__lte=now) for name, table in DUE.items()}
    return {
        "messages": sendable[:MOST_COUNTED].count(),
        **{name: rows[:MOST_COUNTED].count() for name, rows in rest.items()},
    }
