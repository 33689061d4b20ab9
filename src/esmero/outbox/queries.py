"""Query the ledger for pages, reports and the gate: event counts, messages in doubt and of a dispatch, frequencies."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, F, IntegerField, Max, Q, QuerySet, Subquery

from esmero.house.models import Brand
from esmero.outbox.models import Dispatch, Message, MessageEvent, Relay
from esmero.people.dispatch_reason import AddressedPerson, DispatchReason, are_among
from esmero.people.models import Preference, Topic
from esmero.policy.facts import NO_FREQUENCY, FrequencyFacts, TopicFrequency

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


def list_held(*, brand: Brand, limit: int) -> Sequence[Message]:
    """Return messages that wait for a person's approval, without the copies of them. The oldest come first."""
    held = _in_state(Message.State.HELD, brand=brand).filter(copy_of=None)
    return list(held.select_related("person").order_by("id")[:limit])


def count_undecided(*, brand: Brand) -> dict[str, int]:
    """Return the number of messages in doubt and of held ones, without copies of these, by state."""
    doubts, held = (
        rows.order_by().values("state").annotate(number=Count("pk"))
        for rows in (_in_state(Message.State.DOUBT, brand=brand), _in_state(Message.State.HELD, brand=brand))
    )
    return {one["state"]: one["number"] for one in doubts.union(held.filter(copy_of=None), all=True)}


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


def provide_frequencies(
    people: Sequence[AddressedPerson], *, reason: DispatchReason
) -> Mapping[AddressedPerson, FrequencyFacts]:
    """Return the interval that each person chose for the topics of body and slot, and when they were last written to.

    One query for the intervals, and one more per topic if anybody chose one.
    """
    topics = reason.topics
    chosen = _read_gaps(people, reason=reason) if reason.is_unsolicited else {}
    found: dict[int, dict[str, TopicFrequency]] = defaultdict(lambda: dict.fromkeys(topics, NO_FREQUENCY))
    for code, topic in topics.items() if chosen else ():
        gaps = {
            person: gap
            for person, mine in chosen.items()
            if (gap := mine.get(topic.pk if topic else None, mine.get(None))) is not None
        }
        written = _last_written(gaps, reason=reason, topic=topic)
        for person, gap in gaps.items():
            found[person][code] = TopicFrequency(gap, written.get(person))
    never = FrequencyFacts(dict.fromkeys(topics, NO_FREQUENCY))
    return {one: FrequencyFacts(found[one.person]) if one.person in found else never for one in people}


def _read_gaps(people: Sequence[AddressedPerson], *, reason: DispatchReason) -> dict[int, dict[int | None, timedelta]]:
    """Return the chosen intervals by person and topic id (None: for all mail of the brand)."""
    found: dict[int, dict[int | None, timedelta]] = defaultdict(dict)
    rows = Preference.objects.filter(
        Q(topic__in=[topic for topic in reason.topics.values() if topic]) | Q(topic=None),
        are_among(people),
        brand=reason.brand,
        minimum_gap_days__isnull=False,
    )
    for person, topic, days in rows.values_list("person_id", "topic_id", "minimum_gap_days"):
        found[person][topic] = timedelta(days=days or 0)
    return found


def _last_written(
    persons: Mapping[int, timedelta], *, reason: DispatchReason, topic: Topic | None
) -> dict[int, datetime]:
    """Return when these persons were last written to about a topic, in body or promotion, by another dispatch."""
    if not persons:
        return {}
    about = Q(dispatch__topic=topic)
    if topic is not None:
        about |= Q(dispatch__promotion_topic=topic, promotion="")
    written = Message.objects.filter(about, person_id__in=persons, sent_at__isnull=False, dispatch__brand=reason.brand)
    if reason.dispatch_id is not None:
        written = written.exclude(dispatch_id=reason.dispatch_id)
    return dict(written.values_list("person_id").annotate(Max("sent_at")))
