"""Count the messages of some persons by state; callers bound the number of persons."""

from collections.abc import Collection

from django.db.models import Count

from esmero.outbox.models import Message


def count_messages(persons: Collection[int]) -> dict[str, int]:
    """Return {state: number of messages} of these persons, most frequent first."""
    rows = Message.objects.filter(person__in=persons).values_list("state").annotate(number=Count("id"))
    return dict(rows.order_by("-number", "state"))
