"""Count the results of one dispatch: states, reasons, events, receivers, links and hours, under keys of words and |.

- `state|state`, and `is|state|worst`: messages in that state, with that worst outcome (Message.Worst).
- `refused|code`: messages that the gate refused, by their first objection.
- `acted|kind|person` and `…|machine`: messages with such an event, each counted once.
- `receiver|left|name`, `receiver|returned|name`, `receiver|complained|name`: the 100 largest, all others under "".
- `link|person|id`, `link|machine|id`: messages with a click on that URL; the id is the lowest of equal URLs.
- `hour|left|2026-11-23T10`, `hour|person|…`, `hour|machine|…`: the first 72 hours (UTC).
- `first`, `last`: the lowest and the highest id of its messages.

A small dispatch is counted on request; for a large one the stored statistics are shown, which a routine refreshes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, Func, Max, Min, Q, QuerySet, Value, When

from esmero.content.models import Link
from esmero.dossier.models import DailyAggregate
from esmero.outbox.models import Dispatch, Message, MessageEvent

NEVER = date(1970, 1, 1)  # stored as the day of aggregates that belong to no day
SMALL = 3000  # messages that may be counted within a request
NAMED = 100
HOURS = 72
PART = 20_000
_HOUR = "%Y-%m-%dT%H"


class HourOf(Func):
    """Format a time as its hour in UTC, such as 2026-11-23T10, inside the database."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Cut it from the text in which SQLite stores times."""
        return self.as_sql(compiler, connection, template="replace(substr(%(expressions)s, 1, 13), ' ', 'T')", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Format it with to_char()."""
        return self.as_sql(
            compiler,
            connection,
            template="""to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24')""",
            **more,
        )


@dataclass(frozen=True, slots=True)
class DispatchStatistics:
    """Hold the counts of one dispatch, and the time of counting."""

    numbers: Mapping[str, int]
    at: datetime

    def get(self, *words: str) -> int:
        return self.numbers.get("|".join(words), 0)

    def below(self, *words: str) -> dict[str, int]:
        """Return the entries below a key: rest of the key → number."""
        start = "|".join(words) + "|"
        return {key[len(start) :]: number for key, number in self.numbers.items() if key.startswith(start)}

    @property
    def is_stored(self) -> bool:
        """Return whether these are stored statistics, some seconds old, rather than counted on request."""
        return "at" in self.numbers

    @property
    def states(self) -> dict[str, int]:
        """Return the number of messages in each state."""
        return self.below("state")

    def worst(self, worst: int, *, state: str = Message.State.SENT) -> int:
        """Return the number of messages in a state whose worst outcome is this one."""
        return self.get("is", state, str(int(worst)))


def aggregate_kind(dispatch: int) -> str:
    """Return the DailyAggregate kind of a dispatch."""
    return f"dispatch:{dispatch}"


def count_statistics(dispatch: int, *, at: datetime) -> DispatchStatistics:
    """Count a dispatch now; the time grows with its messages."""
    numbers: Counter[str] = Counter()
    for part in count_parts(dispatch):
        numbers.update(part)
    return summarise_parts(numbers, at=at)


def count_parts(dispatch: int) -> Iterator[Counter[str]]:
    """Count a dispatch in parts of 20,000 messages, which add up: each message belongs to one part."""
    ends = Message.objects.filter(dispatch=dispatch).aggregate(first=Min("id"), last=Max("id"))
    if ends["first"] is None:
        return
    first, last = int(ends["first"]), int(ends["last"])
    link = _lowest_link(dispatch)
    yield Counter(first=first, last=last)
    for begin in range(first, last + 1, PART):
        messages = Message.objects.filter(dispatch=dispatch, id__gte=begin, id__lt=begin + PART)
        events = MessageEvent.objects.filter(
            message__dispatch=dispatch, message__id__gte=begin, message__id__lt=begin + PART
        )
        numbers: Counter[str] = Counter()
        _count_states(numbers, messages)
        _count_receivers(numbers, messages)
        _count_acts(numbers, events)
        _count_links(numbers, events, link=link)
        _count_hours(numbers, messages, events)
        yield numbers


def summarise_parts(numbers: Counter[str], *, at: datetime) -> DispatchStatistics:
    """Reduce the sum of all parts to what is stored: the largest receivers, and the first 72 hours."""
    kept = Counter({key: number for key, number in numbers.items() if not key.startswith(("receiver|", "hour|"))})
    left = Counter({key: number for key, number in numbers.items() if key.startswith("receiver|left|")})
    named = {key.removeprefix("receiver|left|") for key, _number in left.most_common(NAMED)}
    hours = sorted(key.removeprefix("hour|left|") for key in numbers if key.startswith("hour|left|"))
    end = f"{datetime.strptime(hours[0], _HOUR).replace(tzinfo=UTC) + timedelta(hours=HOURS):{_HOUR}}" if hours else ""
    for key, number in numbers.items():
        kind, _bar, rest = key.partition("|")
        word, _bar, name = rest.partition("|")
        if kind == "receiver":
            kept[f"receiver|{word}|{name[:100] if name in named else ''}"] += number
        elif kind == "hour" and name < end:
            kept[key] = number
    return DispatchStatistics(dict(+kept), at)


