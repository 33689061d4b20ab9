"""Keep the daily aggregates up to date: find the day or dispatch that is due, count one at a time, track new events.

Bookkeeping rows are stored in the same table: `counted` and `figures-at` hold the time of the count (seconds since
1970), `…-took` its duration in milliseconds, `news` and `figures-news` the latest event not yet counted. After a count
the next one waits for twenty times its duration, so that counting uses at most a twentieth of a processor. Every step
is idempotent, also when two workers run it at once.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from esmero.dossier.models import DailyAggregate
from esmero.dossier.statistics.day_counts import DAILY, Counts, count_day, day_bounds, first_day, summarise_day
from esmero.dossier.statistics.dispatch_statistics import (
    NEVER,
    aggregate_kind,
    count_parts,
    count_states,
    summarise_parts,
)
from esmero.house.models import Brand
from esmero.outbox.models import Dispatch, Message, MessageClass, MessageEvent

EVENTS = 5000  # read at once
RECENT = timedelta(days=7)
EVERY_DAY, EVERY_RECENT, EVERY_OPEN, EVERY_PRESSURE = 60.0, 3600.0, 2.0, 3600.0  # seconds
# Seconds. While no message is sent, what is not over is counted only every EVERY_QUIET: a dispatch after OPEN_QUIET of
# silence, a day after DAY_QUIET, so that what was sent last is in its count.
EVERY_QUIET, OPEN_QUIET, DAY_QUIET = 300.0, 10.0, 150.0
LIVELY_FOR = 60.0  # after a wake-up it looks every EVERY_OPEN: what was counted a moment ago rests first
LOOK_FOR_EVENTS = 60.0  # between looks otherwise
REST_FACTOR = 20  # multiple of the duration of a count
PRESSURE_DAYS = 30
MOST_WRITTEN = 50
_MASS = (MessageClass.COMMERCIAL, MessageClass.RELATIONAL)


type Clock = Callable[[], datetime]


def count_due(clock: Clock, *, silence: float = 0.0) -> Iterator[None]:
    """Count what is due now, the most urgent first, and yield after each bounded piece.

    `silence`: seconds since the last message was sent.
    """
    brands = list(Brand.objects.order_by("id").values_list("id", flat=True))
    if not brands:
        return
    mark_changes(brands[0])
    if silence < OPEN_QUIET:
        yield from _update_states(clock)
    dispatch = find_due_dispatch(clock(), silence=silence)
    if dispatch is not None:
        yield from _update_dispatch(*dispatch, clock=clock)
    day = find_due_day(clock(), brands=brands, silence=silence)
    if day is not None:
        yield from _update_day(day, brands=brands, clock=clock)
    brand = next((pk for pk in brands if _pressure_is_due(pk, clock())), None)
    if brand is not None:
        update_pressure(brand, now=clock())
        yield


def count_all_due(now: datetime) -> int:
    """Count until nothing is due (tests, commands); return the number of pieces."""
    pieces = 0
    while done := sum(1 for _piece in count_due(lambda: now)):
        pieces += done
    return pieces


def mark_changes(first_brand: int) -> None:
    """Mark the days and dispatches of new events, so that they are counted again."""
    mark = DailyAggregate.objects.filter(brand=first_brand, kind="mark", day=NEVER, key="event").first()
    if mark is None:
        # First run: every day is still to be counted, so older events need no mark.
        newest = MessageEvent.objects.aggregate(last=Max("id"))["last"] or 0
        _store(first_brand, kind="mark", day=NEVER, numbers={"event": newest})
        return
    facts = ("id", "at", "message__sent_at", "message__dispatch", "message__dispatch__brand")
    rows = list(MessageEvent.objects.filter(id__gt=mark.number).order_by("id").values_list(*facts)[:EVENTS])
    if not rows:
        return
    newest = rows[-1][0]
    days = {
        (brand, moment.astimezone(UTC).date())
        for *_, at, sent_at, _of, brand in rows
        for moment in (at, sent_at)
        if moment
    }
    dispatches = {(brand, str(of)) for *_, of, brand in rows}
    with transaction.atomic():
        _upsert(DailyAggregate(brand_id=brand, kind="news", day=day, number=newest) for brand, day in sorted(days))
        _upsert(
            DailyAggregate(brand_id=brand, kind="figures-news", day=NEVER, key=of, number=newest)
            for brand, of in sorted(dispatches)
        )
        DailyAggregate.objects.filter(pk=mark.pk).update(number=newest)


def find_due_dispatch(now: datetime, *, silence: float = 0.0) -> tuple[int, int] | None:
    """Return (dispatch, brand) of the dispatch that has waited longest; None if none is due."""
    every_open = EVERY_OPEN if silence < OPEN_QUIET else EVERY_QUIET
    at, took, news = (
        _read_bookkeeping("figures-at"),
        _read_bookkeeping("figures-took"),
        _read_bookkeeping("figures-news"),
    )
    due: list[tuple[bool, int, int, int]] = []
    for pk, brand, state, closed_at in _mass().values_list("id", "brand", "state", "closed_at").iterator():
        key = str(pk)
        counted = at.get(key, 0)
        age = now.timestamp() - counted
        if age < REST_FACTOR * took.get(key, 0) / 1000:
            continue
        ended = closed_at.timestamp() if state == Dispatch.State.CLOSED and closed_at else now.timestamp()
        still = ended < now.timestamp()
        young = now.timestamp() - ended < RECENT.total_seconds()
        # A count from before the end (whole seconds) is repeated once after it.
        fresh = news.get(key, 0) or not still or counted <= ended + 1
        every = EVERY_OPEN if still or news.get(key) else every_open
        if not counted or (fresh and age >= every) or (young and age >= EVERY_RECENT):
            due.append((still or bool(counted), counted, pk, brand))  # a dispatch that has just begun comes first
    return min(due)[2:] if due else None


def _mass() -> QuerySet[Dispatch]:
    """Return the dispatches of campaigns; standing ones never end, and no page shows their sums."""
    return Dispatch.objects.filter(message_class__in=_MASS, used_at=None)


def _update_states(clock: Clock) -> Iterator[None]:
    """Refresh the states of dispatches in progress: a fast count, so that progress moves during longer ones."""
    at, took = _read_bookkeeping("states-at"), _read_bookkeeping("states-took")
    now = clock().timestamp()
    for dispatch, brand in _mass().exclude(state=Dispatch.State.CLOSED).values_list("id", "brand"):
        key = str(dispatch)
        counted = at.get(key) or _read_bookkeeping("figures-at").get(key, 0)
        if not counted or now - counted < max(EVERY_OPEN, REST_FACTOR * took.get(key, 0) / 1000):
            continue
        begun = time.perf_counter()
        numbers = count_states(dispatch)
        lasted = round(1000 * (time.perf_counter() - begun))
        kind = aggregate_kind(dispatch)
        with transaction.atomic():
            gone = DailyAggregate.objects.filter(brand=brand, kind=kind, day=NEVER, key__startswith="state|")
            gone.exclude(key__in=numbers).delete()
            _store(brand, kind=kind, day=NEVER, numbers={**numbers, "at": int(now)})
            _store(brand, kind="states-at", day=NEVER, numbers={key: int(now)})
            _store(brand, kind="states-took", day=NEVER, numbers={key: lasted})
        yield


def _update_dispatch(dispatch: int, brand: int, *, clock: Clock) -> Iterator[None]:
    """Count a dispatch part by part, and store its statistics at the end."""
    key, spent, now = str(dispatch), 0.0, clock()
    news = _read_bookkeeping("figures-news").get(key, 0)
    numbers: Counter[str] = Counter()
    begun = time.perf_counter()
    for part in count_parts(dispatch):
        numbers.update(part)
        spent += time.perf_counter() - begun
        yield
        yield from _update_states(clock)
        begun = time.perf_counter()
    if not Dispatch.objects.filter(pk=dispatch, brand=brand).exists():
        return  # deleted while it was counted
    statistics = summarise_parts(numbers, at=now)
    seconds, kind = int(now.timestamp()), aggregate_kind(dispatch)
    rows = {(kind, name): number for name, number in {**statistics.numbers, "at": seconds}.items()}
    with transaction.atomic():
        _replace(brand, kinds=(kind,), day=NEVER, numbers=rows)
        _store(brand, kind="figures-at", day=NEVER, numbers={key: seconds})
        _store(brand, kind="figures-took", day=NEVER, numbers={key: round(1000 * spent)})
        _clear_changes(brand, kind="figures-news", day=NEVER, key=key, news=news)
    yield


def find_due_day(now: datetime, *, brands: Sequence[int], silence: float = 0.0) -> date | None:
    """Return the latest day to count: never counted, counted before its end, or with new events."""
    rows = DailyAggregate.objects.filter(brand__in=brands, kind="counted").values_list("day")
    counted = {day: (number, lowest) for day, number, lowest in rows.annotate(n=Count("id"), low=Min("number"))}
    news = set(DailyAggregate.objects.filter(brand__in=brands, kind="news", number__gt=0).values_list("day", flat=True))
    lasted = _read_bookkeeping("counted-took")
    today = now.astimezone(UTC).date()
    day, first = today, first_day(today)
    while day >= first:
        number, lowest = counted.get(day, (0, 0))
        if number < len(brands):
            return day
        age = now.timestamp() - lowest
        fresh = day in news or lowest < day_bounds(day)[1].timestamp() + EVERY_DAY
        every = EVERY_DAY if silence < DAY_QUIET or day in news else EVERY_QUIET
        late = (fresh and age >= every) or (today - day <= RECENT and age >= EVERY_RECENT)
        if late and age >= REST_FACTOR * lasted.get(day.isoformat(), 0) / 1000:
            return day
        day -= timedelta(days=1)
    return None


def _update_day(day: date, *, brands: Sequence[int], clock: Clock) -> Iterator[None]:
    """Count a day of all brands hour by hour, and store it at the end."""
    spent, now = 0.0, clock()
    news = dict(DailyAggregate.objects.filter(brand__in=brands, kind="news", day=day).values_list("brand", "number"))
    numbers: Counts = Counter()
    begun = time.perf_counter()
    for part in count_day(day):
        numbers.update(part)
        spent += time.perf_counter() - begun
        yield
        yield from _update_states(clock)
        begun = time.perf_counter()
    counts = summarise_day(numbers)
    for brand in Brand.objects.filter(pk__in=brands).values_list("id", flat=True):
        mine = {(kind, key): number for (of, kind, key), number in counts.items() if of == brand}
        with transaction.atomic():
            _replace(brand, kinds=DAILY, day=day, numbers=mine)
            _store(brand, kind="counted", day=day, numbers={"": int(now.timestamp())})
            _store(brand, kind="counted-took", day=NEVER, numbers={day.isoformat(): round(1000 * spent)})
            _clear_changes(brand, kind="news", day=day, key="", news=news.get(brand, 0))
    yield


def _clear_changes(brand: int, *, kind: str, day: date, key: str, news: int) -> None:
    """Delete the mark if all events up to it are counted; a later mark stays."""
    DailyAggregate.objects.filter(brand=brand, kind=kind, day=day, key=key, number=news).delete()


def _pressure_is_due(brand: int, now: datetime) -> bool:
    row = DailyAggregate.objects.filter(brand=brand, kind="pressure-at", day=NEVER).first()
    took = DailyAggregate.objects.filter(brand=brand, kind="pressure-took", day=NEVER).first()
    age = now.timestamp() - (row.number if row else 0)
    return age >= max(EVERY_PRESSURE, REST_FACTOR * (took.number if took else 0) / 1000)


def update_pressure(brand: int, *, now: datetime) -> None:
    """Count messages per person of a brand in the last 30 days, and the persons with most messages.

    `pressure`: number of messages → persons; `pressure-most`: person id → messages. Stored under today's date, so that
    earlier days remain for comparison.
    """
    begun = time.perf_counter()
    rows = Message.objects.filter(
        sent_at__gt=now - timedelta(days=PRESSURE_DAYS), sent_at__lte=now, dispatch__brand=brand, person__isnull=False
    ).exclude(dispatch__message_class=MessageClass.INTERNAL)
    counted = rows.values_list("person").annotate(number=Count("id")).order_by("-number", "person")
    people: Counter[int] = Counter()
    most: dict[str, int] = {}
    for person, number in counted.iterator(chunk_size=5000):
        people[number] += 1
        if len(most) < MOST_WRITTEN:
            most[str(person)] = number
    lasted = round(1000 * (time.perf_counter() - begun))
    numbers = {("pressure", str(messages)): number for messages, number in people.items()}
    numbers |= {("pressure-most", person): number for person, number in most.items()}
    with transaction.atomic():
        _replace(brand, kinds=("pressure", "pressure-most"), day=now.astimezone(UTC).date(), numbers=numbers)
        _store(brand, kind="pressure-at", day=NEVER, numbers={"": int(now.timestamp())})
        _store(brand, kind="pressure-took", day=NEVER, numbers={"": lasted})


def _read_bookkeeping(kind: str) -> dict[str, int]:
    rows = DailyAggregate.of_every_brand().filter(kind=kind, day=NEVER)
    return dict(rows.values_list("key", "number"))


def _replace(brand: int, *, kinds: Iterable[str], day: date, numbers: Mapping[tuple[str, str], int]) -> None:
    """Replace the rows of these kinds and this day by `numbers`; unchanged rows are not written."""
    old = {
        (kind, key): (pk, number)
        for pk, kind, key, number in DailyAggregate.objects.filter(
            brand=brand, kind__in=list(kinds), day=day
        ).values_list("pk", "kind", "key", "number")
    }
    gone = [pk for of, (pk, _number) in old.items() if of not in numbers]
    DailyAggregate.objects.filter(pk__in=gone).delete()
    _upsert(
        DailyAggregate(brand_id=brand, kind=kind, day=day, key=key, number=number)
        for (kind, key), number in numbers.items()
        if old.get((kind, key), (0, None))[1] != number
    )


def _store(brand: int, *, kind: str, day: date, numbers: Mapping[str, int]) -> None:
    _upsert(
        DailyAggregate(brand_id=brand, kind=kind, day=day, key=key, number=number) for key, number in numbers.items()
    )


def _upsert(rows: Iterable[DailyAggregate]) -> None:
    DailyAggregate.objects.bulk_create(
        list(rows),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["brand", "kind", "day", "key"],
        update_fields=["number"],
    )


class AggregateRoutine:
    """Count piece by piece: pass after pass while there is work, then every EVERY_OPEN or LOOK_FOR_EVENTS seconds."""

    def __init__(self) -> None:
        # What was sent before this process started is not known.
        self._sent_at = self._woken_at = time.monotonic()
        self._work: Iterator[None] = iter(())
        self._is_busy = False
        self.due_at = timezone.now()  # of the next call

    def run_piece(self, *, is_woken: bool, is_sending: bool) -> int:
        """Count one piece and return 1; 0 if the pass is over, or if the next is not due at `due_at` yet.

        `is_woken`: there are new events, or dispatches changed. `is_sending`: messages were sent.
        """
        if is_sending:
            self._sent_at = time.monotonic()
        if is_woken or is_sending:
            self._woken_at = time.monotonic()
            self.due_at = min(self.due_at, timezone.now() + timedelta(seconds=EVERY_OPEN))
        if timezone.now() < self.due_at:
            return 0
        for _piece in self._work:
            self._is_busy = True
            return 1
        if not self._is_busy:
            is_lively = time.monotonic() - self._woken_at < LIVELY_FOR
            self.due_at = timezone.now() + timedelta(seconds=EVERY_OPEN if is_lively else LOOK_FOR_EVENTS)
        self._is_busy = False
        self._work = count_due(timezone.now, silence=time.monotonic() - self._sent_at)
        return 0
