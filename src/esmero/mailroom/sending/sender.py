"""The sender: claim → case file → gate → print → transport → record, in bounded stages, crash-proof.

One event loop speaks to the relays; one thread does all work on the database (batches.py). At most `BATCHES` batches of
each relay are under way, so memory does not depend on the audience. What is on the wire stands in the ledger and in the
batch's journal before the first octet leaves (outbox/journal.py), and is settled from there if this process dies.
The clocks are handed in: `now` for what the ledger keeps, `monotonic` for leases, rests and pauses.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import close_old_connections, connections
from django.utils import timezone

from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.sending.batches import (
    ClaimedBatch,
    OpenDispatch,
    ask_gate,
    is_stale,
    load_routes,
    print_parcels,
    take_batch,
)
from esmero.mailroom.sending.relay_outcomes import judge_outcome, record_judged
from esmero.outbox.claims import CLAIM_SIZE, LEASE, WIRE_SIZE, ClaimedMessage, free, has_due, renew
from esmero.outbox.journal import Journal, JournalFolder
from esmero.outbox.journal_recovery import mark_orphans, settle_absent, settle_own
from esmero.outbox.ledger import close_finished
from esmero.outbox.models import Message, Relay
from esmero.outbox.rate_limits import Rate, give_back, lease_tokens
from esmero.outbox.relay_passwords import RelayPasswordLost
from esmero.outbox.relays import Transport, address_facts, note_trouble, open_transport
from esmero.outbox.retry_schedule import RELAY_STAGES, RetrySchedule
from esmero.outbox.transports.parcels import Fate, Outcome

log = logging.getLogger(__name__)

BATCHES = 2
IDLE = 0.5
BLINK = 0.001  # the least pause, so that a clock that stands never makes the loop spin
ROUTES_EVERY = 1.0
TIDY_EVERY = 5.0
RENEW_EVERY = 60.0
SAFETY = 30.0
RELAY_PAUSES = (2.0, 5.0, 15.0, 30.0, 60.0)


@dataclass
class ActiveRelay:
    """A relay in use: its transport, its rate, and when it may be tried again after trouble.

    `is_old`: the operator changed the relay; what is under way is finished, then it is opened anew. `tokens` of its rate
    are leased and may be used from `tokens_at`; where there are none, that is when to ask again, if at all.
    """

    relay: Relay
    transport: Transport
    rate: Rate | None
    is_old: bool = False
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    troubles: int = 0
    rest_until: float = 0.0
    tokens: int = 0
    tokens_at: float | None = None

    def is_open(self, now: float) -> bool:
        """Say whether a batch may be started, tokens apart."""
        return not self.is_old and len(self.tasks) < BATCHES and now >= self.rest_until


def may_hand_over(now: float, *, lease_ends: float, rest_until: float) -> bool:
    """Say whether a sub-batch may go on the wire: the lease holds for long enough, and the relay is not left to rest."""
    return now <= lease_ends - SAFETY and now >= rest_until


def rest_after(troubles: int) -> float:
    """Return the seconds for which a relay rests that had trouble so many times in a row before."""
    return RELAY_PAUSES[min(troubles, len(RELAY_PAUSES) - 1)]


class Sender:
    """Sends what is due until told to stop. One per worker name and machine.

    `rate_now` is the clock of the relays' rates; None is that of the database, which all machines share.
    """

    def __init__(
        self,
        *,
        home: Path,
        worker: str,
        schedule: RetrySchedule,
        helo: str,
        now: Callable[[], datetime] = timezone.now,
        monotonic: Callable[[], float] = time.monotonic,
        rate_now: Callable[[], datetime] | None = None,
    ) -> None:
        self.worker = worker
        self._now, self._monotonic, self._rate_now = now, monotonic, rate_now
        self._desk = JournalFolder(home, worker=worker)
        self._schedule = schedule
        self._helo = helo
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._routes: dict[int, OpenDispatch] = {}
        self._ways: dict[int, ActiveRelay] = {}
        self._signer = open_signer()
        self._lease_ends = 0.0
        self._fault: BaseException | None = None
        self.handed_over = 0  # messages given to transports by this process

    async def run(self, stop: asyncio.Event, *, until_idle: bool = False) -> None:
        """Settle what an earlier process left, then send until `stop` (or, for commands and tests, until nothing is due)."""
        try:
            settled = await self._in_thread(
                lambda: settle_own(self._desk, worker=self.worker, record=self._record_remains)
            )
            if settled.freed or settled.answered or settled.doubts:
                log.warning("settled after an interruption: %s", settled)
            self._renewed()
            await self._loop(stop, until_idle=until_idle)
        finally:
            await self._drain()
            await self._in_thread(connections.close_all)
            self._thread.shutdown(wait=True)
            self._desk.__exit__(None, None, None)

    async def _loop(self, stop: asyncio.Event, *, until_idle: bool) -> None:
        routes_at = tidy_at = 0.0
        renew_at = self._monotonic() + RENEW_EVERY
        while not stop.is_set():
            if self._fault is not None:
                raise RuntimeError("sending stopped in the middle of a batch; the journal has it") from self._fault
            now = self._monotonic()
            if now >= renew_at:
                await self._in_thread(lambda: renew(worker=self.worker, now=self._now()))
                self._renewed()
                renew_at = now + RENEW_EVERY
            if now >= tidy_at:
                await self._in_thread(lambda: _tidy(now=self._now()))
                tidy_at = now + TIDY_EVERY
            if now >= routes_at:
                await self._load_ways()
                routes_at = now + ROUTES_EVERY
            started = await self._start_batches()
            under_way = {task for way in self._ways.values() for task in way.tasks}
            pause = self._pause_for_tokens()
            if until_idle and not started and not under_way and pause is None:
                return
            seconds = IDLE if pause is None else pause
            if under_way and not started:
                await asyncio.wait(under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            elif not started:
                await _pause(stop, seconds)

    def _pause_for_tokens(self) -> float | None:
        """Return the seconds until the next tokens are due of a way that waits for some; None where none does."""
        now = self._monotonic()
        due = [way.tokens_at for way in self._ways.values() if way.tokens_at is not None and way.is_open(now)]
        return min(max(min(due) - now, BLINK), IDLE) if due else None

    async def _load_ways(self) -> None:
        self._routes = await self._in_thread(lambda: load_routes(signer=self._signer, known=self._routes))
        for relay in {route.dispatch.relay for route in self._routes.values() if route.dispatch.relay is not None}:
            way = self._ways.get(relay.pk)
            if way is not None:
                way.is_old = address_facts(way.relay) != address_facts(relay)
                if not way.is_old or way.tasks:
                    continue
                del self._ways[relay.pk]
                await self._close(way)
            await self._open_way(relay)

    async def _open_way(self, relay: Relay) -> None:
        """Open the way to a relay; one that cannot be opened costs the others nothing, and its messages wait."""
        try:
            transport = open_transport(relay, helo=self._helo, in_thread=self._in_thread)
        except RelayPasswordLost as lost:
            words = str(lost)
            await self._in_thread(lambda: note_trouble(relay.pk, trouble=words, at=self._now()))
            return
        self._ways[relay.pk] = ActiveRelay(relay, transport, Rate(relay.per_second) if relay.per_second else None)

    async def _start_batches(self) -> bool:
        started = False
        for way in self._ways.values():
            now = self._monotonic()
            if not way.is_open(now) or (way.tokens_at is not None and now < way.tokens_at):
                continue
            routes = {pk: r for pk, r in self._routes.items() if r.dispatch.relay_id == way.relay.pk}
            if not routes:
                await self._return_tokens(way)
                continue
            batch = await self._in_thread(lambda: self._take(way, routes))  # noqa: B023
            if batch is None:
                continue
            started = True
            if batch.claimed:
                task = asyncio.create_task(self._send_batch(batch, way=way, routes=routes))
                self._watch(task, way=way)
        return started

    def _take(self, way: ActiveRelay, routes: dict[int, OpenDispatch]) -> ClaimedBatch | None:
        """Claim a batch; where the rate is limited, as many messages as there are tokens for."""
        now = self._now()
        if way.rate is None:
            return take_batch(worker=self.worker, routes=routes, most=CLAIM_SIZE, now=now)
        way.tokens_at = None
        if not way.tokens and not self._lease_tokens(way, rate=way.rate, routes=routes):
            return None
        tokens, way.tokens = way.tokens, 0
        batch = take_batch(worker=self.worker, routes=routes, most=tokens, now=now)
        self._give_back(way, tokens - (len(batch.claimed) if batch else 0))
        return batch

    def _lease_tokens(self, way: ActiveRelay, *, rate: Rate, routes: dict[int, OpenDispatch]) -> bool:
        """Lease tokens for what is due, if anything is; say whether they may be used now."""
        if not has_due(dispatch_ids=routes, now=self._now()):
            return False
        at = self._rate_now() if self._rate_now else None
        lease = lease_tokens(way.relay.pk, rate=rate, wanted=CLAIM_SIZE, now=at)
        way.tokens = lease.tokens
        if not lease.wait:
            return True
        way.tokens_at = self._monotonic() + lease.wait.total_seconds()
        return False

    def _give_back(self, way: ActiveRelay, unused: int) -> None:
        if way.rate is not None and unused:
            give_back(way.relay.pk, rate=way.rate, unused=unused)

    def _watch(self, task: asyncio.Task[None], *, way: ActiveRelay) -> None:
        """Keep a task until it is done; its fault ends the sender, whose next start settles what it left."""

        def finish(done: asyncio.Task[None]) -> None:
            way.tasks.discard(done)
            if not done.cancelled() and done.exception() is not None:
                self._fault = done.exception()

        way.tasks.add(task)
        task.add_done_callback(finish)

    async def _send_batch(self, batch: ClaimedBatch, *, way: ActiveRelay, routes: dict[int, OpenDispatch]) -> None:
        journal = self._desk.open_journal()
        rows = batch.claimed
        for start in range(0, len(rows), WIRE_SIZE):
            if not may_hand_over(self._monotonic(), lease_ends=self._lease_ends, rest_until=way.rest_until):
                await self._free(rows[start:], way=way)
                break
            some = rows[start : start + WIRE_SIZE]
            paused = [row for row in some if row.dispatch_id not in self._routes]
            if paused:
                await self._free(paused, way=way)
                some = [row for row in some if row.dispatch_id in self._routes]
            await self._send_some(some, batch=batch, way=way, routes=routes, journal=journal)
        journal.discard()

    async def _free(self, rows: Sequence[ClaimedMessage], *, way: ActiveRelay) -> None:
        ids = [row.id for row in rows]
        await self._in_thread(lambda: self._give_back(way, free(ids, worker=self.worker)))

    async def _send_some(
        self,
        rows: Sequence[ClaimedMessage],
        *,
        batch: ClaimedBatch,
        way: ActiveRelay,
        routes: dict[int, OpenDispatch],
        journal: Journal,
    ) -> None:
        now = self._now()
        if is_stale(batch.judged_at, now=now):
            rows = await self._in_thread(lambda: ask_gate(rows, routes=routes, worker=self.worker, now=now))
        parcels = await self._in_thread(
            lambda: print_parcels(rows, routes=routes, worker=self.worker, journal=journal, at=self._now())
        )
        if not parcels:
            return
        journal.outcomes = []
        await way.transport.deliver(parcels, journal)
        outcomes = journal.outcomes
        self.handed_over += len(outcomes)
        await self._in_thread(lambda: self._record(outcomes, tries=batch.tries, addresses=batch.addresses))
        self._note_way(way, outcomes)

    def _record(self, outcomes: Sequence[Outcome], *, tries: dict[int, int], addresses: dict[int, str]) -> None:
        now = self._now()
        judged = [judge_outcome(one, tries=tries[one.key], schedule=self._schedule, now=now) for one in outcomes]
        record_judged(judged, addresses=addresses.__getitem__, worker=self.worker, at=now)

    def _record_remains(self, outcomes: Sequence[Outcome]) -> None:
        rows = Message.objects.filter(id__in=[one.key for one in outcomes]).values_list("id", "tries", "address")
        known = {pk: (tries, address) for pk, tries, address in rows}
        self._record(
            outcomes,
            tries={pk: tries for pk, (tries, _) in known.items()},
            addresses={pk: address for pk, (_, address) in known.items()},
        )

    def _note_way(self, way: ActiveRelay, outcomes: Sequence[Outcome]) -> None:
        trouble = next((o for o in outcomes if o.fate is Fate.NOT_BEGUN and o.stage in RELAY_STAGES), None)
        if trouble is None:
            if way.troubles:
                way.troubles = 0
                self._watch(asyncio.create_task(self._note_trouble(way, words="")), way=way)
            return
        way.rest_until = self._monotonic() + rest_after(way.troubles)
        way.troubles += 1
        log.warning("relay %s: %s %s", way.relay.name, trouble.stage, trouble.text)
        words = f"{trouble.stage}: {trouble.text}"
        self._watch(asyncio.create_task(self._note_trouble(way, words=words)), way=way)

    async def _note_trouble(self, way: ActiveRelay, *, words: str) -> None:
        at = self._now() if words else None
        await self._in_thread(lambda: note_trouble(way.relay.pk, trouble=words, at=at))

    async def _drain(self) -> None:
        under_way = [task for way in self._ways.values() for task in way.tasks]
        if under_way:
            await asyncio.gather(*under_way, return_exceptions=True)
        for way in self._ways.values():
            await self._close(way)

    async def _close(self, way: ActiveRelay) -> None:
        await self._return_tokens(way)
        await way.transport.close()

    async def _return_tokens(self, way: ActiveRelay) -> None:
        """Give back what was leased ahead and is not to be used."""
        tokens, way.tokens, way.tokens_at = way.tokens, 0, None
        if tokens:
            await self._in_thread(lambda: self._give_back(way, tokens))

    def _renewed(self) -> None:
        self._lease_ends = self._monotonic() + LEASE.total_seconds()

    async def _in_thread[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _tidy(*, now: datetime) -> None:
    close_old_connections()
    mark_orphans(now=now)
    settle_absent(now=now)
    close_finished(now=now)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), timeout=seconds)
    except TimeoutError:
        return
