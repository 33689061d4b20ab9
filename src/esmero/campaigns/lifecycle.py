"""A campaign's way: draft → checked (dry run) → running ⇄ paused → done | cancelled.

Each move repeats the state it expects, writes its audit row, and leaves what takes time to a job of the mailroom.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import count

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.campaigns.models import Campaign
from esmero.content.models import TemplateVersion
from esmero.content.versions import seal_version
from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.outbox.models import Dispatch, Message, MessageClass, Relay
from esmero.outbox.private_networks import leads_outside
from esmero.outbox.relays import find_relay
from esmero.people.models import Segment, Topic
from esmero.work.jobs import cancel, enqueue

DRY_RUN, PLANNING, CANCELLING, RETRYING, TRYING = "dry-run", "planning", "cancelling", "retrying", "trying"
State = Campaign.State
_MISSING = {
    "template": gettext_lazy("a template"),
    "segment": gettext_lazy("a segment"),
    "reason": gettext_lazy("the reason from the customer’s side"),
}
_REFUSED = {
    "paused": gettext_lazy("“%(name)s” is not being sent, so there is nothing to pause."),
    "resumed": gettext_lazy("“%(name)s” is not paused."),
}


class CampaignMoveRefused(Exception):
    """The campaign's state does not allow the move, or something is missing; the text says what to do."""


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
    """Make a draft. `reason` says, in each language, why the message is worth the reader's time.

    `promotion_topic` is the topic whose permission the promotion in it needs; without one, no promotion goes out.
    """
    for each in (topic, promotion_topic):
        if each is not None and each.brand_id != brand.pk:
            raise CampaignMoveRefused(
                _("The topic %(code)s belongs to another brand. Choose one of %(brand)s.")
                % {"code": each.code, "brand": brand.name}
            )
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
    """Change a draft or a checked campaign; it is a draft again, because what was checked is no longer what it says."""
    fields = sorted(name for name, value in facts.items() if getattr(campaign, name) != value)
    with transaction.atomic():
        moved = Campaign.objects.filter(pk=campaign.pk, state__in=(State.DRAFT, State.CHECKED)).update(
            **facts, state=State.DRAFT, counts={}, checked_at=None
        )
        if not moved:
            raise CampaignMoveRefused(
                _("“%(name)s” is no draft any more. Duplicate it and change the copy.") % {"name": campaign.name}
            )
        note("campaign.changed", by=by, subject=campaign, facts={"fields": fields})
    campaign.refresh_from_db()
    return campaign


def begin_dry_run(campaign: Campaign, *, by: User | str) -> Campaign:
    """Queue the dry run: who would get it, who would not, and for which reason."""
    if missing := [str(_MISSING[code]) for code in find_missing(campaign)]:
        raise CampaignMoveRefused(
            _("“%(name)s” cannot be checked yet. Still missing: %(list)s.")
            % {"name": campaign.name, "list": ", ".join(missing)}
        )
    with transaction.atomic():
        moved = Campaign.objects.filter(pk=campaign.pk, state__in=(State.DRAFT, State.CHECKED)).update(
            state=State.CHECKING, counts={}
        )
        if not moved:
            raise CampaignMoveRefused(
                _("“%(name)s” was started already, or its dry run is under way.") % {"name": campaign.name}
            )
        job = enqueue(DRY_RUN, subject_id=campaign.pk, by=str(by))
        Campaign.objects.filter(pk=campaign.pk).update(job=job)
        enqueue(TRYING, subject_id=campaign.version_id, by=str(by))
    campaign.refresh_from_db()
    return campaign


def outdate_dry_runs(ids: Iterable[int], *, by: User | str) -> None:
    """Make drafts of those of these campaigns that wait checked: their dry run says nothing any more.

    Call it inside the transaction that takes the dry run away; who starts one at the same moment wins or is refused.
    """
    for campaign in Campaign.objects.filter(pk__in=list(ids), state=State.CHECKED):
        moved = Campaign.objects.filter(pk=campaign.pk, state=State.CHECKED)
        if moved.update(state=State.DRAFT, counts={}, checked_at=None):
            note("campaign.outdated", by=by, subject=campaign)


