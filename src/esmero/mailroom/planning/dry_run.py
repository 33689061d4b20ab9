"""Run a campaign's dry run: judge everybody in the segment by the gate, before anything is planned.

Each person is counted once, under the first objection in the order of the rules; persons who wait are counted as such,
and by the rule for which they wait. If persons share an address, the
lowest id that passes the other rules gets commercial mail, and the promotion in other mail. Persons who get a message
with a promotion are counted once more: with it, or without it under the first objection to the slot.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from esmero.campaigns.models import AudienceMember, Campaign
from esmero.content.queries import has_promotion
from esmero.dossier.segments.audience_snapshot import SNAPSHOTS
from esmero.mailroom.planning.case_file import describe_occasion, gather_recipients
from esmero.mailroom.planning.objection_order import sort_by_rule
from esmero.people.dispatch_reason import AddressedPerson, DispatchReason
from esmero.people.models import Person
from esmero.policy.facts import DuplicateFacts
from esmero.policy.gate import judge_occasion, judge_recipient
from esmero.policy.verdict import Verdict
from esmero.work.jobs import save_progress
from esmero.work.models import Job

CHUNK = 1000
DELETED_AT_ONCE = 10_000  # rows of an earlier audience, per transaction
# A campaign waits this long for a person; a person with a longer pause is refused.
PATIENCE = timedelta(hours=24)
NO_TOPIC = "no-topic"  # a promotion without a topic is left out for everybody


def run_chunk(job: Job) -> bool:
    """Judge the next persons of a campaign's segment; True when all are judged and counted."""
    campaign = Campaign.objects.select_related("brand", "topic__purpose", "promotion_topic__purpose", "segment").get(
        pk=job.subject
    )
    assert campaign.segment is not None
    if not job.cursor:
        if _delete_old_audience(campaign, job):
            return False
        snapshot = SNAPSHOTS.select(job.pk, campaign.segment.conditions, after=0)
        job.total, job.done, job.cursor = len(snapshot), 0, {"after": 0}
        with transaction.atomic():
            save_progress(job)
    after = job.cursor["after"]
    chosen = SNAPSHOTS.take(job.pk, campaign.segment.conditions, after=after, limit=CHUNK)
    if not chosen:
        _finish(campaign, job)
        SNAPSHOTS.drop(job.pk)
        return True
    # Persons may have been merged or erased since the snapshot.
    rows = Person.objects.filter(Person.is_active(), pk__in=chosen).order_by("id")
    reached = [AddressedPerson(pk, address or "") for pk, address in rows.values_list("id", "address__value")]
    members = judge_audience(campaign, reached, at=timezone.now())
    with transaction.atomic():
        AudienceMember.objects.bulk_create(members)
        job.cursor, job.done = {"after": chosen[-1]}, job.done + len(chosen)
        save_progress(job)
    return False


def judge_audience(campaign: Campaign, people: Sequence[AddressedPerson], *, at: datetime) -> list[AudienceMember]:
    """Judge these persons (in the order of their ids) for a campaign."""
    reason = reason_of(campaign)
    findings = judge_occasion(describe_occasion(reason, at=at))
    addresses = {one.address for one in people if one.address}
    commercial = reason.message_class == "commercial"
    owners = AudienceMember.objects.filter(campaign=campaign, outcome__in=("go", "wait"))
    if not commercial:  # only the promotion is limited to one per address; a person without it does not count
        owners = owners.filter(promotion="")
    taken = dict(owners.filter(person__address__value__in=addresses).values_list("person__address__value", "person_id"))
    members = []
    for one, facts in zip(people, gather_recipients(people, reason=reason), strict=True):
        owner = taken.get(one.address) if one.address else None
        recipient = facts if owner is None else facts.replace_facts(DuplicateFacts(False, owner))
        verdict = judge_recipient(recipient, findings=findings)
        outcome = _outcome(verdict, at=at)
        if outcome != "refuse" and one.address and (commercial or not verdict.slot_objections):
            taken.setdefault(one.address, one.person)
        members.append(
            AudienceMember(
                campaign=campaign,
                person_id=one.person,
                outcome=outcome,
                first=verdict.first.code if verdict.first else "",
                codes=verdict.body_codes(),
                promotion=verdict.slot_codes(),
                facts=verdict.facts() or None,
            )
        )
    return members


def reason_of(campaign: Campaign) -> DispatchReason:
    """Return the facts of a campaign for the gate."""
    commercial = campaign.topic.purpose.commercial
    return DispatchReason(
        brand=campaign.brand,
        message_class="commercial" if commercial else "relational",
        channel="email",
        purpose=campaign.topic.purpose,
        topic=campaign.topic,
        promotion=campaign.promotion_topic,
        words=campaign.reason,
        dispatch_id=campaign.dispatch_id,
    )


def _outcome(verdict: Verdict, *, at: datetime) -> str:
    if verdict.outcome == "wait":
        return "wait" if verdict.until is not None and verdict.until - at <= PATIENCE else "refuse"
    return "refuse" if verdict.outcome == "refuse" else "go"


def _delete_old_audience(campaign: Campaign, job: Job) -> bool:
    """Delete a part of the audience of the previous dry run; False when it is all deleted."""
    audience = AudienceMember.objects.filter(campaign=campaign)
    old = list(audience.order_by("pk").values_list("pk", flat=True)[:DELETED_AT_ONCE])
    if old:
        with transaction.atomic():
            audience.filter(pk__lte=old[-1]).delete()
            save_progress(job)
    return bool(old)


def _finish(campaign: Campaign, job: Job) -> None:
    rows = AudienceMember.objects.filter(campaign=campaign).values_list("outcome", "first", "promotion")
    counts: Counter[str] = Counter()
    waits: Counter[str] = Counter()
    slot: Counter[str] = Counter()
    for outcome, first, lost in rows.iterator(chunk_size=20_000):
        counts["audience"] += 1
        counts["go" if outcome == "go" else "wait" if outcome == "wait" else first] += 1
        if outcome == "wait":
            waits[first] += 1
        if outcome != "refuse":
            slot[lost.partition(" ")[0] or "with"] += 1
    found: dict[str, object] = dict(counts)
    if waits:
        found["waits"] = sort_by_rule(waits)
    if campaign.version_id and has_promotion(campaign.version_id):
        promotion = _promotion_counts(campaign, slot)
        found["promotion"] = promotion
    with transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.CHECKING).update(
            state=Campaign.State.CHECKED, counts=found, checked_at=timezone.now()
        )
        save_progress(job)


def _promotion_counts(campaign: Campaign, slot: Counter[str]) -> dict[str, int]:
    """Return the number with the promotion ("with") and the numbers without it, by the first objection."""
    if campaign.promotion_topic_id is None and not campaign.topic.purpose.commercial:
        return {"with": 0, NO_TOPIC: slot.total()}
    return {"with": slot["with"], **{code: number for code, number in slot.items() if code != "with"}}
