"""A return: what it means for the address, for the message, and whether the message goes again (mail.md, section C)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from esmero.campaigns.lifecycle import reopen_for_retry
from esmero.campaigns.models import Campaign
from esmero.intake.bounces.meaning import OURS
from esmero.intake.classify import FailureMeaning, Report
from esmero.mailroom.arriving.arrival import Arrival
from esmero.mailroom.arriving.return_counts import count_return
from esmero.outbox.models import Message, MessageEvent, MessageEventKind
from esmero.people.addresses.address_status import BounceReport, record_bounce

PASSING = frozenset(
    {
        FailureMeaning.MAILBOX_FULL,
        FailureMeaning.THROTTLED,
        FailureMeaning.SYSTEM,
        FailureMeaning.NETWORK,
        FailureMeaning.EXPIRED,
    }
)
"""Troubles that pass, also when a server calls them permanent."""


def handle(arrival: Arrival) -> None:
    """Record what a delivery report says of our message. One that cannot be tied to a message changes none.

    Where a provider signed for the address alone, the address bears what follows; no message goes again for a guess.
    """
    message = arrival.message
    if message is None and arrival.told:
        _record_told(arrival)
    if message is None or not arrival.proven:
        return
    report = choose_report(arrival.verdict.reports, address=message.address)
    if report is None:
        return
    if report.action == "delayed":
        arrival.note(MessageEvent.Kind.DEFERRED, _facts(report, action="delayed"))
    elif report.meaning in OURS:
        if arrival.note(MessageEvent.Kind.OUR_FAULT, _facts(report)):
            arrival.raise_worst(Message.Worst.OUR_FAULT)
            _record(arrival, report, kind=MessageEvent.Kind.OUR_FAULT)
    elif _passes(report):
        _return_for_now(arrival, message, report)
    elif arrival.note(MessageEvent.Kind.RETURNED_FOR_GOOD, _facts(report)):
        arrival.raise_worst(Message.Worst.RETURNED_FOR_GOOD)
        _record(arrival, report, kind=MessageEvent.Kind.RETURNED_FOR_GOOD)


def _record_told(arrival: Arrival) -> None:
    latest = arrival.told[0]
    report = choose_report(arrival.verdict.reports, address=latest.address)
    if report is None or report.action == "delayed":
        return
    if report.meaning in OURS:
        kind = MessageEvent.Kind.OUR_FAULT
    elif _passes(report):
        kind = MessageEvent.Kind.RETURNED_FOR_NOW
    else:
        kind = MessageEvent.Kind.RETURNED_FOR_GOOD
    for message in arrival.told_by_brand():
        count_return(message, kind=kind, meaning=report.meaning.value, at=arrival.at)
    record_bounce(latest.address, returned=_make_return(arrival, report))


def _passes(report: Report) -> bool:
    return not report.hard and (report.status.startswith("4") or report.meaning in PASSING)


def choose_report(reports: tuple[Report, ...], *, address: str) -> Report | None:
    """Return the report about this address; where none names it (it was forwarded), the least severe failure."""
    told = [report for report in reports if report.action in ("failed", "delayed")]
    named = [report for report in told if report.recipient.lower() == address.lower()]
    failed = [report for report in named or told if report.action == "failed"]
    return min(failed, key=lambda report: report.hard) if failed else next(iter(named or told), None)


def _return_for_now(arrival: Arrival, message: Message, report: Report) -> None:
    before = MessageEvent.objects.filter(message=message, kind=MessageEvent.Kind.RETURNED_FOR_NOW).count()
    again_at = None if arrival.guessed else _plan(message, before=before, at=arrival.at)
    facts = _facts(report, again_at=again_at.isoformat()) if again_at else _facts(report)
    if not arrival.note(MessageEvent.Kind.RETURNED_FOR_NOW, facts):
        return
    arrival.raise_worst(Message.Worst.RETURNED_FOR_NOW)
    _record(arrival, report, kind=MessageEvent.Kind.RETURNED_FOR_NOW)
    if arrival.guessed:
        return
    sent = Message.objects.filter(pk=message.pk, state=Message.State.SENT)
    words = f"{report.status} {report.diagnostic}".strip()[:1000]
    if again_at is None:
        sent.update(state=Message.State.GAVE_UP, trouble=words)
    elif sent.update(state=Message.State.WAITING, due_at=again_at, tries=0, trouble=words):
        reopen_for_retry(message.dispatch_id)


def _plan(message: Message, *, before: int, at: datetime) -> datetime | None:
    """Say when to try again what was returned `before` times already; None: never, or its campaign was cancelled."""
    hours = settings.ESMERO.return_retry_hours
    cancelled = Campaign.objects.filter(dispatch=message.dispatch_id, state=Campaign.State.CANCELLED).exists()
    return None if cancelled or before >= len(hours) else at + timedelta(hours=hours[before])


def _record(arrival: Arrival, report: Report, *, kind: MessageEventKind) -> None:
    """Count the return for the address. The house's own mail (tests, notices, forwarded replies) counts for nobody."""
    assert arrival.message is not None
    if arrival.message.person_id is None:
        return
    count_return(arrival.message, kind=kind, meaning=report.meaning.value, at=arrival.at)
    record_bounce(arrival.message.address, returned=_make_return(arrival, report))


def _make_return(arrival: Arrival, report: Report) -> BounceReport:
    return BounceReport(
        meaning=report.meaning.value,
        hard=report.hard,
        ours=report.meaning in OURS,
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
