"""Reading the ledger for people: what came back since when, what is in doubt, who got what."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Count, F, IntegerField, Q, QuerySet, Subquery

from esmero.house.models import Brand
from esmero.outbox.models import Dispatch, Message, MessageEvent, Relay

MOST_COUNTED = 2_000
FEW = 200  # addresses


def count_events(*, brand: Brand, kinds: Sequence[str], since: datetime) -> dict[str, int]:
    """Return how often each kind of event happened to this brand's messages since a moment, without machines' clicks.

    Each number is exact up to MOST_COUNTED; one more stands for all that lies beyond: nobody waits for millions.
    """
    events = MessageEvent.objects.filter(at__gte=since, message__dispatch__brand=brand, machine="")
    each = [events.filter(kind=kind).values("pk")[: MOST_COUNTED + 1] for kind in kinds]
    asked = Brand.objects.filter(pk=brand.pk).values_list(*(_Number(rows) for rows in each))
    return dict(zip(kinds, asked[0], strict=True))


class _Number(Subquery):
    """How many rows a bounded query has, so that many such numbers are one question."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def count_sent(*, brand: Brand, since: datetime) -> int:
    """Return how many messages left for this brand since a moment, exact up to MOST_COUNTED, else one more."""
    dispatches = Dispatch.objects.filter(brand=brand).values("pk")
    # The sum keeps the database from an index on the dispatch: the time is the narrower door.
    rows = Message.objects.alias(of=F("dispatch_id") + 0).filter(sent_at__gte=since, of__in=dispatches)
    return rows[: MOST_COUNTED + 1].count()


def find_few_messages(prefix: str) -> list[int] | None:
    """Return the ids of the messages to addresses that begin with a text in small letters; None where those are many.

    Many are more than FEW addresses or MOST_COUNTED messages: then a list is better walked in its own order. In SQLite's
    index addresses that begin alike stand side by side; PostgreSQL may order them as a dictionary would, so it is asked by
    pattern, for which its index is made.
    """
    rows = Message.objects.order_by("address").filter(address__gte=prefix)
    if connection.vendor == "postgresql":
        rows = Message.objects.order_by().filter(address__startswith=prefix)
    near = rows.values_list("address", flat=True).distinct()[: FEW + 1]
    addresses = [address for address in near if address.startswith(prefix)]
    if len(addresses) > FEW:
        return None
    ids = list(Message.objects.filter(address__in=addresses).values_list("pk", flat=True)[: MOST_COUNTED + 1])
    return ids if len(ids) <= MOST_COUNTED else None


def whose_address_begins(prefix: str) -> Q:
    """Return the condition for rows with a message, that it went to an address that begins with a text in small letters."""
    few = find_few_messages(prefix)
    return Q(message__address__startswith=prefix) if few is None else Q(message__in=few)


def list_doubts(*, brand: Brand, limit: int) -> Sequence[Message]:
    """Return messages of which nobody knows whether the relay has them, the oldest first."""
    return list(_doubts(brand).select_related("person").order_by("id")[:limit])


def count_doubts(*, brand: Brand) -> int:
    """Return how many messages are in doubt."""
    return _doubts(brand).count()


def _doubts(brand: Brand) -> QuerySet[Message]:
    """Go by dispatch and state, which have an index together."""
    dispatches = Dispatch.objects.filter(brand=brand).values("pk")
    return Message.objects.filter(dispatch__in=dispatches, state=Message.State.DOUBT)


def dispatch_rows(dispatch: int, *, ends: tuple[int, int] | None = None) -> QuerySet[Message]:
    """Return the messages of a dispatch for a list; `ends` are the lowest and the highest id among them, if known.

    With the ends a page in the order of ids begins in the primary key; an index on the dispatch would be sorted first.
    """
    rows = Message.objects.select_related("person")
    if ends is None:
        return rows.filter(dispatch=dispatch)
    return rows.alias(of=F("dispatch_id") + 0).filter(id__gte=ends[0], id__lte=ends[1], of=dispatch)


def list_relays() -> Sequence[Relay]:
    """Return the ways out of the house."""
    return list(Relay.objects.order_by("name"))


def count_states() -> dict[str, int]:
    """Return how many messages of the whole house are in each state that is not an end."""
    ends = (Message.State.SENT, Message.State.REFUSED, Message.State.CANCELLED, Message.State.GAVE_UP)
    going = [state for state in Message.State.values if state not in ends]
    rows = Message.objects.filter(dispatch__in=Dispatch.objects.values("pk"), state__in=going)
    return dict(rows.values_list("state").annotate(number=Count("pk")).order_by("state"))
