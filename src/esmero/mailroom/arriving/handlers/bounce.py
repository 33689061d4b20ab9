"""Handle bounces: effects on the address and the message, and a retry of soft bounces (mail.md, section C)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from esmero.campaigns.lifecycle import reopen_for_retry
from esmero.campaigns.models import Campaign
from esmero.house.happenings import MessageBounced, happen
from esmero.intake.bounces.meaning import SENDER_FAULTS
from esmero.intake.classify import FailureMeaning, Report
from esmero.mailroom.arriving.arrival import Arrival
from esmero.mailroom.arriving.return_counts import count_return
from esmero.outbox.models import Message, MessageEvent, MessageEventKind
from esmero.people.addresses.address_status import BounceReport, record_bounce

TRANSIENT = frozenset(
    {
        FailureMeaning.MAILBOX_FULL,
        FailureMeaning.THROTTLED,
        FailureMeaning.SYSTEM,
        FailureMeaning.NETWORK,
        FailureMeaning.EXPIRED,
    }
)
"""Transient faults, even if a server reports them as permanent."""


def handle(arrival: Arrival) -> None:
    """Record a delivery report on our message; one without a matched message changes none.

    If a provider signed for the address alone, the report counts for the address; a guessed message is not sent again.
    """
    message = arrival.message
    if message is None and arrival.candidates:
        _record_for_candidates(arrival)
    if message is None or not arrival.proven:
        return
    report = choose_report(arrival.verdict.reports, address=message.address)
    if report is None:
        return
    if report.action == "delayed":
        arrival.note(MessageEvent.Kind.DEFERRED, _facts(report, action="delayed"))
    elif report.meaning in SENDER_FAULTS:
        if arrival.note(MessageEvent.Kind.OUR_FAULT, _facts(report)):
            arrival.raise_worst(Message.Worst.OUR_FAULT)
            _record(arrival, report, kind=MessageEvent.Kind.OUR_FAULT)
    elif _is_transient(report):
        _record_soft_bounce(arrival, message, report)
    elif arrival.note(MessageEvent.Kind.HARD_BOUNCE, _facts(report)):
        arrival.raise_worst(Message.Worst.HARD_BOUNCE)
        happen(MessageBounced(message_id=message.pk, person_id=message.person_id))
        _record(arrival, report, kind=MessageEvent.Kind.HARD_BOUNCE)


def _record_for_candidates(arrival: Arrival) -> None:
    latest = arrival.candidates[0]
    report = choose_report(arrival.verdict.reports, address=latest.address)
    if report is None or report.action == "delayed":
        return
    if report.meaning in SENDER_FAULTS:
        kind = MessageEvent.Kind.OUR_FAULT
    elif _is_transient(report):
        kind = MessageEvent.Kind.SOFT_BOUNCE
    else:
        kind = MessageEvent.Kind.HARD_BOUNCE
    for message in arrival.candidates_of_brand():
        count_return(message, kind=kind, meaning=report.meaning.value, at=arrival.at)
    record_bounce(latest.address, returned=_make_bounce_report(arrival, report))


def _is_transient(report: Report) -> bool:
    return not report.hard and (report.status.startswith("4") or report.meaning in TRANSIENT)


def choose_report(reports: tuple[Report, ...], *, address: str) -> Report | None:
    """Return the report on this address; if none names it (it was forwarded), the least severe failure."""
    usable = [report for report in reports if report.action in ("failed", "delayed")]
    named = [report for report in usable if report.recipient.lower() == address.lower()]
    failed = [report for report in named or usable if report.action == "failed"]
    return min(failed, key=lambda report: report.hard) if failed else next(iter(named or usable), None)


def _record_soft_bounce(arrival: Arrival, message: Message, report: Report) -> None:
    before = MessageEvent.objects.filter(message=message, kind=MessageEvent.Kind.SOFT_BOUNCE).count()
    again_at = None if arrival.guessed else _plan(message, before=before, at=arrival.at)
    facts = _facts(report, again_at=again_at.isoformat()) if again_at else _facts(report)
    if not arrival.note(MessageEvent.Kind.SOFT_BOUNCE, facts):
        return
    arrival.raise_worst(Message.Worst.SOFT_BOUNCE)
    _record(arrival, report, kind=MessageEvent.Kind.SOFT_BOUNCE)
    if arrival.guessed:
        return
    sent = Message.objects.filter(pk=message.pk, state=Message.State.SENT)
    words = f"{report.status} {report.diagnostic}".strip()[:1000]
    if again_at is None:
        sent.update(state=Message.State.GAVE_UP, trouble=words)
    elif sent.update(state=Message.State.WAITING, due_at=again_at, tries=0, trouble=words):
        reopen_for_retry(message.dispatch_id)


def _plan(message: Message, *, before: int, at: datetime) -> datetime | None:
    """Return the time of the next try after `before` bounces; None if no try is left or the campaign was cancelled."""
    hours = settings.ESMERO.return_retry_hours
    cancelled = Campaign.objects.filter(dispatch=message.dispatch_id, state=Campaign.State.CANCELLED).exists()
    return None if cancelled or before >= len(hours) else at + timedelta(hours=hours[before])


def _record(arrival: Arrival, report: Report, *, kind: MessageEventKind) -> None:
    """Count the bounce for the address.

    The installation's own mail (tests, notices, forwarded replies) is not counted.
    """
    assert arrival.message is not None
    if arrival.message.person_id is None:
        return
    count_return(arrival.message, kind=kind, meaning=report.meaning.value, at=arrival.at)
    record_bounce(arrival.message.address, returned=_make_bounce_report(arrival, report))


def _make_bounce_report(arrival: Arrival, report: Report) -> BounceReport:
    return BounceReport(
        meaning=report.meaning.value,
        hard=report.hard,
        ours=report.meaning in SENDER_FAULTS,
        at=arrival.at,
        evidence=arrival.evidence,
    )


def _facts(report: Report, **more: str) -> dict[str, Any]:
    return {
        "meaning": report.meaning.value,
        "status": report.status,
        "code": report.code,
        "text": report.diagnostic[:500],
        "remote": report.remote_mta,
        **more,
    }
