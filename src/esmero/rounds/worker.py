"""Run one worker process: an event loop that sends, and threads for long jobs, happenings and routines.

Each sleeps until its next row is due or a writer wakes it (work/wakeups.py).
"""

import asyncio
import gc
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils import timezone

from esmero.house.models import Happening, HappeningDelivery
from esmero.mailroom.models import Inbound
from esmero.mailroom.sending.sender import Sender
from esmero.outbox.models import Dispatch, Message
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.rounds.delivery import deliver_due
from esmero.rounds.reactions import REACTIONS, Reaction
from esmero.rounds.routines import FAILED_PAUSE, RoutineCall, RoutineSchedule
from esmero.rounds.table import JOBS, ROUTINES
from esmero.work.due import next_due, release_due
from esmero.work.jobs import claim_job, release_jobs, run_job
from esmero.work.models import Job
from esmero.work.stop_signal import StopSignal
from esmero.work.wake_listener import WakeListener
from esmero.work.wakeups import LOOK_EVERY, Sleeper

log = logging.getLogger(__name__)
REST = 0.002  # seconds between two pieces of work, so that other writers get the lock

# Gets the topics that woke it, does a bounded piece of work, and returns the seconds that it may sleep.
type Round = Callable[[set[str]], float]


def default_name() -> str:
    """Return the worker name for claims and journals. It must be stable, so that a restart finds its journals."""
    return str(settings.ESMERO.worker_name or socket.gethostname())[:50]


def run_worker(
    *,
    home: Path,
    worker: str,
    stop: StopSignal,
    until_idle: bool = False,
    reactions: Sequence[Reaction] = REACTIONS,
) -> None:
    """Work until `stop` is set, or with `until_idle` until nothing is due (commands, tests).

    Raises:
        Refusal: another live worker on this machine has the name.

    """
    sender = make_sender(home=home, worker=worker)
    # The sender holds the lock of the name, so earlier claims of it belong to a dead process. The sender itself settles
    # messages; the other rows are released here, without waiting for the end of their leases.
    release_jobs(worker)
    release_due(Inbound, worker=worker)
    release_due(HappeningDelivery, worker=worker)
    if until_idle:
        _work_until_idle(sender, home=home, worker=worker, stop=stop)
        return
    schedule = RoutineSchedule(ROUTINES, worker=worker)
    tables = {table for routine in ROUTINES.values() for table in routine.woken_by}
    rounds: dict[str, tuple[Sleeper, Round]] = {
        "jobs": (Sleeper(Job), lambda _woken: _run_jobs(worker, stop)),
        "happenings": (Sleeper(Happening, HappeningDelivery), lambda _woken: _deliver(worker, reactions)),
        "routines": (Sleeper(*tables), schedule.run_due),
    }
    threads = [
        threading.Thread(target=_repeat, args=(stop, sleeper, work), name=name)
        for name, (sleeper, work) in rounds.items()
    ]
    sender.sleeper = Sleeper(Message, Dispatch)
    with WakeListener([sender.sleeper, *(sleeper for sleeper, _work in rounds.values())]):
        for thread in threads:
            thread.start()
        try:
            run_sender(sender, stop=stop)
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def make_sender(*, home: Path, worker: str) -> Sender:
    """Make the sender of this process, with the retry schedule of the configuration."""
    config = settings.ESMERO
    schedule = RetrySchedule.from_settings(minutes=config.retry_minutes)
    return Sender(home=home, worker=worker, schedule=schedule, helo=socket.getfqdn())


def run_sender(sender: Sender, *, stop: StopSignal, until_idle: bool = False) -> None:
    """Run the sender's event loop in this thread, on uvloop if it is installed."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    # Loaded modules live as long as the process. Not scanning them for garbage saves a fifth of the sending time.
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(sender.run(stop, until_idle=until_idle))


def _repeat(stop: StopSignal, sleeper: Sleeper, work: Round) -> None:
    """Call `work` until `stop`, and sleep between calls as long as it says. Exceptions are logged and do not end it."""
    while not stop.is_set():
        try:
            close_old_connections()
            seconds = work(sleeper.take())
        except Exception:
            log.exception("%s", threading.current_thread().name)
            seconds = FAILED_PAUSE
        stop.wait(REST)
        sleeper.wait(stop, seconds=seconds - REST)
    connections.close_all()


def _run_jobs(worker: str, stop: StopSignal) -> float:
    return 0.0 if _run_next_job(worker, stop) else _seconds_until(next_due(Job, kind__in=list(JOBS)))


def _run_next_job(worker: str, stop: StopSignal) -> int:
    job = claim_job(worker, kinds=JOBS)
    if job is None:
        return 0
    run_job(job, kinds=JOBS, stop=stop.is_set)
    return 1


def _deliver(worker: str, reactions: Sequence[Reaction]) -> float:
    if deliver_due(worker, reactions=reactions):
        return 0.0
    return min(_seconds_until(next_due(Happening)), _seconds_until(next_due(HappeningDelivery)))


def _seconds_until(due_at: datetime | None) -> float:
    return LOOK_EVERY if due_at is None else max(0.0, (due_at - timezone.now()).total_seconds())


def run_routines(worker: str) -> int:
    """Call each routine once and return the sum of the work done. A routine that fails does not stop the others."""
    done = 0
    for name, routine in ROUTINES.items():
        try:
            done += routine.run(RoutineCall(worker, timezone.now())).done
        except Exception:
            log.exception("routine %s", name)
    return done


def _work_until_idle(sender: Sender, *, home: Path, worker: str, stop: StopSignal) -> None:
    """Alternate jobs, happenings, routines and sending until all of them find nothing to do."""
    while not stop.is_set():
        worked = 0
        while _run_next_job(worker, stop):
            worked += 1
        while done := deliver_due(worker) + run_routines(worker):
            worked += done
        run_sender(sender, stop=stop, until_idle=True)
        worked += sender.handed_over + deliver_due(worker)
        if not worked:
            return
        # A sender closes its thread and its journal folder at the end of a run.
        sender = make_sender(home=home, worker=worker)
