"""What became of the messages to some people, in numbers; the callers bound how many people they ask for."""

from collections.abc import Collection

from django.db.models import Count

from esmero.outbox.models import Message


def count_messages(persons: Collection[int]) -> dict[str, int]:
    """Return {state: messages} of these people, the most first."""
    rows = Message.objects.filter(person__in=persons).values_list("state").annotate(number=Count("id"))
    return dict(rows.order_by("-number", "state"))
