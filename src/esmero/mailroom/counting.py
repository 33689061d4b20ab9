"""What came back, counted by day, brand, receiver, domain and meaning: small numbers that brake and readiness check read."""

from datetime import date, datetime

from django.db.models import F, Sum

from esmero.house.models import Brand
from esmero.mailroom.models import ReturnCount
from esmero.outbox.models import Message, MessageEvent


def count_return(message: Message, *, kind: MessageEvent.Kind, meaning: str, at: datetime) -> None:
    """Count one event of a message, in the transaction that notes it. The day is that of UTC."""
    domain = message.address.rpartition("@")[2].lower()[:255]
    row, _ = ReturnCount.objects.get_or_create(
        day=at.date(),
        brand_id=message.dispatch.brand_id,
        receiver=message.receiver or domain,
        domain=domain,
        kind=kind,
        meaning=meaning[:20],
    )
    ReturnCount.objects.filter(pk=row.pk).update(number=F("number") + 1)


def count_by_receiver(brand: Brand, *, since: date) -> dict[str, dict[str, int]]:
    """Return the events since a day (UTC, included): receiver to kind to number."""
    found: dict[str, dict[str, int]] = {}
    rows = ReturnCount.objects.filter(brand=brand, day__gte=since).values_list("receiver", "kind")
    for receiver, kind, number in rows.annotate(Sum("number")).order_by():
        found.setdefault(receiver, {})[kind] = number
    return found


def count_faults(brand: Brand, *, receiver: str, day: date) -> dict[str, int]:
    """Return what of one day (UTC) one receiver blames on us: meaning to number; complaints as "complaint"."""
    blame = (MessageEvent.Kind.OUR_FAULT, MessageEvent.Kind.COMPLAINED)
    rows = ReturnCount.objects.filter(brand=brand, receiver=receiver, day=day, kind__in=blame)
    found: dict[str, int] = {}
    for kind, meaning, number in rows.values_list("kind", "meaning").annotate(Sum("number")).order_by():
        name = "complaint" if kind == MessageEvent.Kind.COMPLAINED else meaning
        found[name] = found.get(name, 0) + number
    return found
