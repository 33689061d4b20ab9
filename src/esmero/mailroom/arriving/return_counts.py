"""Count bounces and complaints by day, brand, receiver, domain and meaning, for the brake and the readiness check."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, Sum

from esmero.house.models import Brand
from esmero.intake.bounces.meaning import SENDER_FAULTS
from esmero.mailroom.models import ReturnCount
from esmero.outbox.models import Message, MessageEvent, MessageEventKind


@dataclass(frozen=True, slots=True)
class ReturnEvent:
    """Describe one event to count: its message, a kind of MessageEvent, and its meaning."""

    message: Message
    kind: str
    meaning: str


def count_return(message: Message, *, kind: MessageEventKind, meaning: str, at: datetime) -> None:
    """Count one event of a message, in the transaction that records it. The day is in UTC."""
    count_returns([ReturnEvent(message, kind, meaning)], at=at)


def count_returns(events: Iterable[ReturnEvent], *, at: datetime) -> None:
    """Count events in the caller's transaction; messages must have their dispatch.

    Those without a person are not counted.
    """
    sums = Counter(_key(event) for event in events if event.message.person_id is not None)
    for (brand, receiver, domain, kind, meaning), number in sorted(sums.items()):
        row, _ = ReturnCount.objects.get_or_create(
            day=at.date(), brand_id=brand, receiver=receiver, domain=domain, kind=kind, meaning=meaning
        )
        ReturnCount.objects.filter(pk=row.pk).update(number=F("number") + number)


def _key(event: ReturnEvent) -> tuple[int, str, str, str, str]:
    message = event.message
    domain = message.address.rpartition("@")[2].lower()[:255]
    return message.dispatch.brand_id, message.receiver or domain, domain, str(event.kind), event.meaning[:20]


def count_by_receiver(brand: Brand, *, since: date) -> dict[str, dict[str, int]]:
    """Return the events since a day (UTC, inclusive): receiver to kind to number."""
    found: dict[str, dict[str, int]] = {}
    rows = ReturnCount.objects.filter(brand=brand, day__gte=since).values_list("receiver", "kind")
    for receiver, kind, number in rows.annotate(Sum("number")).order_by():
        found.setdefault(receiver, {})[kind] = number
    return found


def count_faults(brand: Brand, *, receiver: str, day: date) -> dict[str, int]:
    """Return the faults that one receiver blames on us on one day (UTC), by meaning; complaints as "complaint"."""
    blame = Q(kind__in=[MessageEvent.Kind.OUR_FAULT, MessageEvent.Kind.COMPLAINED])
    blame |= Q(kind=MessageEvent.Kind.REFUSED, meaning__in=[meaning.value for meaning in SENDER_FAULTS])
    rows = ReturnCount.objects.filter(blame, brand=brand, receiver=receiver, day=day)
    found: dict[str, int] = {}
    for kind, meaning, number in rows.values_list("kind", "meaning").annotate(Sum("number")).order_by():
        name = "complaint" if kind == MessageEvent.Kind.COMPLAINED else meaning
        found[name] = found.get(name, 0) + number
    return found
