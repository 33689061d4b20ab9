"""Count the events of each brand on one day (UTC) from the source tables: read-only, one query per table.

The kinds of DailyAggregate for a day, and their keys:

- `sent`, `delivered`: receiver. A message counts on the day of its last sending; delivered is without a bounce.
- `returned`: class|meaning, and `returned-at`: class|receiver. The class is good (hard), now (soft) or ours
  (`bounce_class`).
- `deferred`: receiver. The relay asked for a retry; not a bounce yet.
- `clicked`: person or machine. `complained`: receiver. `absent`, `replied`, `unsubscribed`: "".
- `permission-granted`, `-withdrawn`, `-objected`, …: id of the topic, or purpose:id for the whole purpose. Permissions
  count on the day of recording: the ledger is append-only, so past days do not change.
- `granted-by`: the source of the permission, as in the ledger.
- `people`: "". Persons belong to the installation, so each brand has the same number.

The 200 most frequent receivers and sources keep their name; all others are summed under "".
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Max, Model, Q, QuerySet
from django.db.models.fields.json import KT

from esmero.house.models import Brand
from esmero.intake.bounces.meaning import SENDER_FAULTS
from esmero.outbox.models import RETURN_KINDS, Message, MessageClass, MessageEvent
from esmero.people.models import PermissionEntry, Person

# (brand, kind, key) → number
type Counts = Counter[tuple[int, str, str]]

Kind = MessageEvent.Kind
NAMED = 200
AT_ONCE = 5_000  # rows counted by one query: some 50 ms
KEY = 120
RETURNED = (
    Message.Worst.SOFT_BOUNCE,
    Message.Worst.OUR_FAULT,
    Message.Worst.HARD_BOUNCE,
)
HARD, SOFT, SENDER_FAULT = "good", "now", "ours"
DAILY = (
    "sent", "delivered", "returned", "returned-at", "deferred", "clicked", "complained", "absent", "replied",
    "unsubscribed",
    *(f"permission-{act}" for act in PermissionEntry.Act.values), "granted-by", "people",
)  # fmt: skip
_OURS = frozenset(meaning.value for meaning in SENDER_FAULTS)
_MANY_NAMES = frozenset({"sent", "delivered", "returned-at", "deferred", "complained", "granted-by"})
_SLACK = 5000  # parallel transactions may commit ids out of the order of time


def bounce_class(kind: str, meaning: str) -> str:
    """Return the class of a bounce: hard, soft, or the sender's fault (which never affects the address)."""
    if kind == Kind.OUR_FAULT or meaning in _OURS:
        return SENDER_FAULT
    return SOFT if kind == Kind.SOFT_BOUNCE else HARD


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the times at which a day begins and ends in UTC."""
    begin = datetime.combine(day, time(), tzinfo=UTC)
    return begin, begin + timedelta(days=1)


def count_day(day: date) -> Iterator[Counts]:
    """Count one day of all brands, hour by hour if there are many rows; the parts are added up (`summarise_day`)."""
    begin, end = day_bounds(day)
    for first, last in _cut(begin, end):
        counts: Counts = Counter()
        _count_messages(counts, first, last)
        _count_events(counts, first, last)
        _count_returns(counts, first, last)
        yield counts
    counts = Counter()
    _count_permissions(counts, begin, end)
    _count_people(counts, begin, end)
    yield counts


def _cut(begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the whole day if there are few rows, else its hours; nothing for a day without rows."""
    messages = Message.objects.filter(sent_at__gte=begin, sent_at__lt=end)
    events = MessageEvent.objects.filter(at__gte=begin, at__lt=end)
    number = max(rows.order_by()[:AT_ONCE].count() for rows in (messages, events))
    if number == AT_ONCE:
        hours = [begin + timedelta(hours=hour) for hour in range(24)]
        yield from zip(hours, [*hours[1:], end], strict=True)
    elif number:
        yield begin, end


def summarise_day(counts: Counts) -> Counts:
    """Keep the most frequent receivers and sources of each kind by name; sum all others under "" (`NAMED`)."""
    kept: Counts = Counter()
    names: dict[tuple[int, str], set[str]] = {}
    for (brand, kind, key), _number in counts.most_common():
        if kind in _MANY_NAMES and len(known := names.setdefault((brand, kind), set())) < NAMED:
            known.add(key.rpartition("|")[2])
    for (brand, kind, key), number in counts.items():
        head, bar, name = key.rpartition("|")
        if kind in _MANY_NAMES and name not in names[brand, kind]:
            name = ""
        kept[brand, kind, f"{head}{bar}{name[: KEY - 10]}"] += number
    return +kept


