"""From what a relay answered to what follows: the next try, the words, the standing of the address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from esmero.intake.bounces.meaning import judge
from esmero.mailroom.arriving.return_counts import ReturnEvent, count_returns
from esmero.outbox.ledger import LedgerAnswer, record_answers
from esmero.outbox.models import Message, MessageEvent
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.outbox.transports.parcels import Fate, Outcome
from esmero.people.addresses.address_status import BounceReport, record_bounce


@dataclass(frozen=True, slots=True)
class JudgedOutcome:
    """An answer for the ledger, and the return that it means for an address, if any."""

    answer: LedgerAnswer
    returned: BounceReport | None = None


def judge_outcome(outcome: Outcome, *, tries: int, schedule: RetrySchedule, now: datetime) -> JudgedOutcome:
    """Decide what follows from one outcome. Pure."""
    if outcome.fate in (Fate.ACCEPTED, Fate.IN_DOUBT):
        return JudgedOutcome(LedgerAnswer(outcome))
    retry = schedule.plan(outcome, tries=tries, now=now)
    if outcome.fate is Fate.NOT_BEGUN:
        return JudgedOutcome(LedgerAnswer(outcome, retry))
    found = judge(outcome.enhanced, outcome.code, outcome.text)
    facts: dict[str, object] = {
        "meaning": found.meaning.value,
        "code": outcome.code,
        "status": outcome.enhanced,
        "text": outcome.text[:500],
    }
    returned = BounceReport(
        meaning=found.meaning.value,
        hard=found.hard and outcome.fate is Fate.REFUSED_PERMANENTLY,
        ours=found.ours,
        at=now,
        evidence=f"message {outcome.key}",
    )
    if outcome.fate is Fate.REFUSED_PERMANENTLY:
        worst = Message.Worst.OUR_FAULT if found.ours else Message.Worst.RETURNED_FOR_GOOD
        return JudgedOutcome(LedgerAnswer(outcome, retry, worst, MessageEvent.Kind.REFUSED, facts), returned)
    # A temporary refusal counts, once, when we give up; before that it is only an event: most are greylisting.
    last = retry.due_at is None
    worst = Message.Worst.RETURNED_FOR_NOW if last else Message.Worst.NOTHING
    return JudgedOutcome(
        LedgerAnswer(outcome, retry, worst, MessageEvent.Kind.DEFERRED, facts), returned if last else None
    )


def record_judged(
    judged: Sequence[JudgedOutcome], *, addresses: Callable[[int], str], worker: str, at: datetime
) -> None:
    """Write answers and their effects on addresses in one transaction: a crash has both or none."""
    with transaction.atomic():
        record_answers([one.answer for one in judged], worker=worker, at=at)
        for one in judged:
            if one.returned is not None:
                record_bounce(addresses(one.answer.outcome.key), returned=one.returned)
        _count(judged, at=at)


def _count(judged: Sequence[JudgedOutcome], *, at: datetime) -> None:
    """Count what relays refused, for brake and readiness check."""
    told = {one.answer.outcome.key: (one.answer.event, one.returned.meaning) for one in judged if one.returned}
    if not told:
        return
    rows = Message.objects.filter(pk__in=told, person__isnull=False).select_related("dispatch")
    count_returns([ReturnEvent(row, *told[row.pk]) for row in rows], at=at)
