"""Send due messages: claim → case file → gate → render → transport → record, in bounded stages, crash-proof.

One event loop speaks to the relays; one thread does all work on the database (batches.py). Each relay has at most
`BATCHES` batches in progress, so memory does not depend on the size of the audience. A message is marked as on the wire
in the ledger and in the batch's journal before its first octet is sent (outbox/journal.py). If this process dies, its
messages are settled from the journal (outbox/journal_recovery.py). Without work it sleeps until the next message is due
or a writer wakes it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import close_old_connections, connections
from django.utils import timezone

from esmero.mailroom.composing.attachments import AttachmentCache
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.sending.batches import ClaimedBatch, ask_gate, claim_batch, is_stale
from esmero.mailroom.sending.open_dispatches import OpenDispatch, load_open_dispatches
from esmero.mailroom.sending.parcel_rendering import render_parcels
from esmero.mailroom.sending.relay_outcomes import judge_outcome, record_judged
from esmero.outbox.claims import CLAIM_SIZE, LEASE, ClaimedMessage, find_next_due, free, has_due, renew
from esmero.outbox.journal import Journal, JournalFolder
from esmero.outbox.journal_recovery import mark_orphans, settle_absent, settle_own
from esmero.outbox.ledger import close_finished
from esmero.outbox.models import Dispatch, Message, Relay
from esmero.outbox.rate_limits import Rate, give_back, lease_tokens
from esmero.outbox.relay_passwords import RelayPasswordLost
from esmero.outbox.relays import Transport, connection_settings, note_trouble, open_transport
from esmero.outbox.retry_schedule import RELAY_STAGES, RetrySchedule
from esmero.outbox.transports.parcels import Fate, Outcome
from esmero.work.stop_signal import StopSignal
from esmero.work.wakeups import UNHEARD, Sleeper, topic_of

log = logging.getLogger(__name__)

# Seconds, except BATCHES and SMALL_BATCH.
BATCHES = 2  # one batch is rendered while the other is on the wire
SMALL_BATCH = 100  # messages; a claim costs as much as ten of them
GATHER = 0.5  # from a small batch to the next claim: single messages that are posted meanwhile go together
IDLE = 0.5  # from look to look while batches are under way
MIN_PAUSE = 0.001  # so that the loop never spins, even if the clock does not advance
RELOAD_EVERY = 1.0
TIDY_EVERY = 5.0  # after messages were recorded
TIDY_ANYWAY = 60.0  # leases of other workers may have ended
RENEW_EVERY = 60.0
SAFETY = 30.0  # nothing is handed over in the last seconds of a lease
RELAY_PAUSES = (2.0, 5.0, 15.0, 30.0, 60.0)


@dataclass
class ActiveRelay:
    """Hold a relay in use: its transport, its rate limit, and the pause after trouble.

    `is_outdated`: the operator changed the relay; batches in progress are finished, then the transport is opened again.
    Nothing is claimed before `claim_at`: the time from which the leased `tokens` of its rate may be used or others are
    asked for, or the time until which messages gather; None: do not wait. Times are monotonic, in seconds.
    """

    row: Relay
    transport: Transport
    rate: Rate | None
    is_outdated: bool = False
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    troubles: int = 0
    paused_until: float = 0.0
    tokens: int = 0
    claim_at: float | None = None

    def is_open(self, now: float) -> bool:
        """Return whether a batch may start, apart from the rate limit."""
        return not self.is_outdated and len(self.tasks) < BATCHES and now >= self.paused_until


def may_hand_over(now: float, *, lease_ends: float, paused_until: float) -> bool:
    """Return whether a sub-batch may go on the wire: the lease lasts long enough and the relay is not paused."""
    return now <= lease_ends - SAFETY and now >= paused_until


def pause_after(troubles: int) -> float:
    """Return the seconds to pause a relay after trouble; `troubles` is the number of earlier ones in a row."""
    return RELAY_PAUSES[min(troubles, len(RELAY_PAUSES) - 1)]


class Sender:
    """Send due messages until stopped. One per worker name and machine.

    The clocks are parameters, so that tests can set them: `now` for times in the ledger, `monotonic` for leases and
    pauses, `rate_now` for rate limits (None: the clock of the database, which all machines share).
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
        self._journals = JournalFolder(home, worker=worker)
        self._schedule = schedule
        self._helo = helo
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._open_dispatches: dict[int, OpenDispatch] = {}
        self._relays: dict[int, ActiveRelay] = {}
        self._signer = open_signer()
        self._files = AttachmentCache()
        self._lease_ends = 0.0
        self._fault: BaseException | None = None
        self._looked_at = now()  # for due messages: what becomes due later is awaited
        self._awake = asyncio.Event()  # set by `stop` and by any wake-up
        self._is_urgent = asyncio.Event()  # set by `stop` and by changes of dispatches
        self._reload_at = 0.0
        self._is_outdated = False  # dispatches may have been opened since they were loaded
        self._tidied_at = -TIDY_ANYWAY
        self._is_untidy = False  # messages were claimed or recorded, so that their dispatch may be finished
        self.handed_over = 0  # messages given to transports by this process
        self.sleeper: Sleeper | None = None  # hears wake-ups; without one the sender looks every second

    async def run(self, stop: StopSignal, *, until_idle: bool = False) -> None:
        """Settle the messages of an earlier process, then send until `stop` is set.

        `until_idle`: return as soon as nothing is due (commands, tests). Raises RuntimeError if a batch failed.
        """
        loop = asyncio.get_running_loop()
        loop.add_reader(stop.fileno(), self._stop_waiting, stop.fileno())
        if self.sleeper is not None:
            loop.add_reader(self.sleeper.fileno(), self._note_wakeups)
        try:
            settled = await self._in_thread(
                lambda: settle_own(self._journals, worker=self.worker, record=self._record_recovered)
            )
            if settled.freed or settled.answered or settled.doubts:
                log.warning("settled after an interruption: %s", settled)
            self._note_renewal()
            await self._loop(stop, until_idle=until_idle)
        finally:
            loop.remove_reader(stop.fileno())
            if self.sleeper is not None:
                loop.remove_reader(self.sleeper.fileno())
            await self._drain()
            await self._in_thread(connections.close_all)
            self._thread.shutdown(wait=True)
            self._journals.__exit__(None, None, None)

    def _stop_waiting(self, descriptor: int) -> None:
        asyncio.get_running_loop().remove_reader(descriptor)  # it stays readable
        self._awake.set()
        self._is_urgent.set()

    def _note_wakeups(self) -> None:
        assert self.sleeper is not None
        if topic_of(Dispatch) in self.sleeper.take():
            self._reload_at = 0.0  # a paused campaign stops at once
            self._is_urgent.set()
        self._is_outdated = True
        self._awake.set()

    async def _loop(self, stop: StopSignal, *, until_idle: bool) -> None:
        renew_at = self._monotonic() + RENEW_EVERY
        while not stop.is_set():
            if self._fault is not None:
                raise RuntimeError("sending stopped in the middle of a batch; the journal has it") from self._fault
            now = self._monotonic()
            if now >= renew_at:
                await self._in_thread(lambda: renew(worker=self.worker, now=self._now()))
                self._note_renewal()
                renew_at = now + RENEW_EVERY
            if now >= self._tidy_at():
                await self._tidy(now)
            if now >= self._reload_at:
                self._reload_at, self._is_outdated = now + RELOAD_EVERY, False
                await self._load_relays()
            self._looked_at = self._now()
            started = await self._start_batches(gather=not until_idle)
            under_way = {task for relay in self._relays.values() for task in relay.tasks}
            pause = self._pause_before_claim()
            if until_idle and not started and not under_way and pause is None:
                if self._is_untidy:
                    await self._tidy(now)
                return
            if started:
                continue
            if under_way:
                await self._wait_for_batches(under_way, seconds=IDLE if pause is None else pause)
            else:
                await self._sleep(pause)

    def _tidy_at(self) -> float:
        return self._tidied_at + (TIDY_EVERY if self._is_untidy else TIDY_ANYWAY)

    async def _tidy(self, now: float) -> None:
        self._tidied_at, self._is_untidy = now, False
        await self._in_thread(lambda: _tidy(now=self._now()))

    async def _sleep(self, pause: float | None) -> None:
        if pause is None:
            await _pause(self._awake, await self._sleep_seconds())
        else:  # not ended by each message, or single messages would not gather
            await _pause(self._is_urgent, pause)

    async def _sleep_seconds(self) -> float:
        """Return the seconds until there may be work: a message, a relay after its pause, dispatches that changed."""
        due_at = await self._in_thread(lambda: find_next_due(now=self._looked_at))
        now = self._monotonic()
        times = [self._tidy_at(), *(one.paused_until for one in self._relays.values() if one.paused_until > now)]
        if due_at is not None:
            times.append(now + (due_at - self._now()).total_seconds())
        if self._is_outdated or any(one.is_outdated for one in self._relays.values()):
            times.append(self._reload_at)
        longest = UNHEARD if self.sleeper is None else self.sleeper.longest
        return min(max(min(times) - now, MIN_PAUSE), longest)

    async def _wait_for_batches(self, under_way: set[asyncio.Task[None]], *, seconds: float) -> None:
        # Not for each message: meanwhile those that become due gather to a batch.
        woken = asyncio.create_task(self._is_urgent.wait())
        try:
            await asyncio.wait({*under_way, woken}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            self._is_urgent.clear()

    def _pause_before_claim(self) -> float | None:
        """Return the seconds until a relay that waits for tokens or gathers may claim; None if none waits."""
        now = self._monotonic()
        due = [relay.claim_at for relay in self._relays.values() if relay.claim_at is not None and relay.is_open(now)]
        return min(max(min(due) - now, MIN_PAUSE), IDLE) if due else None

    async def _load_relays(self) -> None:
        self._open_dispatches = await self._in_thread(
            lambda: load_open_dispatches(signer=self._signer, known=self._open_dispatches)
        )
        relays = {one.dispatch.relay for one in self._open_dispatches.values() if one.dispatch.relay is not None}
        for relay in relays:
            active = self._relays.get(relay.pk)
            if active is not None:
                active.is_outdated = connection_settings(active.row) != connection_settings(relay)
                # A change takes effect only when no batch uses the old transport any more.
                if not active.is_outdated or active.tasks:
                    continue
                del self._relays[relay.pk]
                await self._close(active)
            await self._open_relay(relay)

    async def _open_relay(self, relay: Relay) -> None:
        """Open the transport of a relay. If its password cannot be read, record the trouble; its messages wait."""
        try:
            transport = open_transport(relay, helo=self._helo, in_thread=self._in_thread)
        except RelayPasswordLost as lost:
            text = str(lost)
            await self._in_thread(lambda: note_trouble(relay.pk, trouble=text, at=self._now()))
            return
        self._relays[relay.pk] = ActiveRelay(relay, transport, Rate(relay.per_second) if relay.per_second else None)

    async def _start_batches(self, *, gather: bool) -> bool:
        started = False
        for relay in self._relays.values():
            now = self._monotonic()
            if not relay.is_open(now) or (relay.claim_at is not None and now < relay.claim_at):
                continue
            open_dispatches = {pk: d for pk, d in self._open_dispatches.items() if d.dispatch.relay_id == relay.row.pk}
            if not open_dispatches:
                await self._return_tokens(relay)
                continue
            batch = await self._in_thread(lambda: self._claim_batch(relay, open_dispatches))  # noqa: B023
            if batch is None:
                continue
            started = self._is_untidy = True
            if gather and relay.rate is None and len(batch.claimed) < SMALL_BATCH:
                relay.claim_at = now + GATHER
            if batch.claimed:
                task = asyncio.create_task(self._send_batch(batch, relay=relay, open_dispatches=open_dispatches))
                self._watch(task, relay=relay)
        return started

    def _claim_batch(self, relay: ActiveRelay, open_dispatches: dict[int, OpenDispatch]) -> ClaimedBatch | None:
        """Claim a batch; under a rate limit, as many messages as there are tokens."""
        now = self._now()
        relay.claim_at = None
        if relay.rate is None:
            return claim_batch(worker=self.worker, open_dispatches=open_dispatches, most=CLAIM_SIZE, now=now)
        if not relay.tokens and not self._lease_tokens(relay, rate=relay.rate, open_dispatches=open_dispatches):
            return None
        tokens, relay.tokens = relay.tokens, 0
        batch = claim_batch(worker=self.worker, open_dispatches=open_dispatches, most=tokens, now=now)
        self._give_back(relay, tokens - (len(batch.claimed) if batch else 0))
        return batch

    def _lease_tokens(self, relay: ActiveRelay, *, rate: Rate, open_dispatches: dict[int, OpenDispatch]) -> bool:
        """Lease tokens if any message is due; return whether they may be used now."""
        if not has_due(dispatch_ids=open_dispatches, now=self._now()):
            return False
        at = self._rate_now() if self._rate_now else None
        lease = lease_tokens(relay.row.pk, rate=rate, wanted=CLAIM_SIZE, now=at)
        relay.tokens = lease.tokens
        if not lease.wait:
            return True
        relay.claim_at = self._monotonic() + lease.wait.total_seconds()
        return False

    def _give_back(self, relay: ActiveRelay, unused: int) -> None:
        if relay.rate is not None and unused:
            give_back(relay.row.pk, rate=relay.rate, unused=unused)

    def _watch(self, task: asyncio.Task[None], *, relay: ActiveRelay) -> None:
        """Keep a task until it is done. Its exception ends the sender; the next start settles its messages."""

        def finish(done: asyncio.Task[None]) -> None:
            relay.tasks.discard(done)
            if not done.cancelled() and done.exception() is not None:
                self._fault = done.exception()

        relay.tasks.add(task)
        task.add_done_callback(finish)

    async def _send_batch(
        self, batch: ClaimedBatch, *, relay: ActiveRelay, open_dispatches: dict[int, OpenDispatch]
    ) -> None:
        journal = self._journals.open_journal()
        begun = 0
        for part in batch.sub_batches():
            if not may_hand_over(self._monotonic(), lease_ends=self._lease_ends, paused_until=relay.paused_until):
                await self._free(batch.claimed[begun:], relay=relay)
                break
            begun += len(part)
            some = part
            # The dispatch may have been paused since the batch was claimed.
            paused = [row for row in some if row.dispatch_id not in self._open_dispatches]
            if paused:
                await self._free(paused, relay=relay)
                some = [row for row in some if row.dispatch_id in self._open_dispatches]
            await self._send_sub_batch(some, batch=batch, relay=relay, open_dispatches=open_dispatches, journal=journal)
        # Not in a `finally`: after an exception the next start needs the journal.
        journal.discard()

    async def _free(self, rows: Sequence[ClaimedMessage], *, relay: ActiveRelay) -> None:
        ids = [row.id for row in rows]
        await self._in_thread(lambda: self._give_back(relay, free(ids, worker=self.worker)))

    async def _send_sub_batch(
        self,
        rows: Sequence[ClaimedMessage],
        *,
        batch: ClaimedBatch,
        relay: ActiveRelay,
        open_dispatches: dict[int, OpenDispatch],
        journal: Journal,
    ) -> None:
        now = self._now()
        if is_stale(batch.judged_at, now=now):
            rows = await self._in_thread(
                lambda: ask_gate(rows, open_dispatches=open_dispatches, worker=self.worker, now=now)
            )
        parcels = await self._in_thread(
            lambda: render_parcels(
                rows,
                open_dispatches=open_dispatches,
                attachments=batch.attachments,
                files=self._files,
                worker=self.worker,
                journal=journal,
                at=self._now(),
            )
        )
        if not parcels:
            return
        journal.outcomes = []
        await relay.transport.deliver(parcels, journal)
        outcomes = journal.outcomes
        self.handed_over += len(outcomes)
        await self._in_thread(lambda: self._record(outcomes, tries=batch.tries, addresses=batch.addresses))
        self._update_pause(relay, outcomes)

    def _record(self, outcomes: Sequence[Outcome], *, tries: dict[int, int], addresses: dict[int, str]) -> None:
        self._is_untidy = True
        now = self._now()
        judged = [judge_outcome(one, tries=tries[one.key], schedule=self._schedule, now=now) for one in outcomes]
        record_judged(judged, addresses=addresses.__getitem__, worker=self.worker, at=now)

    def _record_recovered(self, outcomes: Sequence[Outcome]) -> None:
        rows = Message.objects.filter(id__in=[one.key for one in outcomes]).values_list("id", "tries", "address")
        known = {pk: (tries, address) for pk, tries, address in rows}
        self._record(
            outcomes,
            tries={pk: tries for pk, (tries, _) in known.items()},
            addresses={pk: address for pk, (_, address) in known.items()},
        )

    def _update_pause(self, relay: ActiveRelay, outcomes: Sequence[Outcome]) -> None:
        trouble = next((o for o in outcomes if o.fate is Fate.NOT_BEGUN and o.stage in RELAY_STAGES), None)
        if trouble is None:
            if relay.troubles:
                relay.troubles = 0
                self._watch(asyncio.create_task(self._note_trouble(relay, words="")), relay=relay)
            return
        relay.paused_until = self._monotonic() + pause_after(relay.troubles)
        relay.troubles += 1
        log.warning("relay %s: %s %s", relay.row.name, trouble.stage, trouble.text)
        words = f"{trouble.stage}: {trouble.text}"
        self._watch(asyncio.create_task(self._note_trouble(relay, words=words)), relay=relay)

    async def _note_trouble(self, relay: ActiveRelay, *, words: str) -> None:
        at = self._now() if words else None
        await self._in_thread(lambda: note_trouble(relay.row.pk, trouble=words, at=at))

    async def _drain(self) -> None:
        under_way = [task for relay in self._relays.values() for task in relay.tasks]
        if under_way:
            await asyncio.gather(*under_way, return_exceptions=True)
        for relay in self._relays.values():
            await self._close(relay)

    async def _close(self, relay: ActiveRelay) -> None:
        await self._return_tokens(relay)
        await relay.transport.close()

    async def _return_tokens(self, relay: ActiveRelay) -> None:
        """Give back tokens that were leased ahead and are not used."""
        tokens, relay.tokens, relay.claim_at = relay.tokens, 0, None
        if tokens:
            await self._in_thread(lambda: self._give_back(relay, tokens))

    def _note_renewal(self) -> None:
        self._lease_ends = self._monotonic() + LEASE.total_seconds()

    async def _in_thread[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _tidy(*, now: datetime) -> None:
    close_old_connections()
    mark_orphans(now=now)
    settle_absent(now=now)
    close_finished(now=now)


async def _pause(awake: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(awake.wait(), timeout=seconds)
    awake.clear()