def _count_messages(counts: Counts, begin: datetime, end: datetime) -> None:
    rows = Message.objects.filter(sent_at__gte=begin, sent_at__lt=end)
    rows = rows.exclude(dispatch__message_class=MessageClass.INTERNAL)
    counted = rows.values_list("dispatch__brand", "receiver").annotate(
        left=Count("id"), stayed=Count("id", filter=~Q(worst__in=RETURNED))
    )
    for brand, receiver, left, stayed in counted.order_by().iterator():
        counts[brand, "sent", receiver] += left
        counts[brand, "delivered", receiver] += stayed


def _events(begin: datetime, end: datetime) -> QuerySet[MessageEvent]:
    rows = MessageEvent.objects.filter(at__gte=begin, at__lt=end)
    return rows.exclude(message__dispatch__message_class=MessageClass.INTERNAL)


def _count_events(counts: Counts, begin: datetime, end: datetime) -> None:
    rows = _events(begin, end)
    plain = (Kind.ABSENT, Kind.REPLIED, Kind.UNSUBSCRIBED, Kind.CLICKED)
    counted = rows.filter(kind__in=plain).values_list("message__dispatch__brand", "kind")
    for brand, kind, number, machines in counted.annotate(
        number=Count("id"), machines=Count("id", filter=~Q(machine=""))
    ).order_by():
        if kind == Kind.CLICKED:
            counts[brand, kind, "person"] += number - machines
            counts[brand, kind, "machine"] += machines
        else:
            counts[brand, kind, ""] += number
    at_receivers = rows.filter(kind__in=(Kind.COMPLAINED, Kind.DEFERRED)).values_list(
        "message__dispatch__brand", "kind", "message__receiver"
    )
    for brand, kind, receiver, number in at_receivers.annotate(number=Count("id")).order_by().iterator():
        counts[brand, kind, receiver] += number


def _count_returns(counts: Counts, begin: datetime, end: datetime) -> None:
    rows = _events(begin, end).filter(kind__in=RETURN_KINDS).annotate(meaning=KT("facts__meaning"))
    counted = rows.values_list("message__dispatch__brand", "kind", "meaning", "message__receiver")
    for brand, kind, meaning, receiver, number in counted.annotate(number=Count("id")).order_by().iterator():
        of = bounce_class(kind, meaning or "")
        counts[brand, "returned", f"{of}|{meaning or 'undefined'}"] += number
        counts[brand, "returned-at", f"{of}|{receiver}"] += number


def _count_permissions(counts: Counts, begin: datetime, end: datetime) -> None:
    first, last = _find_id(PermissionEntry, "recorded_at", begin), _find_id(PermissionEntry, "recorded_at", end)
    rows = PermissionEntry.objects.filter(id__gte=first - _SLACK, id__lt=last + _SLACK)
    rows = rows.filter(recorded_at__gte=begin, recorded_at__lt=end)
    for brand, act, topic, purpose, number in rows.values_list("brand", "act", "topic", "purpose").annotate(
        number=Count("id")
    ):
        counts[brand, f"permission-{act}", str(topic) if topic else f"purpose:{purpose}"] += number
    granted = rows.filter(act=PermissionEntry.Act.GRANTED).values_list("brand", "source")
    for brand, source, number in granted.annotate(number=Count("id")).order_by().iterator():
        counts[brand, "granted-by", source.replace("|", "/")] += number


def _count_people(counts: Counts, begin: datetime, end: datetime) -> None:
    # All states, listed so that the index on (state, created_at) applies.
    rows = Person.objects.filter(state__in=Person.State.values, created_at__gte=begin, created_at__lt=end)
    number = rows.count()
    for brand in Brand.objects.values_list("id", flat=True):
        counts[brand, "people", ""] = number


def _find_id(table: type[Model], field: str, at: datetime) -> int:
    """Return an id below which all rows are older than `at`, by some 30 lookups: ids follow time in these tables."""
    manager = table._default_manager
    low, high = 0, (manager.aggregate(last=Max("id"))["last"] or 0) + 1
    while low < high:
        middle = (low + high) // 2
        row = manager.filter(id__gte=middle).order_by("id").values_list("id", field).first()
        if row is None or row[1] >= at:
            high = middle
        else:
            low = row[0] + 1
    return low


def first_day(today: date) -> date:
    """Return the first day with any event, from the ends of indexes; `today` for an empty database."""
    firsts: Iterable[datetime | None] = (
        Message.objects.filter(sent_at__isnull=False).order_by("sent_at").values_list("sent_at", flat=True).first(),
        MessageEvent.objects.order_by("at").values_list("at", flat=True).first(),
        PermissionEntry.objects.order_by("id").values_list("recorded_at", flat=True).first(),
        Person.objects.filter(Person.is_active()).order_by("created_at").values_list("created_at", flat=True).first(),
    )
    known = [moment.astimezone(UTC).date() for moment in firsts if moment is not None]
    return min([*known, today])
