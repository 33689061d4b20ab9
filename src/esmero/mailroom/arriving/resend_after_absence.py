"""Send a message again after the recipient's absence, if it is still worthwhile (mail.md, section C).

An absence note proves delivery, so only messages that may be overlooked are sent again: issues of a campaign, at most
14 days after they were first sent, if no later issue of the topic went to the person and the person neither clicked nor
answered. Service mail is kept by people and not repeated. It is the same message with the same Message-ID, so mail
programs can recognise it.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from esmero.campaigns.lifecycle import reopen_for_retry
from esmero.campaigns.models import Campaign
from esmero.mailroom.models import ScheduledResend
from esmero.outbox.models import Message, MessageClass, MessageEvent
from esmero.work.due import claim_due, finish_due, retry_later

MAX_AGE = timedelta(days=14)
BATCH = 100
MORNING = time(9, 0)

State = ScheduledResend.State


def schedule_resend(message: Message, *, until: date, at: datetime) -> datetime | None:
    """Schedule a message for the morning after `until`; None if it is not worthwhile. Needs a transaction.

    A later reply with another date moves the schedule; one that was carried out or dropped is not made again.
    """
    due = _morning_after(until)
    if message.person_id is None or not _is_issue(message) or not _is_recent(message, at=due):
        return None
    row, new = ScheduledResend.objects.get_or_create(message=message, defaults={"due_at": due, "found_at": at})
    if not new and not ScheduledResend.objects.filter(pk=row.pk, state=State.WAITING).update(due_at=due):
        return None
    return due


def resend_due(worker: str) -> int:
    """Resend or drop the scheduled messages that are due; returns their number."""
    now = timezone.now()
    rows = claim_due(ScheduledResend, worker=worker, now=now, most=BATCH, state=State.WAITING)
    for row in rows:
        try:
            with transaction.atomic():
                _resend_or_drop(row, now=now)
        except Exception as trouble:  # noqa: BLE001 - it stays visible in the row
            retry_later(row, trouble=str(trouble), now=now, state=State.DROPPED, reason="trouble")
    return len(rows)


def _resend_or_drop(row: ScheduledResend, *, now: datetime) -> None:
    messages = Message.objects.select_for_update(of=("self",)).select_related("dispatch")
    message = messages.get(pk=row.message_id)
    reason = find_reason_against(message, at=now)
    if not finish_due([row], state=State.DROPPED if reason else State.SENT, reason=reason) or reason:
        return
    # The update repeats the state: a bounce may have changed it meanwhile.
    sent = Message.objects.filter(pk=message.pk, state=Message.State.SENT)
    if sent.update(state=Message.State.WAITING, due_at=now, tries=0, trouble=""):
        MessageEvent.objects.create(
            message=message, kind=MessageEvent.Kind.RETRIED, at=now, facts={"reason": "absence is over"}
        )
        reopen_for_retry(message.dispatch_id)


def find_reason_against(message: Message, *, at: datetime) -> str:
    """Return the reason not to send a message again: state, old, cancelled, seen, superseded; empty if none."""
    if message.state != Message.State.SENT or message.worst > Message.Worst.ABSENT:
        return "state"
    if not _is_recent(message, at=at):
        return "old"
    if Campaign.objects.filter(dispatch=message.dispatch_id, state=Campaign.State.CANCELLED).exists():
        return "cancelled"
    events = MessageEvent.objects.filter(message=message)
    seen = events.filter(kind=MessageEvent.Kind.CLICKED, machine="") | events.filter(
        kind__in=[MessageEvent.Kind.REPLIED, MessageEvent.Kind.UNSUBSCRIBED]
    )
    if seen.exists():
        return "seen"
    later = Message.objects.filter(
        person=message.person_id, sent_at__gt=message.sent_at, dispatch__topic=message.dispatch.topic_id
    ).exclude(dispatch=message.dispatch_id)
    return "superseded" if later.exists() else ""


def _is_issue(message: Message) -> bool:
    dispatch = message.dispatch
    commercial = dispatch.message_class in (MessageClass.COMMERCIAL, MessageClass.RELATIONAL)
    return commercial and dispatch.topic_id is not None and message.state == Message.State.SENT


def _is_recent(message: Message, *, at: datetime) -> bool:
    return message.sent_at is not None and at - message.sent_at <= MAX_AGE


def _morning_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), MORNING, tzinfo=timezone.get_default_timezone())
