"""Run a Job in the process of a command, and resume it when the command is repeated after a kill."""

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

POLL_INTERVAL = 0.1  # seconds between two checks of a job that a worker runs


def run_in_foreground(job: Job, *, chunk: Chunk) -> Job:
    """Run a Job in this process with its chunk function (as in rounds/table.py), or wait for the worker that runs it.

    Return the job when it has ended or is set to be retried. A job that a killed command left is resumed at once,
    without waiting for its lease: the file lock on the worker name is free only when the earlier process has ended.
    """
    name = f"command-{job.pk}@{socket.gethostname()}"[:64]
    kinds = {job.kind: chunk}  # importing the table of all jobs would load nearly every package
    shows_progress = sys.stderr.isatty()
    with _hold_worker_name(name):
        job = run_to_end(job, kinds=kinds, worker=name, on_progress=_print_progress if shows_progress else None)
        while job.state in {Job.State.WAITING, Job.State.RUNNING} and not job.trouble:
            time.sleep(POLL_INTERVAL)
            job = run_to_end(job, kinds=kinds, worker=name)
    if shows_progress:
        print(file=sys.stderr)
    return job


def _print_progress(job: Job) -> None:
    print(f"\r{job.done:,} of {job.total or 0:,}", end="", file=sys.stderr, flush=True)


@contextmanager
def _hold_worker_name(name: str) -> Iterator[None]:
    """Hold the lock file of a worker name on this machine; wait while a live process holds it."""
    path = settings.HOME / "spool" / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if path.exists() and path.stat().st_ino == os.fstat(handle).st_ino:  # else the last holder has unlinked it
                yield
                path.unlink(missing_ok=True)
                return
        finally:
            os.close(handle)
