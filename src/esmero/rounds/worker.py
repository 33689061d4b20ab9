"""One worker process: an event loop that sends, a thread for long jobs, a thread for what is due."""

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
PAUSE = 1.0
JOB_PAUSE = 0.3


def default_name() -> str:
    """Return this machine's name in claims and journals: stable, so that it finds what it left behind."""
    return str(settings.ESMERO.worker_name or socket.gethostname())[:50]


def run_worker(*, home: Path, worker: str, stop: threading.Event, until_idle: bool = False) -> None:
    """Work until `stop` is set. With `until_idle`: until nothing is due any more (commands, tests).

    Raises:
        NameTaken: another live worker on this machine has the name.

    """
    sender = make_sender(home=home, worker=worker)
    # The name is ours now. What is on the wire is settled by the sender; all else that the last holder had goes on at once.
    release_jobs(worker)
    release_due(Inbound, worker=worker)
    if until_idle:
        _work_until_idle(sender, home=home, worker=worker, stop=stop)
        return
    threads = [
        threading.Thread(target=_repeat, args=(stop, JOB_PAUSE, lambda: _do_job(worker, stop)), name="jobs"),
        threading.Thread(target=_repeat, args=(stop, PAUSE, lambda: do_routines(worker)), name="routines"),
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
    """Return the sender of this process, with the schedule that the operator set."""
    config = settings.ESMERO
    schedule = RetrySchedule.from_settings(minutes=config.retry_minutes)
    return Sender(home=home, worker=worker, schedule=schedule, helo=socket.getfqdn())


def run_sender(sender: Sender, *, stop: threading.Event, until_idle: bool = False) -> None:
    """Run the sender's event loop in this thread, on uvloop where it is there."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    # What is loaded by now stays: the collector need not walk it again and again (a fifth of the time of sending).
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
    """Call `work` again and again; at once while it does something. Trouble is logged and does not end the thread."""
    while not stop.is_set():
        try:
            close_old_connections()
            if work():
                stop.wait(0.002)
                continue
        except Exception:
            log.exception("%s", threading.current_thread().name)
        stop.wait(pause)
    connections.close_all()


def _do_job(worker: str, stop: threading.Event) -> int:
    job = claim_job(worker, kinds=JOBS)
    if job is None:
        return 0
    run_job(job, kinds=JOBS, stop=stop.is_set)
    return 1


def do_routines(worker: str) -> int:
    """Do every routine once; one that fails does not keep the others from their turn. Returns how much was done."""
    done = 0
    for name, routine in ROUTINES.items():
        try:
            done += routine(worker)
        except Exception:
            log.exception("routine %s", name)
    return done


def _work_until_idle(sender: Sender, *, home: Path, worker: str, stop: threading.Event) -> None:
    """Alternate jobs, routines and sending until a whole round finds nothing to do."""
    while not stop.is_set():
        worked = 0
        while _do_job(worker, stop):
            worked += 1
        while done := do_routines(worker):
            worked += done
        run_sender(sender, stop=stop, until_idle=True)
        worked += sender.handed_over
        if not worked:
            return
        sender = make_sender(home=home, worker=worker)
