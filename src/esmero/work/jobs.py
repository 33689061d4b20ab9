"""Enqueue long jobs, claim them under a lease, run them chunk by chunk, retry and cancel them."""

import time
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from esmero.work.models import Job
from esmero.work.wakeups import wake

LEASE = timedelta(minutes=5)
MAX_TRIES = 5
CHUNK_PAUSE = 0.002  # seconds between chunks, so that small writers get the lock

# A chunk opens its own transaction, advances job.cursor and job.done in it, and returns True when nothing is left.
type Chunk = Callable[[Job], bool]


class Cancelled(Exception):
    """Report that a job was cancelled or that another worker claimed it; the chunk is rolled back."""


def enqueue(
    kind: str,
    *,
    subject_id: int | None = None,
    facts: dict[str, Any] | None = None,
    by: str = "",
    at: datetime | None = None,
) -> Job:
    """Create a job that is due now (or `at`). Call it inside the transaction that makes it necessary."""
    job = Job.objects.create(
        kind=kind, subject_id=subject_id, facts=facts or {}, created_by=by, due_at=at or timezone.now()
    )
    wake(Job)
    return job


def claim_job(worker: str, *, kinds: Mapping[str, Chunk], now: datetime | None = None) -> Job | None:
    """Claim the job that has been due the longest, unclaimed or with an expired lease; None if there is none."""
    now = now or timezone.now()
    due = (
        Job.objects.filter(due_at__lte=now, kind__in=list(kinds))
        .filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
        .order_by("due_at", "id")
    )
    # Usually nothing is due: then take no lock.
    if not due.exists():
        return None
    with transaction.atomic():
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
        Cancelled: another worker holds the job; do not catch it, so that the transaction is rolled back.

    """
    now = timezone.now()
    updated = Job.objects.filter(pk=job.pk, claimed_by=job.claimed_by, state=Job.State.RUNNING).update(
        cursor=job.cursor, done=job.done, total=job.total, facts=job.facts, heartbeat=now, claimed_until=now + LEASE
    )
    if not updated:
        raise Cancelled(f"{job} is no longer held by {job.claimed_by}.")


def run_job(job: Job, *, kinds: Mapping[str, Chunk], stop: Callable[[], bool] = lambda: False) -> None:
    """Run chunks of a claimed job until it is finished, fails or is cancelled, or until `stop()`: then release it."""
    try:
        while not stop():
            if kinds[job.kind](job):
                _finish(job)
                return
            time.sleep(CHUNK_PAUSE)
    except Cancelled:
        return
    except Exception as trouble:  # noqa: BLE001 - whatever a chunk raises must end in a visible place
        _fail(job, trouble)
        return
    Job.objects.filter(pk=job.pk, claimed_by=job.claimed_by).update(
        claimed_by="", claimed_until=None, state=Job.State.WAITING
    )
    wake(Job)


def _finish(job: Job) -> None:
    now = timezone.now()
    Job.objects.filter(pk=job.pk, claimed_by=job.claimed_by).update(
        state=Job.State.DONE, due_at=None, claimed_by="", claimed_until=None, finished_at=now, heartbeat=now, trouble=""
    )


def _fail(job: Job, trouble: Exception) -> None:
    now = timezone.now()
    tries = job.tries + 1
    last = tries >= MAX_TRIES or getattr(trouble, "is_final", False)
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
    wake(Job)


def retry(job: Job) -> None:
    """Make a failed job due again; it resumes at its cursor."""
    Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
        state=Job.State.WAITING, due_at=timezone.now(), tries=0, trouble=""
    )
    wake(Job)


def cancel(job: Job) -> None:
    """Cancel a job that is not done; a worker that runs it stops at its next chunk."""
    Job.objects.filter(pk=job.pk).exclude(state=Job.State.DONE).update(
        state=Job.State.CANCELLED, due_at=None, claimed_by="", claimed_until=None, finished_at=timezone.now()
    )


def run_to_end(
    job: Job, *, kinds: Mapping[str, Chunk], worker: str, on_progress: Callable[[Job], None] | None = None
) -> Job:
    """Run one job in this process (commands, tests) and return it reloaded; a job that another worker holds is not run.

    An earlier claim by `worker` counts as that of a dead process, so the caller must ensure that no two live processes
    use one name. `on_progress` is called before each chunk.
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

        def report() -> bool:
            if on_progress is not None:
                on_progress(job)
            return False

        run_job(job, kinds=kinds, stop=report)
        job.refresh_from_db()
    return job


def release_jobs(worker: str) -> int:
    """Release the jobs of a dead process of this name; the next worker resumes them at their cursors."""
    released = Job.objects.filter(claimed_by=worker, state=Job.State.RUNNING).update(
        claimed_by="", claimed_until=None, state=Job.State.WAITING
    )
    if released:
        wake(Job)
    return released
