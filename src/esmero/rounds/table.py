"""What the house does by itself: the literal tables of jobs and of routines. A new one is a line here."""

from collections.abc import Callable, Mapping

from django.utils import timezone

from esmero.asks.signup import forget_networks
from esmero.campaigns.lifecycle import CANCELLING, DRY_RUN, PLANNING, RETRYING, TRYING, finish_campaigns
from esmero.dossier.saved import COUNT, run_count
from esmero.dossier.tallies import Rounds
from esmero.mailroom import absences, dryrun, planning, receive, trials
from esmero.mailroom.clicks import take_in_clicks
from esmero.mailroom.confirming import ASK, ask_those_who_wait, run_ask
from esmero.people import duplicates
from esmero.people.imports import run as imports
from esmero.people.imports.lifecycle import BRING, CHECK
from esmero.privacy.access import LINK, run_link, write_links
from esmero.privacy.retention import keep_terms
from esmero.work.jobs import Chunk

# Kind of job → the function that does its next chunk.
JOBS: Mapping[str, Chunk] = {
    DRY_RUN: dryrun.run_chunk,
    PLANNING: planning.run_chunk,
    CANCELLING: planning.cancel_chunk,
    RETRYING: planning.retry_chunk,
    TRYING: trials.run_chunk,
    CHECK: imports.check,
    BRING: imports.run_chunk,
    duplicates.FIND: duplicates.run_chunk,
    COUNT: run_count,
    ASK: run_ask,
    LINK: run_link,
}

# Routine → how many things it did; called again at once while it does something, otherwise a second later.
type Routine = Callable[[str], int]


def _finish_campaigns(worker: str) -> int:  # noqa: ARG001
    return finish_campaigns()


def _take_in_clicks(worker: str) -> int:  # noqa: ARG001
    return take_in_clicks()


def _forget_networks(worker: str) -> int:  # noqa: ARG001
    return forget_networks(at=timezone.now())


def _keep_terms(worker: str) -> int:  # noqa: ARG001
    return keep_terms(at=timezone.now())


def _ask_to_confirm(worker: str) -> int:  # noqa: ARG001
    return ask_those_who_wait(at=timezone.now())


def _write_links_to_data(worker: str) -> int:  # noqa: ARG001
    return write_links(at=timezone.now())


ROUTINES: Mapping[str, Routine] = {
    "ask-to-confirm": _ask_to_confirm,
    "write-links-to-data": _write_links_to_data,
    "handle-what-came-back": receive.handle_due,
    "send-again-after-absence": absences.send_again_due,
    "take-in-clicks": _take_in_clicks,
    "finish-campaigns": _finish_campaigns,
    "forget-networks": _forget_networks,
    "keep-terms": _keep_terms,
    "keep-tallies": Rounds(),
}
