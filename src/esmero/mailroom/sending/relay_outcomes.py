"""Decide the consequences of a relay's reply: next try, worst outcome, event, and address status."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from esmero.dossier.models import DailyAggregate
from esmero.house.happenings import MessageBounced, happen_all
from esmero.intake.bounces.meaning import judge
from esmero.mailroom.arriving.return_counts import ReturnEvent, count_returns
from esmero.outbox.ledger import LedgerAnswer, record_answers
from esmero.outbox.models import Message, MessageEvent
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.outbox.transports.parcels import Fate, Outcome
from esmero.people.addresses.address_status import BounceReport, record_bounce
from esmero.work.wakeups import wake


@dataclass(frozen=True, slots=True)
class JudgedOutcome:
    """Hold an answer for the ledger, and the bounce to record for the address, if any."""

    answer: LedgerAnswer
    returned: BounceReport | None = None


def judge_outcome(outcome: Outcome, *, tries: int, schedule: RetrySchedule, now: datetime) -> JudgedOutcome:
    """Decide the consequences of one outcome. Pure.

    `tries` is the number of tries before this one.
    """
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
        worst = Message.Worst.OUR_FAULT if found.ours else Message.Worst.HARD_BOUNCE
        return JudgedOutcome(LedgerAnswer(outcome, retry, worst, MessageEvent.Kind.REFUSED, facts), returned)
    # A temporary refusal counts against the address only once, at the last try: most of them are greylisting.
    last = retry.due_at is None
    worst = Message.Worst.SOFT_BOUNCE if last else Message.Worst.NOTHING
    return JudgedOutcome(
        LedgerAnswer(outcome, retry, worst, MessageEvent.Kind.DEFERRED, facts), returned if last else None
    )


def record_judged(
    judged: Sequence[JudgedOutcome], *, addresses: Callable[[int], str], worker: str, at: datetime
) -> None:
    """Write answers and bounces in one transaction, so that a crash leaves both or neither."""
    with transaction.atomic():
        record_answers([one.answer for one in judged], worker=worker, at=at)
        for one in judged:
            if one.returned is not None:
                record_bounce(addresses(one.answer.outcome.key), returned=one.returned)
        _report_returns(judged, at=at)
        wake(DailyAggregate)


def _report_returns(judged: Sequence[JudgedOutcome], *, at: datetime) -> None:
    """Count refusals of relays, for the automatic pause of campaigns and the readiness check; report hard bounces."""
    returned = {one.answer.outcome.key: (one.answer.event, one.returned.meaning) for one in judged if one.returned}
    if not returned:
        return
    rows = Message.objects.filter(pk__in=returned).select_related("dispatch")
    count_returns([ReturnEvent(row, *returned[row.pk]) for row in rows if row.person_id is not None], at=at)
    hard = {one.answer.outcome.key for one in judged if one.answer.worst == Message.Worst.HARD_BOUNCE}
    happen_all(MessageBounced(message_id=row.pk, person_id=row.person_id) for row in rows if row.pk in hard)
