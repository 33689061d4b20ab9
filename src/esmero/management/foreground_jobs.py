"""Run a long job at the command line: to its end, however often its process is killed and the command said again."""

import fcntl
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from esmero.work.jobs import Chunk, run_to_end
from esmero.work.models import Job

LOOK = 0.1  # seconds between two looks at a job that a worker does


def run_here(job: Job, *, chunk: Chunk) -> Job:
    """Run a job in this process by its function (as in rounds/table.py), or wait for who does it already; return it as it ended (or was set to be tried again).

    One that a killed command left goes on at once: the lock on its name is free only when that process is gone.
    """
    name = f"command-{job.pk}@{socket.gethostname()}"[:64]
    kinds = {job.kind: chunk}  # the whole table would load all that the house does
    shows = sys.stderr.isatty()
    with _only_one(name):
        job = run_to_end(job, kinds=kinds, worker=name, on_progress=_tell if shows else None)
        while job.state in {Job.State.WAITING, Job.State.RUNNING} and not job.trouble:
            time.sleep(LOOK)
            job = run_to_end(job, kinds=kinds, worker=name)
    if shows:
        print(file=sys.stderr)
    return job


def _tell(job: Job) -> None:
    print(f"\r{job.done:,} of {job.total or 0:,}", end="", file=sys.stderr, flush=True)


@contextmanager
def _only_one(name: str) -> Iterator[None]:
    """Hold a name on this machine; wait for a live process that holds it."""
    path = settings.HOME / "spool" / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if path.exists() and path.stat().st_ino == os.fstat(handle).st_ino:  # else its last holder took it away
                yield
                path.unlink(missing_ok=True)
                return
        finally:
            os.close(handle)