def find_missing(campaign: Campaign) -> list[str]:
    """Return what a draft still needs before it can be checked: out of template, segment and reason."""
    there = {
        "template": campaign.version_id,
        "segment": campaign.segment_id,
        "reason": any(text.strip() for text in campaign.reason.values()),
    }
    return [code for code, found in there.items() if not found]


def start_campaign(campaign: Campaign, *, by: User | str) -> Campaign:
    """Freeze exactly the audience of the dry run and begin to send."""
    if campaign.state != State.CHECKED:
        raise CampaignMoveRefused(
            _("“%(name)s” starts once, after a dry run. Run the dry run first, then start it.")
            % {"name": campaign.name}
        )
    assert campaign.version is not None
    relay = find_relay(campaign.brand)
    _refuse_unanswered(campaign)
    commercial = campaign.topic.purpose.commercial
    with transaction.atomic():
        dispatch = Dispatch.objects.create(
            brand=campaign.brand,
            message_class=MessageClass.COMMERCIAL if commercial else MessageClass.RELATIONAL,
            purpose=campaign.topic.purpose,
            topic=campaign.topic,
            promotion_topic=campaign.promotion_topic,
            version=campaign.version,
            relay=relay,
            reason=campaign.reason,
            state=Dispatch.State.PAUSED,  # open once every message is planned
        )
        job = enqueue(PLANNING, subject_id=campaign.pk, by=str(by))
        moved = Campaign.objects.filter(pk=campaign.pk, state=State.CHECKED).update(
            state=State.PLANNING, dispatch=dispatch, job=job, started_at=timezone.now()
        )
        if not moved:
            raise CampaignMoveRefused(
                _("“%(name)s” was started by somebody else a moment ago.") % {"name": campaign.name}
            )
        seal_version(campaign.version)
        note("campaign.started", by=by, subject=campaign, facts={"counts": campaign.counts})
    campaign.refresh_from_db()
    return campaign


def is_answered_for(brand: Brand, *, relay: Relay) -> bool:
    """Return whether the links of a mail will lead its reader to us: HTTPS, once a relay leads outside (RFC 8058, 3.1)."""
    return relay.kind != Relay.Kind.SMTP or not leads_outside(relay.host) or brand.public_url.startswith("https://")


def _refuse_unanswered(campaign: Campaign) -> None:
    """Nothing goes to readers who could not leave by its links: asked whenever messages are let go, first or again."""
    relay = (campaign.dispatch and campaign.dispatch.relay) or find_relay(campaign.brand)
    if not is_answered_for(campaign.brand, relay=relay):
        raise CampaignMoveRefused(
            _(
                "Readers could not unsubscribe: %(brand)s answers them at %(address)s, which they cannot reach or which "
                "is not encrypted. Set its public address (https://…) under Settings, Brands; then try again."
            )
            % {"brand": campaign.brand.name, "address": campaign.brand.public_url}
        )


def pause_campaign(campaign: Campaign, *, by: User | str) -> Campaign:
    """Stop sending within a second or so; what is on the wire is finished."""
    return _move(campaign, expected=State.RUNNING, to=State.PAUSED, dispatch=Dispatch.State.PAUSED, by=by, act="paused")


def resume_campaign(campaign: Campaign, *, by: User | str) -> Campaign:
    """Go on where it was paused."""
    _refuse_unanswered(campaign)
    return _move(campaign, expected=State.PAUSED, to=State.RUNNING, dispatch=Dispatch.State.OPEN, by=by, act="resumed")


def _move(campaign: Campaign, *, expected: str, to: str, dispatch: str, by: User | str, act: str) -> Campaign:
    with transaction.atomic():
        moved = Campaign.objects.filter(pk=campaign.pk, state=expected).update(state=to)
        if not moved:
            campaign.refresh_from_db()
            raise CampaignMoveRefused(_REFUSED[act] % {"name": campaign.name})
        Dispatch.objects.filter(pk=campaign.dispatch_id or 0).update(state=dispatch)
        note(f"campaign.{act}", by=by, subject=campaign)
    campaign.refresh_from_db()
    return campaign


