"""Reading what arrived: how much waits to be read, and what could not be."""

from collections.abc import Sequence

from django.db.models import Count

from esmero.mailroom.models import Inbound


def count_arrivals() -> dict[str, int]:
    """Return how many mails that arrived are new, done and failed."""
    return dict(Inbound.objects.values_list("state").annotate(number=Count("id")).order_by())


def list_unread(*, limit: int) -> Sequence[Inbound]:
    """Return mails that could not be dealt with, the latest first; their bytes are kept."""
    return list(Inbound.objects.filter(state=Inbound.State.FAILED).select_related("raw").order_by("-id")[:limit])
