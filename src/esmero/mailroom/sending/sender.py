"""The sender: claim → case file → gate → print → transport → record, in bounded stages, crash-proof.

One event loop speaks to the relays; one thread does all work on the database (batches.py). At most `BATCHES` batches of
each relay are under way, so memory does not depend on the audience. What is on the wire stands in the ledger and in the
batch's journal before the first octet leaves (outbox/journal.py), and is settled from there if this process dies.
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
    VERDICT_AGE,
    ClaimedBatch,
    OpenDispatch,
    ask_gate,
    load_routes,
    print_parcels,
    take_batch,
)
from esmero.mailroom.sending.relay_outcomes import judge_outcome, record_judged
from esmero.outbox.journal import Journal, JournalFolder
from esmero.outbox.journal_recovery import mark_orphans, settle_absent, settle_own
from esmero.outbox.ledger import CLAIM_SIZE, LEASE, WIRE_SIZE, ClaimedMessage, close_finished, free, renew
from esmero.outbox.models import Message, Relay
from esmero.outbox.rate_limits import TokenBucket
from esmero.outbox.relay_passwords import RelayPasswordLost
from esmero.outbox.relays import Transport, address_facts, note_trouble, open_transport
from esmero.outbox.retry_schedule import RELAY_STAGES, RetrySchedule
from esmero.outbox.transports.parcels import Fate, Outcome

log = logging.getLogger(__name__)

BATCHES = 2
IDLE = 0.5
ROUTES_EVERY = 1.0
TIDY_EVERY = 5.0
RENEW_EVERY = 60.0
SAFETY = 30.0
RELAY_PAUSES = (2.0, 5.0, 15.0, 30.0, 60.0)


@dataclass
class ActiveRelay:
    """A relay in use: its transport, its rate, and when it may be tried again after trouble.

    `is_old`: the operator changed the relay; what is under way is finished, then it is opened anew.
    """

    relay: Relay
    transport: Transport
    bucket: TokenBucket
    is_old: bool = False
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    troubles: int = 0
    rest_until: float = 0.0


class Sender:
    """Sends what is due until told to stop. One per worker name and machine."""

    def __init__(self, *, home: Path, worker: str, schedule: RetrySchedule, helo: str) -> None:
        self.worker = worker
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
        renew_at = time.monotonic() + RENEW_EVERY
        while not stop.is_set():
            if self._fault is not None:
                raise RuntimeError("sending stopped in the middle of a batch; the journal has it") from self._fault
            now = time.monotonic()
            if now >= renew_at:
                await self._in_thread(lambda: renew(worker=self.worker, now=timezone.now()))
                self._renewed()
                renew_at = now + RENEW_EVERY
            if now >= tidy_at:
                await self._in_thread(_tidy)
                tidy_at = now + TIDY_EVERY
            if now >= routes_at:
                await self._load_ways()
                routes_at = now + ROUTES_EVERY
            started = await self._start_batches()
            under_way = {task for way in self._ways.values() for task in way.tasks}
            if until_idle and not started and not under_way:
                return
            if under_way and not started:
                await asyncio.wait(under_way, timeout=IDLE, return_when=asyncio.FIRST_COMPLETED)
            elif not started:
                await _pause(stop, IDLE)

    async def _load_ways(self) -> None:
        self._routes = await self._in_thread(lambda: load_routes(signer=self._signer, known=self._routes))
        for relay in {route.dispatch.relay for route in self._routes.values() if route.dispatch.relay is not None}:
            way = self._ways.get(relay.pk)
            if way is not None:
                way.is_old = address_facts(way.relay) != address_facts(relay)
                if not way.is_old or way.tasks:
                    continue
                del self._ways[relay.pk]
                await way.transport.close()
            await self._open_way(relay)

    async def _open_way(self, relay: Relay) -> None:
        """Open the way to a relay; one that cannot be opened costs the others nothing, and its messages wait."""
        try:
            transport = open_transport(relay, helo=self._helo, in_thread=self._in_thread)
        except RelayPasswordLost as lost:
            words = str(lost)
            await self._in_thread(lambda: note_trouble(relay.pk, trouble=words, at=timezone.now()))
            return
        self._ways[relay.pk] = ActiveRelay(relay, transport, TokenBucket(relay.per_second))

    async def _start_batches(self) -> bool:
        started = False
        for way in self._ways.values():
            if way.is_old or len(way.tasks) >= BATCHES or time.monotonic() < way.rest_until:
                continue
            routes = {pk: r for pk, r in self._routes.items() if r.dispatch.relay_id == way.relay.pk}
            if not routes:
                continue
            most = way.bucket.take(CLAIM_SIZE)
            if not most:
                continue
            batch = await self._in_thread(lambda: take_batch(worker=self.worker, routes=routes, most=most))  # noqa: B023
            way.bucket.give_back(most - (len(batch.claimed) if batch else 0))
            if batch is None:
                continue
            started = True
            if batch.claimed:
                task = asyncio.create_task(self._send_batch(batch, way=way, routes=routes))
                self._watch(task, way=way)
        return started

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
            if time.monotonic() > self._lease_ends - SAFETY or time.monotonic() < way.rest_until:
                await self._free(rows[start:])
                break
            some = rows[start : start + WIRE_SIZE]
            paused = [row for row in some if row.dispatch_id not in self._routes]
            if paused:
                await self._free(paused)
                some = [row for row in some if row.dispatch_id in self._routes]
            await self._send_some(some, batch=batch, way=way, routes=routes, journal=journal)
        journal.discard()

    async def _free(self, rows: Sequence[ClaimedMessage]) -> None:
        ids = [row.id for row in rows]
        await self._in_thread(lambda: free(ids, worker=self.worker))

    async def _send_some(
        self,
        rows: Sequence[ClaimedMessage],
        *,
        batch: ClaimedBatch,
        way: ActiveRelay,
        routes: dict[int, OpenDispatch],
        journal: Journal,
    ) -> None:
        if timezone.now() - batch.judged_at > VERDICT_AGE:
            now = timezone.now()
            rows = await self._in_thread(lambda: ask_gate(rows, routes=routes, worker=self.worker, now=now))
        parcels = await self._in_thread(lambda: print_parcels(rows, routes=routes, worker=self.worker, journal=journal))
        if not parcels:
            return
        journal.outcomes = []
        await way.transport.deliver(parcels, journal)
        outcomes = journal.outcomes
        self.handed_over += len(outcomes)
        await self._in_thread(lambda: self._record(outcomes, tries=batch.tries, addresses=batch.addresses))
        self._note_way(way, outcomes)

    def _record(self, outcomes: Sequence[Outcome], *, tries: dict[int, int], addresses: dict[int, str]) -> None:
        now = timezone.now()
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
        way.rest_until = time.monotonic() + RELAY_PAUSES[min(way.troubles, len(RELAY_PAUSES) - 1)]
        way.troubles += 1
        log.warning("relay %s: %s %s", way.relay.name, trouble.stage, trouble.text)
        words = f"{trouble.stage}: {trouble.text}"
        self._watch(asyncio.create_task(self._note_trouble(way, words=words)), way=way)

    async def _note_trouble(self, way: ActiveRelay, *, words: str) -> None:
        at = timezone.now() if words else None
        await self._in_thread(lambda: note_trouble(way.relay.pk, trouble=words, at=at))

    async def _drain(self) -> None:
        under_way = [task for way in self._ways.values() for task in way.tasks]
        if under_way:
            await asyncio.gather(*under_way, return_exceptions=True)
        for way in self._ways.values():
            await way.transport.close()

    def _renewed(self) -> None:
        self._lease_ends = time.monotonic() + LEASE.total_seconds()

    async def _in_thread[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _tidy() -> None:
    now: datetime = timezone.now()
    close_old_connections()
    mark_orphans(now=now)
    settle_absent(now=now)
    close_finished(now=now)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), timeout=seconds)
    except TimeoutError:
        return