def cancel_campaign(campaign: Campaign, *, by: User | str) -> Campaign:
    """End it: what has not left never leaves. What is on the wire is finished."""
    with transaction.atomic():
        moved = (
            Campaign.objects.filter(pk=campaign.pk)
            .exclude(state__in=(State.DONE, State.CANCELLED))
            .update(state=State.CANCELLED, finished_at=timezone.now())
        )
        if not moved:
            raise CampaignMoveRefused(_("“%(name)s” has ended already.") % {"name": campaign.name})
        campaign.refresh_from_db()
        if campaign.job is not None:
            cancel(campaign.job)
        if campaign.dispatch_id:
            Dispatch.objects.filter(pk=campaign.dispatch_id).update(
                state=Dispatch.State.CLOSED, closed_at=timezone.now()
            )
            enqueue(CANCELLING, subject_id=campaign.pk, by=str(by))
        note("campaign.cancelled", by=by, subject=campaign)
    return campaign


def retry_failed(campaign: Campaign, *, by: User | str) -> Campaign:
    """Try again what was given up and did not return for good; the gate is asked about each of them once more."""
    if campaign.state not in (State.RUNNING, State.PAUSED, State.DONE):
        raise CampaignMoveRefused(
            _("“%(name)s” was not sent yet, or was cancelled: there is nothing to try again.") % {"name": campaign.name}
        )
    number = failed_messages(campaign.dispatch_id or 0).count()
    if not number:
        raise CampaignMoveRefused(_("“%(name)s” has nothing that could be tried again.") % {"name": campaign.name})
    _refuse_unanswered(campaign)
    with transaction.atomic():
        job = enqueue(RETRYING, subject_id=campaign.pk, by=str(by))
        Campaign.objects.filter(pk=campaign.pk).update(job=job)
        note("campaign.retried", by=by, subject=campaign, facts={"messages": number})
    campaign.refresh_from_db()
    return campaign


def failed_messages(dispatch: int) -> QuerySet[Message]:
    """Return the messages of a dispatch that were given up, and for which another try makes sense."""
    hopeless = (Message.Worst.RETURNED_FOR_GOOD, Message.Worst.COMPLAINED)
    return Message.objects.filter(dispatch=dispatch, state=Message.State.GAVE_UP).exclude(worst__in=hopeless)


def duplicate_campaign(campaign: Campaign, *, by: User | str) -> Campaign:
    """Make a draft that says the same as a campaign, for the same people as far as they are there then."""
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
    """Say what a campaign is for: {"link": address} out of `targets`, {"reply": true}, or {} for nothing in particular."""
    link = goal.get("link")
    if link is not None and link not in targets:
        raise CampaignMoveRefused(
            _("“%(name)s” has no link to %(link)s. Choose one of its template.") % {"name": campaign.name, "link": link}
        )
    with transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(goal=dict(goal))
        note("campaign.goal", by=by, subject=campaign, facts={"goal": dict(goal)})
    campaign.refresh_from_db()
    return campaign


def finish_campaigns() -> int:
    """Mark campaigns as done whose dispatch has closed by itself; returns how many."""
    now = timezone.now()
    with transaction.atomic():
        return Campaign.objects.filter(state=State.RUNNING, dispatch__state=Dispatch.State.CLOSED).update(
            state=State.DONE, finished_at=now
        )


def reopen_for_retry(dispatch_id: int) -> None:
    """Open a dispatch and its campaign again, because a message of it came back for now and goes once more.

    Call it inside the transaction that puts the message back.
    """
    dispatch = Dispatch.objects.select_for_update(of=("self",)).get(pk=dispatch_id)
    if dispatch.state == Dispatch.State.CLOSED:
        Dispatch.objects.filter(pk=dispatch_id).update(state=Dispatch.State.OPEN, closed_at=None)
    Campaign.objects.filter(dispatch=dispatch_id, state=State.DONE).update(state=State.RUNNING, finished_at=None)


def count_states(campaign: Campaign) -> dict[str, int]:
    """Return how many messages stand in each state; their sum is the audience, at every moment."""
    if campaign.dispatch_id is None:
        return {}
    rows = Message.objects.filter(dispatch=campaign.dispatch_id).values_list("state").order_by("state")
    return dict(rows.annotate(Count("id")))
