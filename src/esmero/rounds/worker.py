"""Run one worker process: an event loop that sends, a thread for long jobs, a thread for routines."""

import asyncio
import gc
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connections

from esmero.mailroom.models import Inbound
from esmero.mailroom.sending.sender import Sender
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.rounds.table import JOBS, ROUTINES
from esmero.work.due import release_due
from esmero.work.jobs import claim_job, release_jobs, run_job

log = logging.getLogger(__name__)
# Seconds between looks for work, while there is none.
PAUSE = 1.0
JOB_PAUSE = 0.3


def default_name() -> str:
    """Return the worker name for claims and journals. It must be stable, so that a restart finds its journals."""
    return str(settings.ESMERO.worker_name or socket.gethostname())[:50]


def run_worker(*, home: Path, worker: str, stop: threading.Event, until_idle: bool = False) -> None:
    """Work until `stop` is set, or with `until_idle` until nothing is due (commands, tests).

    Raises:
        Refusal: another live worker on this machine has the name.

    """
    sender = make_sender(home=home, worker=worker)
    # The sender holds the lock of the name, so earlier claims of it belong to a dead process. The sender itself settles
    # messages; jobs and inbound messages are released here, without waiting for the end of their leases.
    release_jobs(worker)
    release_due(Inbound, worker=worker)
    if until_idle:
        _work_until_idle(sender, home=home, worker=worker, stop=stop)
        return
    threads = [
        threading.Thread(target=_repeat, args=(stop, JOB_PAUSE, lambda: _run_next_job(worker, stop)), name="jobs"),
        threading.Thread(target=_repeat, args=(stop, PAUSE, lambda: run_routines(worker)), name="routines"),
    ]
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


def run_sender(sender: Sender, *, stop: threading.Event, until_idle: bool = False) -> None:
    """Run the sender's event loop in this thread, on uvloop if it is installed."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    # Loaded modules live as long as the process. Not scanning them for garbage saves a fifth of the sending time.
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_send(sender, stop, until_idle=until_idle))


async def _send(sender: Sender, stop: threading.Event, *, until_idle: bool) -> None:
    async_stop = asyncio.Event()
    watch = asyncio.create_task(_watch(stop, async_stop))
    try:
        await sender.run(async_stop, until_idle=until_idle)
    finally:
        watch.cancel()


async def _watch(stop: threading.Event, async_stop: asyncio.Event) -> None:
    while not stop.is_set():  # noqa: ASYNC110 - a threading.Event cannot be awaited
        await asyncio.sleep(0.2)
    async_stop.set()


def _repeat(stop: threading.Event, pause: float, work: Callable[[], int]) -> None:
    """Call `work` until `stop`, with a pause if it did nothing. Exceptions are logged and do not end the thread."""
    while not stop.is_set():
        try:
            close_old_connections()
            if work():
                stop.wait(0.002)  # let other writers have the lock
                continue
        except Exception:
            log.exception("%s", threading.current_thread().name)
        stop.wait(pause)
    connections.close_all()


def _run_next_job(worker: str, stop: threading.Event) -> int:
    job = claim_job(worker, kinds=JOBS)
    if job is None:
        return 0
    run_job(job, kinds=JOBS, stop=stop.is_set)
    return 1


def run_routines(worker: str) -> int:
    """Run each routine once and return the sum of their results. A routine that fails does not stop the others."""
    done = 0
    for name, routine in ROUTINES.items():
        try:
            done += routine(worker)
        except Exception:
            log.exception("routine %s", name)
    return done


def _work_until_idle(sender: Sender, *, home: Path, worker: str, stop: threading.Event) -> None:
    """Alternate jobs, routines and sending until all of them find nothing to do."""
    while not stop.is_set():
        worked = 0
        while _run_next_job(worker, stop):
            worked += 1
        while done := run_routines(worker):
            worked += done
        run_sender(sender, stop=stop, until_idle=True)
        worked += sender.handed_over
        if not worked:
            return
        # A sender closes its thread and its journal folder at the end of a run.
        sender = make_sender(home=home, worker=worker)
