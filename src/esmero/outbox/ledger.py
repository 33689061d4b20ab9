"""Record the end of claimed messages: answers of relays, refusals of the gate, faults; close finished dispatches.

Each UPDATE repeats the expected state and worker, so that a worker that was presumed dead cannot write late. Claims are
in outbox/claims.py; the states are drawn in docs/decisions/0002-ledger.md.
"""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest

from esmero.house.happenings import DispatchClosed, happen_all
from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.outbox.transports.parcels import Fate, Outcome
from esmero.work.wakeups import wake

STATES_AT_REST = (
    Message.State.REFUSED,
    Message.State.SENT,
    Message.State.GAVE_UP,
    Message.State.CANCELLED,
    Message.State.DOUBT,
)
_STATES_BUSY_OR_DUE = [state for state in Message.State.values if state not in STATES_AT_REST]
# A standing dispatch that was not used for so long is closed; the next message opens it again (posting/dispatches.py).
STANDING_IDLE = timedelta(days=1)


def new_opaque() -> str:
    """Return a new random local part for a Message-ID (96 bits). A message keeps it for all its tries."""
    return secrets.token_hex(12)


class RetryPlan(NamedTuple):
    """Hold the time of the next try of a message that was not sent; None: give up."""

    due_at: datetime | None
    counts: bool  # False: the relay was in trouble, so this was no try of the message


class LedgerAnswer(NamedTuple):
    """Hold an outcome with its consequences: next try, worst outcome so far, and the event to store (kind, facts)."""

    outcome: Outcome
    retry: RetryPlan | None = None
    worst: int = Message.Worst.NOTHING
    event: str = ""
    facts: dict[str, object] | None = None


def record_answers(answers: Sequence[LedgerAnswer], *, worker: str, at: datetime) -> int:
    """Record the outcomes of messages on the wire; return how many rows were still held by this worker."""
    sent = [a.outcome.key for a in answers if a.outcome.fate is Fate.ACCEPTED]
    doubts = [a.outcome.key for a in answers if a.outcome.fate is Fate.IN_DOUBT]
    written = 0
    with transaction.atomic():
        held = Message.objects.filter(claimed_by=worker, state=Message.State.WIRE)
        rest: dict[str, Any] = {"due_at": None, "claimed_by": "", "claimed_until": None}
        if sent:
            written += held.filter(id__in=sent).update(state=Message.State.SENT, sent_at=at, trouble="", **rest)
        if doubts:
            written += held.filter(id__in=doubts).update(
                state=Message.State.DOUBT,
                trouble="The connection was lost after the message; the relay may have it.",
                **rest,
            )
        # Messages with the same consequences share one UPDATE.
        grouped: dict[tuple[datetime | None, bool, int, str], list[int]] = defaultdict(list)
        for answer in answers:
            if answer.outcome.fate in (Fate.ACCEPTED, Fate.IN_DOUBT):
                continue
            text = _words(answer.outcome)
            retry = answer.retry or RetryPlan(None, counts=True)
            grouped[(retry.due_at, retry.counts, answer.worst, text)].append(answer.outcome.key)
        for (due_at, counts, worst, words), ids in grouped.items():
            rows = held.filter(id__in=ids)
            facts: dict[str, Any] = {
                "state": Message.State.WAITING if due_at else Message.State.GAVE_UP,
                "due_at": due_at,
                "worst": Greatest(F("worst"), worst),
                "trouble": words,
                "claimed_by": "",
                "claimed_until": None,
            }
            if counts:
                facts["tries"] = F("tries") + 1
            written += rows.update(**facts)
        MessageEvent.objects.bulk_create(
            MessageEvent(message_id=a.outcome.key, kind=a.event, at=at, facts=a.facts or {}) for a in answers if a.event
        )
    return written


def _words(outcome: Outcome) -> str:
    return " ".join(part for part in (str(outcome.code or ""), outcome.enhanced, outcome.text) if part)[:1000]


def refuse(
    verdicts: Sequence[tuple[int, str, dict[str, object] | None, datetime | None]], *, worker: str, at: datetime
) -> None:
    """Record the gate's objections to claimed messages: (id, codes, facts, wait until; None: refused)."""
    alike: dict[tuple[str, datetime | None], list[int]] = defaultdict(list)
    with transaction.atomic():
        held = Message.objects.filter(claimed_by=worker, state=Message.State.CLAIMED)
        for pk, codes, facts, until in verdicts:
            alike[(codes, until)].append(pk)
            if facts:
                held.filter(id=pk).update(objections=facts)
        for (codes, until), ids in alike.items():
            held.filter(id__in=ids).update(
                state=Message.State.WAITING if until else Message.State.REFUSED,
                verdict=codes,
                judged_at=at,
                due_at=until,
                claimed_by="",
                claimed_until=None,
            )


def withhold_promotions(lost: Sequence[tuple[int, str, dict[str, object]]], *, worker: str, at: datetime) -> None:
    """Record that claimed messages are sent without their promotion: (id, codes, facts). They stay claimed."""
    alike: dict[str, list[int]] = defaultdict(list)
    with transaction.atomic():
        held = Message.objects.filter(claimed_by=worker, state=Message.State.CLAIMED)
        for pk, codes, facts in lost:
            alike[codes].append(pk)
            held.filter(id=pk).update(objections=facts)
        for codes, ids in alike.items():
            held.filter(id__in=ids).update(promotion=codes, judged_at=at)


def give_up(faults: Sequence[tuple[int, str]], *, worker: str) -> None:
    """Give up claimed messages that cannot be rendered or handed over: (id, reason)."""
    with transaction.atomic():
        for pk, trouble in faults:
            Message.objects.filter(id=pk, claimed_by=worker, state=Message.State.CLAIMED).update(
                state=Message.State.GAVE_UP, trouble=trouble[:2000], due_at=None, claimed_by="", claimed_until=None
            )


def close_finished(*, now: datetime) -> list[int]:
    """Close open dispatches all of whose messages are at rest; return their ids. Standing ones stay open for a day."""
    busy = Message.objects.filter(dispatch=OuterRef("pk"), state__in=_STATES_BUSY_OR_DUE)
    over = Q(used_at=None) | Q(used_at__lt=now - STANDING_IDLE)
    finished = Dispatch.objects.filter(over, state=Dispatch.State.OPEN).filter(~Exists(busy))
    ids = list(finished.values_list("id", flat=True))
    if not ids:
        return []
    with transaction.atomic():
        # A bounce may set a message to waiting meanwhile (campaigns/lifecycle.py, reopen_for_retry), which takes the
        # same lock: so lock first, then check again.
        list(Dispatch.objects.select_for_update().filter(id__in=ids).order_by("id").values_list("id"))
        ids = list(finished.filter(id__in=ids).values_list("id", flat=True))
        Dispatch.objects.filter(over, id__in=ids).update(state=Dispatch.State.CLOSED, closed_at=now)
        happen_all(DispatchClosed(dispatch_id=pk) for pk in ids)
        wake(Dispatch)
    return ids
