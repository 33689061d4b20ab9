"""Plan a started campaign: one message for each person of the frozen audience, also for refused ones."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from esmero.campaigns.lifecycle import CANCELLING, failed_messages, reopen_for_retry
from esmero.campaigns.models import AudienceMember, Campaign
from esmero.outbox.claims import STATES_BUSY
from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.outbox.posting.post import JudgedRecipient, post_judged
from esmero.work.jobs import enqueue, save_progress
from esmero.work.models import Job
from esmero.work.wakeups import wake

CHUNK = 1000
RECHECK_AFTER = timedelta(seconds=10)
_RETRYABLE_STATES = (Campaign.State.RUNNING, Campaign.State.PAUSED, Campaign.State.DONE)


def run_chunk(job: Job) -> bool:
    """Plan the next thousand messages; when all are planned, open the dispatch for the senders."""
    campaign = Campaign.objects.select_related("brand", "dispatch").get(pk=job.subject)
    assert campaign.dispatch is not None
    after = job.cursor.get("after", 0)
    if job.total is None:
        job.total = AudienceMember.objects.filter(campaign=campaign).count()
    rows = list(
        AudienceMember.objects.filter(campaign=campaign, id__gt=after)
        .order_by("id")
        .values_list(
            "id", "person_id", "person__address__value", "person__language", "outcome", "codes", "facts", "promotion"
        )[:CHUNK]
    )
    now = timezone.now()
    if not rows:
        _open(campaign, job)
        return True
    judged = [
        JudgedRecipient(
            person_id=person,
            address=address or "",
            language=language or campaign.brand.language,
            refused=outcome == "refuse",
            verdict=codes,
            objections=facts,
            promotion=_lasting(promotion, facts=facts),
        )
        for _, person, address, language, outcome, codes, facts, promotion in rows
    ]
    # Messages and cursor are committed together, so that a crash repeats no chunk.
    with transaction.atomic():
        post_judged(campaign.dispatch, judged, judged_at=campaign.checked_at, now=now)
        job.cursor, job.done = {"after": rows[-1][0]}, job.done + len(rows)
        save_progress(job)
    return False


def _lasting(promotion: str, *, facts: dict[str, dict[str, object]] | None) -> str:
    """Return the codes for which a promotion is left out; "" if each of them ends by itself.

    A pause or a night of the dry run may be over when the message leaves; the gate is asked again then.
    """
    known = facts or {}
    return "" if all("until" in known.get(code, {}) for code in promotion.split()) else promotion


def _open(campaign: Campaign, job: Job) -> None:
    with transaction.atomic():
        running = Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.PLANNING).update(
            state=Campaign.State.RUNNING
        )
        if running:
            Dispatch.objects.filter(pk=campaign.dispatch_id or 0).update(state=Dispatch.State.OPEN)
            wake(Dispatch)
        save_progress(job)


def retry_chunk(job: Job) -> bool:
    """Make the next thousand given-up messages of a campaign due again; True when none is left.

    Their worst outcome is reset; earlier events stay. A finished campaign resumes; a cancelled one does not.
    """
    campaign = Campaign.objects.get(pk=job.subject)
    if campaign.dispatch_id is None or campaign.state not in _RETRYABLE_STATES:
        return True
    before = job.cursor.setdefault("before", timezone.now().isoformat())
    after = job.cursor.get("after", 0)
    failed = failed_messages(campaign.dispatch_id)
    if job.total is None:
        job.total = failed.count()
    ids = list(failed.filter(id__gt=after).order_by("id").values_list("id", flat=True)[:CHUNK])
    if not ids:
        return True
    now = timezone.now()
    with transaction.atomic():
        moved = Message.objects.filter(id__in=ids, state=Message.State.GAVE_UP).update(
            state=Message.State.PLANNED, due_at=now, tries=0, trouble="", worst=Message.Worst.NOTHING
        )
        MessageEvent.objects.bulk_create(
            MessageEvent(
                message_id=pk, kind=MessageEvent.Kind.RETRIED, at=now, facts={"by": job.created_by, "asked": before}
            )
            for pk in ids
        )
        reopen_for_retry(campaign.dispatch_id)
        job.cursor, job.done = {**job.cursor, "after": ids[-1]}, job.done + moved
        save_progress(job)
    return False


def cancel_chunk(job: Job) -> bool:
    """Cancel the next thousand unsent messages of a cancelled campaign; True when none is left.

    Messages claimed by a sender are checked again later: they are freed (and then cancelled) or sent.
    """
    campaign = Campaign.objects.get(pk=job.subject)
    waiting = (Message.State.PLANNED, Message.State.WAITING)
    ids = list(
        Message.objects.filter(dispatch=campaign.dispatch_id, state__in=waiting).values_list("id", flat=True)[:CHUNK]
    )
    with transaction.atomic():
        Message.objects.filter(id__in=ids, state__in=waiting).update(state=Message.State.CANCELLED, due_at=None)
        job.done += len(ids)
        save_progress(job)
    if ids:
        return False
    if Message.objects.filter(dispatch=campaign.dispatch_id, state__in=STATES_BUSY).exists():
        with transaction.atomic():
            enqueue(CANCELLING, subject_id=campaign.pk, by=job.created_by, at=timezone.now() + RECHECK_AFTER)
    return True
