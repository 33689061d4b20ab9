"""Move a campaign through its states: draft → checked (dry run) → running ⇄ paused → done | cancelled.

Each transition repeats the expected state in its UPDATE, writes an audit entry, and leaves long work to a job.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from esmero.campaigns.models import Campaign
from esmero.content.models import TemplateVersion
from esmero.content.versions import seal_version
from esmero.house.audit import note
from esmero.house.happenings import (
    CampaignCancelled,
    CampaignFinished,
    CampaignStarted,
    DispatchClosed,
    happen,
    happen_all,
)
from esmero.house.models import Brand, User
from esmero.outbox.models import Dispatch, Message, MessageClass, Relay
from esmero.outbox.posting.dispatches import DispatchFacts, open_dispatch
from esmero.outbox.private_networks import is_external_host
from esmero.outbox.relays import find_relay
from esmero.people.models import Segment, Topic
from esmero.refusal import InvalidValue, Refusal
from esmero.work.jobs import cancel, enqueue
from esmero.work.wakeups import wake

DRY_RUN, PLANNING, CANCELLING, RETRYING, LINK_CHECK = "dry-run", "planning", "cancelling", "retrying", "trying"
State = Campaign.State


def create_campaign(
    name: str,
    *,
    brand: Brand,
    topic: Topic,
    version: TemplateVersion | None,
    segment: Segment | None,
    reason: Mapping[str, str],
    by: User | str,
    promotion_topic: Topic | None = None,
) -> Campaign:
    """Create a draft. `reason` states, by language, why the message is worth the reader's time.

    `promotion_topic` is the topic whose permission its promotion needs; without one, no promotion is sent.
    """
    for each in (topic, promotion_topic):
        if each is not None and each.brand_id != brand.pk:
            raise InvalidValue("topic-of-another-brand", code=each.code, brand=brand.name)
    with transaction.atomic():
        campaign = Campaign.objects.create(
            name=name,
            brand=brand,
            topic=topic,
            version=version,
            segment=segment,
            reason=dict(reason),
            promotion_topic=promotion_topic,
            created_by=str(by),
        )
        note("campaign.created", by=by, subject=campaign, facts={"name": name})
    return campaign


def change_campaign(campaign: Campaign, *, by: User | str, **facts: object) -> Campaign:
    """Change a draft or a checked campaign; it becomes a draft, because its dry run no longer applies."""
    fields = sorted(name for name, value in facts.items() if getattr(campaign, name) != value)
    with transaction.atomic():
        moved = Campaign.objects.filter(pk=campaign.pk, state__in=(State.DRAFT, State.CHECKED)).update(
            **facts, state=State.DRAFT, counts={}, checked_at=None
        )
        if not moved:
            raise Refusal("campaign-not-a-draft", name=campaign.name)
        note("campaign.changed", by=by, subject=campaign, facts={"fields": fields})
    campaign.refresh_from_db()
    return campaign


def begin_dry_run(campaign: Campaign, *, by: User | str) -> Campaign:
    """Queue the dry run, which counts recipients, and refusals by reason."""
    if missing := find_missing(campaign):
        raise Refusal("campaign-incomplete", name=campaign.name, missing=missing)
    with transaction.atomic():
        moved = Campaign.objects.filter(pk=campaign.pk, state__in=(State.DRAFT, State.CHECKED)).update(
            state=State.CHECKING, counts={}
        )
        if not moved:
            raise Refusal("campaign-under-way", name=campaign.name)
        job = enqueue(DRY_RUN, subject_id=campaign.pk, by=str(by))
        Campaign.objects.filter(pk=campaign.pk).update(job=job)
        enqueue(LINK_CHECK, subject_id=campaign.version_id, by=str(by))
    campaign.refresh_from_db()
    return campaign


def invalidate_dry_runs(ids: Iterable[int], *, by: User | str) -> None:
    """Return checked campaigns to draft, because their dry run is deleted.

    Call it inside the transaction that deletes the dry run; a concurrent start either wins or is refused.
    """
    for campaign in Campaign.objects.filter(pk__in=list(ids), state=State.CHECKED):
        moved = Campaign.objects.filter(pk=campaign.pk, state=State.CHECKED)
        if moved.update(state=State.DRAFT, counts={}, checked_at=None):
            note("campaign.outdated", by=by, subject=campaign)


def find_missing(campaign: Campaign) -> list[str]:
    """Return the missing ones of template, segment and reason."""
    there = {
        "template": campaign.version_id,
        "segment": campaign.segment_id,
        "reason": any(text.strip() for text in campaign.reason.values()),
    }
    return [code for code, found in there.items() if not found]


def start_campaign(campaign: Campaign, *, by: User | str) -> Campaign:
    """Freeze the audience of the dry run and begin to send."""
    if campaign.state != State.CHECKED:
        raise Refusal("campaign-not-checked", name=campaign.name)
    assert campaign.version is not None
    relay = find_relay(campaign.brand)
    _require_reachable_links(campaign)
    commercial = campaign.topic.purpose.commercial
    with transaction.atomic():
        facts = DispatchFacts(
            brand=campaign.brand,
            message_class=MessageClass.COMMERCIAL if commercial else MessageClass.RELATIONAL,
            topic=campaign.topic,
            promotion_topic=campaign.promotion_topic,
            version=campaign.version,
            relay_id=relay.pk,
            reason=campaign.reason,
        )
        # The senders get it when every message is planned.
        dispatch = open_dispatch(facts, state=Dispatch.State.PAUSED)
        job = enqueue(PLANNING, subject_id=campaign.pk, by=str(by))
        # If another start wins, the exception below rolls back dispatch and job.
        moved = Campaign.objects.filter(pk=campaign.pk, state=State.CHECKED).update(
            state=State.PLANNING, dispatch=dispatch, job=job, started_at=timezone.now()
        )
        if not moved:
            raise Refusal("campaign-started-meanwhile", name=campaign.name)
        seal_version(campaign.version)
        note("campaign.started", by=by, subject=campaign, facts={"counts": campaign.counts})
        happen(CampaignStarted(campaign_id=campaign.pk))
    campaign.refresh_from_db()
    return campaign


def has_reachable_links(brand: Brand, *, relay: Relay) -> bool:
    """Return whether recipients can reach the links: HTTPS is required for any relay outside (RFC 8058, 3.1)."""
    return relay.kind != Relay.Kind.SMTP or not is_external_host(relay.host) or brand.public_url.startswith("https://")


def _require_reachable_links(campaign: Campaign) -> None:
    """Refuse to send mail whose unsubscribe links cannot be reached; called whenever sending starts or resumes."""
    relay = (campaign.dispatch and campaign.dispatch.relay) or find_relay(campaign.brand)
    if not has_reachable_links(campaign.brand, relay=relay):
        raise Refusal("links-unreachable", brand=campaign.brand.name, address=campaign.brand.public_url)


def pause_campaign(campaign: Campaign, *, by: User | str) -> Campaign:
    """Stop sending within about a second; messages in transmission are completed."""
    if not _move(campaign, expected=State.RUNNING, to=State.PAUSED, dispatch=Dispatch.State.PAUSED, by=by):
        raise Refusal("campaign-not-running", name=campaign.name)
    return campaign


def resume_campaign(campaign: Campaign, *, by: User | str) -> Campaign:
    """Resume a paused campaign."""
    _require_reachable_links(campaign)
    if not _move(campaign, expected=State.PAUSED, to=State.RUNNING, dispatch=Dispatch.State.OPEN, by=by):
        raise Refusal("campaign-not-paused", name=campaign.name)
    return campaign


def _move(campaign: Campaign, *, expected: str, to: str, dispatch: str, by: User | str) -> bool:
    """Move a campaign between RUNNING and PAUSED; return False if its state is not the expected one."""
    with transaction.atomic():
        moved = Campaign.objects.filter(pk=campaign.pk, state=expected).update(state=to)
        if moved:
            Dispatch.objects.filter(pk=campaign.dispatch_id or 0).update(state=dispatch)
            note("campaign.paused" if to == State.PAUSED else "campaign.resumed", by=by, subject=campaign)
            wake(Dispatch)
    campaign.refresh_from_db()
    return bool(moved)


def cancel_campaign(campaign: Campaign, *, by: User | str) -> Campaign:
    """Cancel a campaign: unsent messages are never sent, those in transmission are completed."""
    with transaction.atomic():
        moved = (
            Campaign.objects.filter(pk=campaign.pk)
            .exclude(state__in=(State.DONE, State.CANCELLED))
            .update(state=State.CANCELLED, finished_at=timezone.now())
        )
        if not moved:
            raise Refusal("campaign-ended", name=campaign.name)
        campaign.refresh_from_db()
        if campaign.job is not None:
            cancel(campaign.job)
        if campaign.dispatch_id:
            Dispatch.objects.filter(pk=campaign.dispatch_id).update(
                state=Dispatch.State.CLOSED, closed_at=timezone.now()
            )
            enqueue(CANCELLING, subject_id=campaign.pk, by=str(by))
            wake(Dispatch)
        note("campaign.cancelled", by=by, subject=campaign)
        happen(CampaignCancelled(campaign_id=campaign.pk))
    return campaign


def retry_failed(campaign: Campaign, *, by: User | str) -> Campaign:
    """Retry messages that were given up without a hard bounce; the policy gate judges each again."""
    if campaign.state not in (State.RUNNING, State.PAUSED, State.DONE):
        raise Refusal("campaign-not-sent", name=campaign.name)
    number = failed_messages(campaign.dispatch_id or 0).count()
    if not number:
        raise Refusal("nothing-to-retry", name=campaign.name)
    _require_reachable_links(campaign)
    with transaction.atomic():
        job = enqueue(RETRYING, subject_id=campaign.pk, by=str(by))
        Campaign.objects.filter(pk=campaign.pk).update(job=job)
        note("campaign.retried", by=by, subject=campaign, facts={"messages": number})
    campaign.refresh_from_db()
    return campaign


def failed_messages(dispatch: int) -> QuerySet[Message]:
    """Return the given-up messages of a dispatch for which a retry makes sense."""
    hopeless = (Message.Worst.HARD_BOUNCE, Message.Worst.COMPLAINED)
    return Message.objects.filter(dispatch=dispatch, state=Message.State.GAVE_UP).exclude(worst__in=hopeless)


def duplicate_campaign(campaign: Campaign, *, by: User | str) -> Campaign:
    """Create a draft with the same content and segment."""
    with transaction.atomic():
        copy = Campaign.objects.create(
            name=_free_name(campaign),
            brand=campaign.brand,
            topic=campaign.topic,
            version=campaign.version,
            segment=campaign.segment,
            reason=campaign.reason,
            promotion_topic=campaign.promotion_topic,
            goal=campaign.goal,
            created_by=str(by),
        )
        note("campaign.created", by=by, subject=copy, facts={"name": copy.name, "from": campaign.pk})
    return copy


def _free_name(campaign: Campaign) -> str:
    stem = re.sub(r" \(\d+\)$", "", campaign.name)[:140]
    taken = set(Campaign.objects.filter(brand=campaign.brand, name__startswith=stem).values_list("name", flat=True))
    return next(name for number in count(2) if (name := f"{stem} ({number})") not in taken)


def set_goal(campaign: Campaign, *, goal: Mapping[str, object], targets: Collection[str], by: User | str) -> Campaign:
    """Set the goal of a campaign: {"link": URL} out of `targets`, {"reply": true}, or {} for none."""
    link = goal.get("link")
    if link is not None and link not in targets:
        raise InvalidValue("goal-without-link", name=campaign.name, link=link)
    with transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(goal=dict(goal))
        note("campaign.goal", by=by, subject=campaign, facts={"goal": dict(goal)})
    campaign.refresh_from_db()
    return campaign


def finish_campaigns(happened: Sequence[DispatchClosed]) -> None:
    """Mark the running campaigns of closed dispatches as done. Needs a transaction."""
    closed = Campaign.objects.filter(
        state=State.RUNNING,
        dispatch__in=[one.dispatch_id for one in happened],
        dispatch__state=Dispatch.State.CLOSED,  # reopen_for_retry may have opened it again
    )
    ids = list(closed.select_for_update(of=("self",)).values_list("pk", flat=True))
    Campaign.objects.filter(pk__in=ids).update(state=State.DONE, finished_at=timezone.now())
    happen_all(CampaignFinished(campaign_id=pk) for pk in ids)


def reopen_for_retry(dispatch_id: int) -> None:
    """Reopen a dispatch and its campaign, because one of its messages is sent again after a soft bounce; wake senders.

    Call it inside the transaction that schedules the message.
    """
    dispatch = Dispatch.objects.select_for_update(of=("self",)).get(pk=dispatch_id)
    if dispatch.state == Dispatch.State.CLOSED:
        Dispatch.objects.filter(pk=dispatch_id).update(state=Dispatch.State.OPEN, closed_at=None)
    Campaign.objects.filter(dispatch=dispatch_id, state=State.DONE).update(state=State.RUNNING, finished_at=None)
    wake(Dispatch)


def count_states(campaign: Campaign) -> dict[str, int]:
    """Return the number of messages in each state; their sum always equals the audience."""
    if campaign.dispatch_id is None:
        return {}
    rows = Message.objects.filter(dispatch=campaign.dispatch_id).values_list("state").order_by("state")
    return dict(rows.annotate(Count("id")))
