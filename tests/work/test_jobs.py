from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from esmero.work import jobs
from esmero.work.jobs import (
    Cancelled,
    cancel,
    claim_job,
    enqueue,
    release_jobs,
    retry,
    run_job,
    run_to_end,
    save_progress,
)
from esmero.work.models import Job

pytestmark = pytest.mark.postgres


def count_to_three(job):
    with transaction.atomic():
        job.cursor = {"at": job.cursor.get("at", 0) + 1}
        job.done += 1
        save_progress(job)
    return job.cursor["at"] == 3


def fail(job):
    raise ValueError("the third cell is not a date")


KINDS = {"count": count_to_three, "fail": fail}


def test_a_job_goes_chunk_by_chunk_to_its_end(db):
    job = run_to_end(enqueue("count"), kinds=KINDS, worker="w")
    assert (job.state, job.done, job.due_at, job.claimed_by) == ("done", 3, None, "")


def test_a_job_whose_worker_died_goes_on_where_it_was(db):
    enqueue("count")
    now = timezone.now()
    job = claim_job("dead", kinds=KINDS)
    count_to_three(job)
    assert claim_job("other", kinds=KINDS) is None
    again = claim_job("other", kinds=KINDS, now=now + jobs.LEASE + timedelta(minutes=1))
    assert again.cursor == {"at": 1}
    run_job(again, kinds=KINDS)
    again.refresh_from_db()
    assert (again.state, again.done) == ("done", 3)
    with pytest.raises(Cancelled):
        count_to_three(job)


def test_a_job_that_fails_is_tried_again_and_ends_in_a_visible_place(db):
    job = enqueue("fail")
    moment = timezone.now()
    for _ in range(jobs.MAX_TRIES):
        moment += timedelta(hours=1)
        run_job(claim_job("w", kinds=KINDS, now=moment), kinds=KINDS)
    job.refresh_from_db()
    assert (job.state, job.due_at) == ("failed", None)
    assert "the third cell is not a date" in job.trouble
    retry(job)
    assert claim_job("w", kinds=KINDS) is not None


def test_a_cancelled_job_stops_without_a_trace(db):
    job = enqueue("count")
    held = claim_job("w", kinds=KINDS)
    cancel(job)
    run_job(held, kinds=KINDS)
    job.refresh_from_db()
    assert (job.state, job.done) == ("cancelled", 0)


def test_a_worker_that_stops_hands_its_job_back(db):
    enqueue("count")
    stops = iter([False, True])
    run_job(claim_job("w", kinds=KINDS), kinds=KINDS, stop=lambda: next(stops))
    job = Job.objects.get()
    assert (job.state, job.done, job.claimed_by) == ("waiting", 1, "")
    assert claim_job("other", kinds=KINDS).pk == job.pk


def test_a_worker_that_comes_back_hands_on_what_it_held_and_only_that(db):
    mine, theirs = enqueue("count"), enqueue("count")
    assert claim_job("w", kinds=KINDS).pk == mine.pk
    assert claim_job("other", kinds=KINDS).pk == theirs.pk
    assert release_jobs("w") == 1
    assert claim_job("third", kinds=KINDS).pk == mine.pk
    assert claim_job("third", kinds=KINDS) is None


def test_a_command_takes_up_what_a_command_of_its_name_left_and_nothing_of_others(db):
    job = enqueue("count")
    count_to_three(claim_job("command", kinds=KINDS))
    assert run_to_end(Job.objects.get(pk=job.pk), kinds=KINDS, worker="another").state == "running"
    seen = []
    job = run_to_end(
        Job.objects.get(pk=job.pk), kinds=KINDS, worker="command", on_progress=lambda one: seen.append(one.done)
    )
    assert (job.state, job.done, seen) == ("done", 3, [1, 2])
