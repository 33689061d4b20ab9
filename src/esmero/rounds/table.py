"""What the house does by itself: the literal tables of jobs and of routines. A new one is a line here."""

from collections.abc import Callable, Mapping

from django.utils import timezone

from esmero.asks.signup import forget_unconfirmed
from esmero.campaigns.lifecycle import CANCELLING, DRY_RUN, PLANNING, RETRYING, finish_campaigns
from esmero.dossier.saved import COUNT, run_count
from esmero.dossier.tallies import Rounds
from esmero.mailroom import absences, dryrun, planning, receive
from esmero.mailroom.clicks import take_in_clicks
from esmero.people import duplicates
from esmero.people.imports import run as imports
from esmero.people.imports.lifecycle import BRING, CHECK
from esmero.privacy.retention import keep_terms
from esmero.work.jobs import Chunk

# Kind of job → the function that does its next chunk.
JOBS: Mapping[str, Chunk] = {
    DRY_RUN: dryrun.run_chunk,
    PLANNING: planning.run_chunk,
    CANCELLING: planning.cancel_chunk,
    RETRYING: planning.retry_chunk,
    CHECK: imports.check,
    BRING: imports.run_chunk,
    duplicates.FIND: duplicates.run_chunk,
    COUNT: run_count,
}

# Routine → how many things it did; called again at once while it does something, otherwise a second later.
type Routine = Callable[[str], int]


def _finish_campaigns(worker: str) -> int:  # noqa: ARG001
    return finish_campaigns()


def _take_in_clicks(worker: str) -> int:  # noqa: ARG001
    return take_in_clicks()


def _forget_unconfirmed(worker: str) -> int:  # noqa: ARG001
    return forget_unconfirmed(at=timezone.now())


def _keep_terms(worker: str) -> int:  # noqa: ARG001
    return keep_terms(at=timezone.now())


ROUTINES: Mapping[str, Routine] = {
    "handle-what-came-back": receive.handle_due,
    "send-again-after-absence": absences.send_again_due,
    "take-in-clicks": _take_in_clicks,
    "finish-campaigns": _finish_campaigns,
    "forget-unconfirmed": _forget_unconfirmed,
    "keep-terms": _keep_terms,
    "keep-tallies": Rounds(),
}
