"""List all jobs and routines of the worker. A new one is a line here."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from esmero.asks.submissions import clear_networks
from esmero.campaigns.lifecycle import CANCELLING, DRY_RUN, LINK_CHECK, PLANNING, RETRYING
from esmero.content.models import Link
from esmero.dossier.models import DailyAggregate
from esmero.dossier.segments.saving import COUNT, run_count
from esmero.dossier.statistics.daily_aggregates import AggregateRoutine
from esmero.imports import run as imports
from esmero.imports.lifecycle import CHECK, IMPORT, UNDO
from esmero.imports.undo import run_undo
from esmero.mailroom.arriving import receive, resend_after_absence
from esmero.mailroom.arriving.clicks import take_in_clicks
from esmero.mailroom.checking import link_check
from esmero.mailroom.models import Inbound, ScheduledResend
from esmero.mailroom.planning import dry_run, plan
from esmero.mailroom.sending import print_batches
from esmero.outbox.models import Dispatch, MessageEvent
from esmero.people.duplicates import search
from esmero.people.search_texts import INDEX_MEMBERS, run_members_chunk
from esmero.privacy.models import Retention
from esmero.privacy.retention import apply_due_rule, find_next_pass
from esmero.rounds.import_kinds import IMPORT_KINDS
from esmero.rounds.routines import Routine, RoutineCall, RoutineResult
from esmero.rounds.search_sources import run_rebuild
from esmero.search import purging
from esmero.search.purging import PURGE
from esmero.search.rebuilding import REBUILD
from esmero.work.due import next_due
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
    INDEX_MEMBERS: run_members_chunk,
    REBUILD: run_rebuild,
    PURGE: purging.run_chunk,
    print_batches.PRINT: print_batches.run_chunk,
}


def _handle_inbound(call: RoutineCall) -> RoutineResult:
    return RoutineResult(receive.handle_due(call.worker), next_due(Inbound, state=Inbound.State.NEW))


def _resend_after_absence(call: RoutineCall) -> RoutineResult:
    done = resend_after_absence.resend_due(call.worker)
    return RoutineResult(done, next_due(ScheduledResend, state=ScheduledResend.State.WAITING))


def _record_clicks(call: RoutineCall) -> RoutineResult:  # noqa: ARG001
    return RoutineResult(take_in_clicks())


def _clear_networks(call: RoutineCall) -> RoutineResult:
    return RoutineResult(clear_networks(at=call.at), call.at + timedelta(minutes=10))


def _apply_retention(call: RoutineCall) -> RoutineResult:
    return RoutineResult(apply_due_rule(at=call.at), find_next_pass(at=call.at))


_aggregates = AggregateRoutine()


def _update_daily_aggregates(call: RoutineCall) -> RoutineResult:
    done = _aggregates.run_piece(is_woken=bool(call.woken_by), is_sending=DailyAggregate in call.woken_by)
    return RoutineResult(done, _aggregates.due_at)


ROUTINES: Mapping[str, Routine] = {
    "handle-inbound": Routine(_handle_inbound, woken_by=(Inbound,)),
    "resend-after-absence": Routine(_resend_after_absence, woken_by=(ScheduledResend,)),
    "record-clicks": Routine(_record_clicks, woken_by=(Link,), rest=1.0),  # seconds, so that clicks come in batches
    "clear-networks": Routine(_clear_networks),
    "apply-retention": Routine(_apply_retention, woken_by=(Retention,)),
    "update-daily-aggregates": Routine(_update_daily_aggregates, woken_by=(MessageEvent, Dispatch, DailyAggregate)),
}
