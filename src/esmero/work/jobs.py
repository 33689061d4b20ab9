"""Long jobs: put into the row, claimed under a lease, done chunk by chunk, tried again, and visible when they fail."""

import time
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from esmero.work.models import Job

LEASE = timedelta(minutes=5)
MOST_TRIES = 5
REST = 0.002  # between chunks, so that small writers get their turn

# A chunk works in its own transaction, advances job.cursor and job.done there, and returns True when nothing is left.
type Chunk = Callable[[Job], bool]


class Cancelled(Exception):
    """The job was cancelled, or another worker holds it now; the chunk that notices stops without a trace."""


def enqueue(
    kind: str,
    *,
    subject_id: int | None = None,
    facts: dict[str, Any] | None = None,
    by: str = "",
    at: datetime | None = None,
) -> Job:
    """Write the row of a job that is due at once (or `at`). Call it inside the transaction that makes it necessary."""
    return Job.objects.create(
        kind=kind, subject_id=subject_id, facts=facts or {}, created_by=by, due_at=at or timezone.now()
    )


def claim_job(worker: str, *, kinds: Mapping[str, Chunk], now: datetime | None = None) -> Job | None:
    """Claim the job that has been due the longest, also one whose worker stopped renewing its lease; None if none is."""
    now = now or timezone.now()
    with transaction.atomic():
        due = (
            Job.objects.filter(due_at__lte=now, kind__in=list(kinds))
            .filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
            .order_by("due_at", "id")
        )
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        job = due.first()
        if job is None:
            return None
        job.claimed_by, job.claimed_until = worker, now + LEASE
        job.state, job.heartbeat = Job.State.RUNNING, now
        job.started_at = job.started_at or now
        job.save(update_fields=["claimed_by", "claimed_until", "state", "heartbeat", "started_at"])
    return job


def save_progress(job: Job) -> None:
    """Renew the lease and store cursor, done and total. Call it inside the chunk's own transaction.

    Raises:
        Cancelled: the job is no longer ours; the caller's transaction must be rolled back (let it pass).

    """
    now = timezone.now()
    kept = Job.objects.filter(pk=job.pk, claimed_by=job.claimed_by, state=Job.State.RUNNING).update(
        cursor=job.cursor, done=job.done, total=job.total, facts=job.facts, heartbeat=now, claimed_until=now + LEASE
    )
    if not kept:
        raise Cancelled(f"{job} is no longer held by {job.claimed_by}.")


def run_job(job: Job, *, kinds: Mapping[str, Chunk], stop: Callable[[], bool] = lambda: False) -> None:
    """Run chunks of a claimed job until it is finished, fails, is cancelled, or `stop()` says to hand it back."""
    try:
        while not stop():
            if kinds[job.kind](job):
                _finish(job)
                return
            time.sleep(REST)
    except Cancelled:
        return
    except Exception as trouble:  # noqa: BLE001 - whatever a chunk raises must end in a visible place
        _fail(job, trouble)
        return
    Job.objects.filter(pk=job.pk, claimed_by=job.claimed_by).update(
        claimed_by="", claimed_until=None, state=Job.State.WAITING
    )


def _finish(job: Job) -> None:
    now = timezone.now()
    Job.objects.filter(pk=job.pk, claimed_by=job.claimed_by).update(
        state=Job.State.DONE, due_at=None, claimed_by="", claimed_until=None, finished_at=now, heartbeat=now, trouble=""
    )


def _fail(job: Job, trouble: Exception) -> None:
    now = timezone.now()
    tries = job.tries + 1
    last = tries >= MOST_TRIES or getattr(trouble, "is_final", False)
    text = "".join(traceback.format_exception(trouble))[-8000:]
    Job.objects.filter(pk=job.pk, claimed_by=job.claimed_by).update(
        state=Job.State.FAILED if last else Job.State.WAITING,
        due_at=None if last else now + timedelta(seconds=2**tries),
        tries=tries,
        trouble=text,
        claimed_by="",
        claimed_until=None,
        heartbeat=now,
    )


def retry(job: Job) -> None:
    """Let a failed job go on where it was."""
    Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
        state=Job.State.WAITING, due_at=timezone.now(), tries=0, trouble=""
    )


def cancel(job: Job) -> None:
    """Take a job out of the row; the worker that runs it stops at its next chunk."""
    Job.objects.filter(pk=job.pk).exclude(state=Job.State.DONE).update(
        state=Job.State.CANCELLED, due_at=None, claimed_by="", claimed_until=None, finished_at=timezone.now()
    )


def run_to_end(job: Job, *, kinds: Mapping[str, Chunk], worker: str, tell: Callable[[Job], None] | None = None) -> Job:
    """Run one job here and now, as a command line does; return it as it ended. A worker that holds it keeps it.

    A claim under the very name `worker` is taken for that of a process that died: the caller sees to it that no two live
    processes use one name. `tell` is called before each chunk.
    """
    now = timezone.now()
    with transaction.atomic():
        taken = (
            Job.objects.filter(pk=job.pk, due_at__isnull=False)
            .filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now) | Q(claimed_by=worker))
            .update(
                claimed_by=worker, claimed_until=now + LEASE, state=Job.State.RUNNING, started_at=now, heartbeat=now
            )
        )
    job.refresh_from_db()
    if taken:

        def look() -> bool:
            if tell is not None:
                tell(job)
            return False

        run_job(job, kinds=kinds, stop=look)
        job.refresh_from_db()
    return job


def release_jobs(worker: str) -> int:
    """Hand back what an earlier process of this name held when it died; the next to claim goes on where it was."""
    return Job.objects.filter(claimed_by=worker, state=Job.State.RUNNING).update(
        claimed_by="", claimed_until=None, state=Job.State.WAITING
    )
