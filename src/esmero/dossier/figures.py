"""What came of one dispatch, counted: states, reasons, acts, receivers, links and hours, under keys made of words and |.

- `is|state|worst`: messages in that state with that worst outcome (Message.Worst).
- `refused|code`: messages that the gate refused, under the first objection.
- `acted|kind|person` and `…|machine`: messages with such an event, each counted once.
- `receiver|left|name`, `receiver|returned|name`, `receiver|complained|name`: the 100 largest, all others under "".
- `link|person|id`, `link|machine|id`: messages whose link to that address was opened; the id is the lowest of the address.
- `hour|left|2026-11-23T10`, `hour|person|…`, `hour|machine|…`: the first 72 hours (UTC).
- `first`, `last`: the lowest and the highest id of its messages.

A small dispatch is counted when somebody looks; of a large one the stored figures are shown, and the rounds renew them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncHour

from esmero.dossier.models import Tally
from esmero.house.models import Brand
from esmero.outbox.models import Dispatch, Message, MessageEvent

NEVER = date(1970, 1, 1)  # the day of figures that belong to no day
SMALL = 3000  # messages that may be counted while somebody waits
NAMED = 100
HOURS = 72
_HOUR = "%Y-%m-%dT%H"


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one dispatch, and when they were counted."""

    numbers: Mapping[str, int]
    at: datetime

    def get(self, *words: str) -> int:
        return self.numbers.get("|".join(words), 0)

    def below(self, *words: str) -> dict[str, int]:
        """Return what stands below a key: the rest of the key → number."""
        start = "|".join(words) + "|"
        return {key[len(start) :]: number for key, number in self.numbers.items() if key.startswith(start)}

    @property
    def is_stored(self) -> bool:
        """Whether these are the figures of the rounds, some seconds old, and not counted for whoever looks."""
        return "at" in self.numbers

    @property
    def states(self) -> dict[str, int]:
        """How many messages stand in each state."""
        states: Counter[str] = Counter()
        for key, number in self.below("is").items():
            states[key.partition("|")[0]] += number
        return dict(states)

    def worst(self, worst: int, *, state: str = Message.State.SENT) -> int:
        """Count the messages in a state of which this is the worst that came back."""
        return self.get("is", state, str(int(worst)))


def kind_of(dispatch: int) -> str:
    """Return the kind of the tallies of a dispatch."""
    return f"dispatch:{dispatch}"


def count_figures(dispatch: int, *, at: datetime) -> Figures:
    """Count a dispatch now: nine queries, whose time grows with its messages."""
    numbers: Counter[str] = Counter()
    messages = Message.objects.filter(dispatch=dispatch)
    for state, worst, number in messages.values_list("state", "worst").annotate(number=Count("id")).order_by():
        numbers[f"is|{state}|{worst}"] = number
    refused = messages.filter(state=Message.State.REFUSED).values_list("verdict").annotate(number=Count("id"))
    for verdict, number in refused.order_by():
        numbers[f"refused|{verdict.partition(' ')[0].partition(':')[0]}"] += number
    ends = messages.aggregate(first=Min("id"), last=Max("id"))
    numbers["first"], numbers["last"] = ends["first"] or 0, ends["last"] or 0
    _count_receivers(numbers, dispatch)
    _count_acts(numbers, dispatch)
    _count_links(numbers, dispatch)
    _count_hours(numbers, dispatch)
    return Figures(dict(+numbers), at)


def _count_receivers(numbers: Counter[str], dispatch: int) -> None:
    rows = Message.objects.filter(dispatch=dispatch, sent_at__isnull=False).values_list("receiver")
    counted = rows.annotate(
        left=Count("id"),
        returned=Count("id", filter=Q(worst=Message.Worst.RETURNED_FOR_GOOD)),
        complained=Count("id", filter=Q(worst=Message.Worst.COMPLAINED)),
    )
    for place, (receiver, *found) in enumerate(counted.order_by("-left", "receiver").iterator()):
        name = receiver[:100] if place < NAMED else ""
        for word, number in zip(("left", "returned", "complained"), found, strict=True):
            numbers[f"receiver|{word}|{name}"] += number


def _count_acts(numbers: Counter[str], dispatch: int) -> None:
    events = MessageEvent.objects.filter(message__dispatch=dispatch)
    counted = events.values_list("kind").annotate(
        people=Count("message", distinct=True, filter=Q(machine="")),
        machines=Count("message", distinct=True, filter=~Q(machine="")),
    )
    for kind, people, machines in counted.order_by():
        numbers[f"acted|{kind}|person"], numbers[f"acted|{kind}|machine"] = people, machines


def _count_links(numbers: Counter[str], dispatch: int) -> None:
    clicks = MessageEvent.objects.filter(message__dispatch=dispatch, kind=MessageEvent.Kind.CLICKED, link__isnull=False)
    counted = clicks.values_list("link__url").annotate(
        lowest=Min("link"),
        people=Count("message", distinct=True, filter=Q(machine="")),
        machines=Count("message", distinct=True, filter=~Q(machine="")),
    )
    for _url, lowest, people, machines in counted.order_by():
        numbers[f"link|person|{lowest}"], numbers[f"link|machine|{lowest}"] = people, machines


def _count_hours(numbers: Counter[str], dispatch: int) -> None:
    messages = Message.objects.filter(dispatch=dispatch, sent_at__isnull=False)
    begun = messages.aggregate(first=Min("sent_at"))["first"]
    if begun is None:
        return
    end = begun + timedelta(hours=HOURS)
    left = messages.filter(sent_at__lt=end).values_list(TruncHour("sent_at", tzinfo=UTC))
    for hour, number in left.annotate(number=Count("id")).order_by():
        numbers[f"hour|left|{hour:{_HOUR}}"] = number
    clicks = MessageEvent.objects.filter(message__dispatch=dispatch, kind=MessageEvent.Kind.CLICKED, at__lt=end)
    counted = clicks.values_list(TruncHour("at", tzinfo=UTC)).annotate(
        people=Count("id", filter=Q(machine="")), machines=Count("id", filter=~Q(machine=""))
    )
    for hour, people, machines in counted.order_by():
        numbers[f"hour|person|{hour:{_HOUR}}"], numbers[f"hour|machine|{hour:{_HOUR}}"] = people, machines


def read_figures(dispatches: Iterable[int], *, keys: Iterable[str] = ()) -> dict[int, Figures]:
    """Return the stored figures of those of these dispatches that have some, in one query; `keys` narrows them."""
    kinds = {kind_of(pk): pk for pk in dispatches}
    rows = Tally.objects.filter(brand__in=Brand.objects.values("pk"), kind__in=kinds, day=NEVER)
    wanted = list(keys)
    if wanted:
        rows = rows.filter(key__in=[*wanted, "at"])
    found: dict[int, dict[str, int]] = {}
    for kind, key, number in rows.values_list("kind", "key", "number"):
        found.setdefault(kinds[kind], {})[key] = number
    return {
        pk: Figures(numbers, datetime.fromtimestamp(numbers["at"], tz=UTC))
        for pk, numbers in found.items()
        if "at" in numbers
    }


def look_at(dispatch: Dispatch | int, *, expected: int, at: datetime) -> Figures:
    """Return the figures of a dispatch: counted now while it is small (`expected` messages), else those of the rounds.

    A large one that was never counted gives no numbers yet.
    """
    pk = dispatch if isinstance(dispatch, int) else dispatch.pk
    if expected <= SMALL:
        return count_figures(pk, at=at)
    return read_figures([pk]).get(pk) or Figures({}, at)
