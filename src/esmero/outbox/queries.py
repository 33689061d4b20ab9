"""Query the ledger for pages and reports: event counts, messages in doubt, messages of a dispatch, relays."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Count, F, IntegerField, Q, QuerySet, Subquery

from esmero.house.models import Brand
from esmero.outbox.models import Dispatch, Message, MessageEvent, Relay

MOST_COUNTED = 2_000
MAX_ADDRESSES = 200  # more addresses than this are not looked up first


def count_events(*, brand: Brand, kinds: Sequence[str], since: datetime) -> dict[str, int]:
    """Return the number of events of each kind for this brand since a time, without clicks of machines.

    Numbers are exact up to MOST_COUNTED; MOST_COUNTED + 1 means more, so that no page waits for a count of millions.
    """
    events = MessageEvent.objects.filter(at__gte=since, message__dispatch__brand=brand, machine="")
    each = [events.filter(kind=kind).values("pk")[: MOST_COUNTED + 1] for kind in kinds]
    asked = Brand.objects.filter(pk=brand.pk).values_list(*(_Number(rows) for rows in each))
    return dict(zip(kinds, asked[0], strict=True))


class _Number(Subquery):
    """Compile to the number of rows of a bounded query, so that one statement returns several such numbers."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def count_sent(*, brand: Brand, since: datetime) -> int:
    """Return the number of messages sent for this brand since a time, exact up to MOST_COUNTED, else one more."""
    dispatches = Dispatch.objects.filter(brand=brand).values("pk")
    # "+ 0" disables the index on the dispatch, because the index on the time is more selective.
    rows = Message.objects.alias(of=F("dispatch_id") + 0).filter(sent_at__gte=since, of__in=dispatches)
    return rows[: MOST_COUNTED + 1].count()


def find_messages_to_prefix(prefix: str) -> list[int] | None:
    """Return the ids of messages whose address begins with `prefix` (lower case); None if there are too many.

    Too many: over MAX_ADDRESSES addresses or MOST_COUNTED messages. Then a scan of the list in its order is faster.
    """
    rows = Message.objects.order_by("address").filter(address__gte=prefix)
    if connection.vendor == "postgresql":
        rows = Message.objects.order_by().filter(address__startswith=prefix)
    # SQLite's index is in byte order, so addresses with one prefix are adjacent. PostgreSQL may sort by a locale, so
    # there the condition is a pattern, for which the index has varchar_pattern_ops.
    near = rows.values_list("address", flat=True).distinct()[: MAX_ADDRESSES + 1]
    addresses = [address for address in near if address.startswith(prefix)]
    if len(addresses) > MAX_ADDRESSES:
        return None
    ids = list(Message.objects.filter(address__in=addresses).values_list("pk", flat=True)[: MOST_COUNTED + 1])
    return ids if len(ids) <= MOST_COUNTED else None


def filter_address_prefix(prefix: str) -> Q:
    """Return the condition that the message of a row went to an address that begins with `prefix` (lower case)."""
    ids = find_messages_to_prefix(prefix)
    return Q(message__address__startswith=prefix) if ids is None else Q(message__in=ids)


def list_doubts(*, brand: Brand, limit: int) -> Sequence[Message]:
    """Return messages in doubt: the relay may have accepted them. The oldest come first."""
    return list(_in_state(Message.State.DOUBT, brand=brand).select_related("person").order_by("id")[:limit])


def count_doubts(*, brand: Brand) -> int:
    """Return the number of messages in doubt."""
    return _in_state(Message.State.DOUBT, brand=brand).count()


def list_held(*, brand: Brand, limit: int) -> Sequence[Message]:
    """Return messages that wait for a person's approval, without the copies of them. The oldest come first."""
    held = _in_state(Message.State.HELD, brand=brand).filter(copy_of=None)
    return list(held.select_related("person").order_by("id")[:limit])


def count_held(*, brand: Brand) -> int:
    """Return the number of messages that wait for a person's approval, without the copies of them."""
    return _in_state(Message.State.HELD, brand=brand).filter(copy_of=None).count()


def _in_state(state: str, *, brand: Brand) -> QuerySet[Message]:
    """Filter by dispatch and state, which share an index."""
    dispatches = Dispatch.objects.filter(brand=brand).values("pk")
    return Message.objects.filter(dispatch__in=dispatches, state=state)


def dispatch_rows(dispatch: int, *, ends: tuple[int, int] | None = None) -> QuerySet[Message]:
    """Return the messages of a dispatch for a list; `ends` are their lowest and highest id, if known.

    With `ends`, a page in the order of ids is read from the primary key, without a sort.
    """
    rows = Message.objects.select_related("person")
    if ends is None:
        return rows.filter(dispatch=dispatch)
    return rows.alias(of=F("dispatch_id") + 0).filter(id__gte=ends[0], id__lte=ends[1], of=dispatch)


def list_relays() -> Sequence[Relay]:
    """Return all relays by name."""
    return list(Relay.objects.order_by("name"))


def count_states() -> dict[str, int]:
    """Return the number of messages of the installation in each state that is not final."""
    ends = (Message.State.SENT, Message.State.REFUSED, Message.State.CANCELLED, Message.State.GAVE_UP)
    going = [state for state in Message.State.values if state not in ends]
    # The condition on the dispatch is always true; it makes the index on dispatch and state usable.
    rows = Message.objects.filter(dispatch__in=Dispatch.objects.values("pk"), state__in=going)
    return dict(rows.values_list("state").annotate(number=Count("pk")).order_by("state"))