def count_states(dispatch: int) -> dict[str, int]:
    """Count by state alone, from a covering index: the part that changes all the time."""
    rows = Message.objects.filter(dispatch=dispatch).values_list("state").annotate(number=Count("pk"))
    return {f"state|{state}": number for state, number in rows.order_by()}


def _count_states(numbers: Counter[str], messages: QuerySet[Message]) -> None:
    counted = messages.values_list("state", "worst").annotate(number=Count("id")).order_by()
    for state, worst, number in counted:
        numbers[f"is|{state}|{worst}"] = number
        numbers[f"state|{state}"] += number
    refused = messages.filter(state=Message.State.REFUSED).values_list("verdict").annotate(number=Count("id"))
    for verdict, number in refused.order_by():
        numbers[f"refused|{verdict.partition(' ')[0].partition(':')[0]}"] += number


def _count_receivers(numbers: Counter[str], messages: QuerySet[Message]) -> None:
    counted = (
        messages.filter(sent_at__isnull=False)
        .values_list("receiver")
        .annotate(
            left=Count("id"),
            returned=Count("id", filter=Q(worst=Message.Worst.HARD_BOUNCE)),
            complained=Count("id", filter=Q(worst=Message.Worst.COMPLAINED)),
        )
    )
    for receiver, left, returned, complained in counted.order_by():
        numbers[f"receiver|left|{receiver}"] = left
        numbers[f"receiver|returned|{receiver}"] = returned
        numbers[f"receiver|complained|{receiver}"] = complained


def _count_acts(numbers: Counter[str], events: QuerySet[MessageEvent]) -> None:
    counted = events.values_list("kind").annotate(
        people=Count("message", distinct=True, filter=Q(machine="")),
        machines=Count("message", distinct=True, filter=~Q(machine="")),
    )
    for kind, people, machines in counted.order_by():
        numbers[f"acted|{kind}|person"], numbers[f"acted|{kind}|machine"] = people, machines


def _count_links(numbers: Counter[str], events: QuerySet[MessageEvent], *, link: Case) -> None:
    """Count clicks by link, equal URLs together.

    The filter on the kind is inside the aggregates: as a condition it would make the planner choose its index.
    """
    clicked = Q(kind=MessageEvent.Kind.CLICKED)
    counted = (
        events.filter(link__isnull=False)
        .values_list(link)
        .annotate(
            people=Count("message", distinct=True, filter=clicked & Q(machine="")),
            machines=Count("message", distinct=True, filter=clicked & ~Q(machine="")),
        )
    )
    for lowest, people, machines in counted.order_by():
        numbers[f"link|person|{lowest}"], numbers[f"link|machine|{lowest}"] = people, machines


def _count_hours(numbers: Counter[str], messages: QuerySet[Message], events: QuerySet[MessageEvent]) -> None:
    left = messages.filter(sent_at__isnull=False).values_list(HourOf("sent_at")).annotate(number=Count("id"))
    for hour, number in left.order_by():
        numbers[f"hour|left|{hour}"] = number
    clicked = Q(kind=MessageEvent.Kind.CLICKED)
    counted = events.values_list(HourOf("at")).annotate(
        people=Count("id", filter=clicked & Q(machine="")), machines=Count("id", filter=clicked & ~Q(machine=""))
    )
    for hour, people, machines in counted.order_by():
        numbers[f"hour|person|{hour}"], numbers[f"hour|machine|{hour}"] = people, machines


def _lowest_link(dispatch: int) -> Case:
    """Return an expression for the lowest id of all links of a version with the same URL."""
    version = Dispatch.objects.filter(pk=dispatch).values("version")
    links = Link.objects.filter(text__version__in=version).order_by("id").values_list("id", "url")
    lowest: dict[str, int] = {}
    doubles = [When(link=pk, then=Value(lowest[url])) for pk, url in links if lowest.setdefault(url, pk) != pk]
    return Case(*doubles, default=F("link_id"))


def read_statistics(
    dispatches: Iterable[int], *, brands: Iterable[int], keys: Iterable[str] = ()
) -> dict[int, DispatchStatistics]:
    """Return the stored statistics of these dispatches, in one query; `keys` restricts the rows read."""
    kinds = {aggregate_kind(pk): pk for pk in dispatches}
    rows = DailyAggregate.objects.filter(brand__in=list(brands), kind__in=kinds, day=NEVER)
    wanted = list(keys)
    if wanted:
        rows = rows.filter(key__in=[*wanted, "at"])
    found: dict[int, dict[str, int]] = {}
    for kind, key, number in rows.values_list("kind", "key", "number"):
        found.setdefault(kinds[kind], {})[key] = number
    return {
        pk: DispatchStatistics(numbers, datetime.fromtimestamp(numbers["at"], tz=UTC))
        for pk, numbers in found.items()
        if "at" in numbers
    }


def count_or_read(dispatch: int, *, brand: int, expected: int, at: datetime) -> DispatchStatistics:
    """Return the statistics of a dispatch: counted now if small (`expected` messages), else the stored ones.

    A large one that was never counted has no numbers yet.
    """
    if expected <= SMALL:
        return count_statistics(dispatch, at=at)
    return read_statistics([dispatch], brands=[brand]).get(dispatch) or DispatchStatistics({}, at)
