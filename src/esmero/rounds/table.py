"""List all jobs and routines of the worker. A new one is a line here."""

from collections.abc import Callable, Mapping
from functools import partial

from django.utils import timezone

from esmero.asks.submissions import clear_networks
from esmero.campaigns.lifecycle import CANCELLING, DRY_RUN, LINK_CHECK, PLANNING, RETRYING, finish_campaigns
from esmero.dossier.segments.saving import COUNT, run_count
from esmero.dossier.statistics.daily_aggregates import AggregateRoutine
from esmero.imports import run as imports
from esmero.imports.lifecycle import CHECK, IMPORT, UNDO
from esmero.imports.undo import run_undo
from esmero.mailroom.arriving import receive, resend_after_absence
from esmero.mailroom.arriving.clicks import take_in_clicks
from esmero.mailroom.checking import link_check
from esmero.mailroom.planning import dry_run, plan
from esmero.mailroom.transactional.sign_up_messages import CONFIRMATION_JOB, queue_confirmations, run_confirmation_job
from esmero.people.duplicates import search
from esmero.privacy.data_access import LINK, retry_link, send_links
from esmero.privacy.retention import apply_due_rule
from esmero.rounds.import_kinds import IMPORT_KINDS
from esmero.work.jobs import Chunk

# Kind of job → the function that runs its next chunk.
JOBS: Mapping[str, Chunk] = {
    DRY_RUN: dry_run.run_chunk,
    PLANNING: plan.run_chunk,
    CANCELLING: plan.cancel_chunk,
    RETRYING: plan.retry_chunk,
    LINK_CHECK: link_check.run_chunk,
    CHECK: partial(imports.run_check, kinds=IMPORT_KINDS),
    IMPORT: partial(imports.run_chunk, kinds=IMPORT_KINDS),
    UNDO: partial(run_undo, kinds=IMPORT_KINDS),
    search.FIND: search.run_chunk,
    COUNT: run_count,
    CONFIRMATION_JOB: run_confirmation_job,
    LINK: retry_link,
}

# A routine gets the worker's name and returns a number: above 0 it is called again at once, else a second later.
type Routine = Callable[[str], int]


def _finish_campaigns(worker: str) -> int:  # noqa: ARG001
    return finish_campaigns()


def _record_clicks(worker: str) -> int:  # noqa: ARG001
    return take_in_clicks()


def _clear_networks(worker: str) -> int:  # noqa: ARG001
    return clear_networks(at=timezone.now())


def _apply_retention(worker: str) -> int:  # noqa: ARG001
    return apply_due_rule(at=timezone.now())


def _queue_confirmations(worker: str) -> int:  # noqa: ARG001
    return queue_confirmations(at=timezone.now())


def _send_data_links(worker: str) -> int:  # noqa: ARG001
    return send_links(at=timezone.now())


ROUTINES: Mapping[str, Routine] = {
    "queue-confirmations": _queue_confirmations,
    "send-data-links": _send_data_links,
    "handle-inbound": receive.handle_due,
    "resend-after-absence": resend_after_absence.resend_due,
    "record-clicks": _record_clicks,
    "finish-campaigns": _finish_campaigns,
    "clear-networks": _clear_networks,
    "apply-retention": _apply_retention,
    "update-daily-aggregates": AggregateRoutine(),
}
