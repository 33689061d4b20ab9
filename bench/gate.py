"""Measure the gate.

Cases judged per second with their facts at hand, and people per second of a whole dry run from the tables.
"""

import time
from dataclasses import replace
from datetime import UTC, datetime

from bench.figures import show

BAR_JUDGED = 100_000
BAR_DRY_RUN = 5_000


def run(*, number: int) -> bool:
    """Judge `number` cases, then run a dry run over the people that bench/sending.py left in the house."""
    return all([_judge(number), _dry_run()])


def _judge(number: int) -> bool:
    from esmero.policy import case
    from esmero.policy.gate import judge_occasion, judge_recipient

    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    occasion = case.Occasion(
        at=at, brand="fibra-norte", channel="email", message_class="commercial", purpose="newsletter",
        topic="novedades",
        valid_bases=frozenset({"consent"}), reason="Novedades de su línea", promotion=None, sender_name="Fibra Norte",
        phone="+34987000000", phone_at_ordinary_rate=True, reply_is_read=True, sender_identified=True, labelled=True,
        leave_offered=True,
    )  # fmt: skip
    findings = judge_occasion(replace(occasion))
    granted = (
        case.CasePermission("newsletter", "novedades", "granted", "consent", at.replace(year=2025), "v1", "web"),
    )
    started = time.process_time()
    refused = 0
    for n in range(number):
        recipient = case.Recipient(
            person=n, address="ana@cliente.example", standing="ok", suppression=None,
            permissions=granted if n % 10 else (),
            wants_topic=None, minimum_gap=None, last_written_at=None, paused_until=None, already_has=False,
            address_taken_by=None, promotion_preferences=None,
        )  # fmt: skip
        refused += judge_recipient(recipient, findings=findings).outcome == "refuse"
    used = time.process_time() - started
    if refused != (number + 9) // 10:
        raise SystemExit(f"gate: {refused} refused of {number}, every tenth has no permission")
    return show("gate, cases per CPU-second, facts built", number / used, bar=BAR_JUDGED, unit="/s")


def _dry_run() -> bool:
    from esmero.campaigns.lifecycle import begin_dry_run, create_campaign
    from esmero.house.models import Brand
    from esmero.outbox.models import Dispatch
    from esmero.people.models import Person, Segment, Topic
    from esmero.rounds.table import JOBS
    from esmero.work.jobs import run_to_end

    people = Person.objects.count()
    dispatch = Dispatch.objects.get()
    campaign = create_campaign(
        "Bench",
        brand=Brand.objects.get(),
        topic=Topic.objects.get(),
        version=dispatch.version,
        segment=Segment.objects.create(name="Todos"),
        reason={"es": "Novedades de su línea"},
        by="bench",
    )
    campaign = begin_dry_run(campaign, by="bench")
    assert campaign.job is not None
    started = time.process_time()
    run_to_end(campaign.job, kinds=JOBS, worker="bench")
    used = time.process_time() - started
    campaign.refresh_from_db()
    if campaign.counts != {"audience": people, "go": people}:
        raise SystemExit(f"gate: the dry run counted {campaign.counts} of {people}")
    return show("dry run, people per CPU-second", people / used, bar=BAR_DRY_RUN, unit="/s")
