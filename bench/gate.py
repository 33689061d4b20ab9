"""Measure the gate.

Cases judged per second with their facts at hand, people per second of whom the facts are gathered, and of a whole dry
run from the tables. The brand lives where it is day, so that the night is looked at and holds nobody back.
"""

import time
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bench.figures import show

BAR_JUDGED = 100_000
BAR_GATHERED = 10_000
BAR_DRY_RUN = 5_000
GATHERED = 1_000  # people at once, as in the dry run
ROUNDS = 20


def run(*, number: int) -> bool:
    """Judge `number` cases, then gather facts of and run a dry run over the people that bench/sending.py left."""
    return all([_judge(number), _gather(), _dry_run()])


def _judge(number: int) -> bool:
    from esmero.house.jurisdictions import profile_of
    from esmero.policy import facts
    from esmero.policy.case import Occasion, Recipient, split_facts
    from esmero.policy.gate import judge_occasion, judge_recipient
    from esmero.policy.permission import CasePermission, StatedPermissions
    from esmero.policy.quiet_hours import ResidenceFacts

    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    occasion = Occasion(
        at=at, brand="fibra-norte", channel="email", message_class="commercial", purpose="newsletter",
        topic="novedades",
        valid_bases=frozenset({"consent"}), reason="Novedades de su línea", promotion=None, sender_name="Fibra Norte",
        phone="+34987000000", phone_at_ordinary_rate=True, reply_is_read=True, sender_identified=True, labelled=True,
        leave_offered=True,
    )  # fmt: skip
    findings = judge_occasion(replace(occasion))
    granted = (CasePermission("newsletter", "novedades", "granted", "consent", at.replace(year=2025), "v1", "web", 1),)
    # One object for all persons of whom nothing is said, as the case file has it.
    _own, shared = split_facts(
        [
            facts.PreferenceFacts({"novedades": facts.NO_PREFERENCE}),
            facts.FrequencyFacts({"novedades": facts.NO_FREQUENCY}),
            facts.NO_DUPLICATE,
            ResidenceFacts(ZoneInfo("Europe/Madrid"), profile_of("ES").hours),
        ]
    )
    started = time.process_time()
    refused = 0
    for n in range(number):
        recipient = Recipient(
            n,
            {
                facts.AddressFacts: facts.AddressFacts("ana@cliente.example", "ok", None),
                StatedPermissions: StatedPermissions(granted if n % 10 else ()),
            },
            shared,
        )
        refused += judge_recipient(recipient, findings=findings).outcome == "refuse"
    used = time.process_time() - started
    if refused != (number + 9) // 10:
        raise SystemExit(f"gate: {refused} refused of {number}, every tenth has no permission")
    return show("gate, cases per CPU-second, facts built", number / used, bar=BAR_JUDGED, unit="/s")


def _gather() -> bool:
    from django.conf import settings

    from esmero.house.models import Brand
    from esmero.mailroom.planning.case_file import gather_recipients
    from esmero.people.dispatch_reason import AddressedPerson, DispatchReason
    from esmero.people.models import Person, Topic

    settings.QUIET_HOURS = True
    Brand.objects.update(timezone=f"Etc/GMT{datetime.now(UTC).hour - 12:+d}")
    topic = Topic.objects.select_related("purpose", "brand").get()
    reason = DispatchReason(
        brand=topic.brand, message_class="commercial", channel="email", purpose=topic.purpose, topic=topic,
        words={"es": "Novedades"}, dispatch_id=None,
    )  # fmt: skip
    rows = Person.objects.order_by("id").values_list("id", "address__value")[:GATHERED]
    people = [AddressedPerson(pk, address or "") for pk, address in rows]
    gather_recipients(people, reason=reason)
    started = time.process_time()
    for _ in range(ROUNDS):
        gather_recipients(people, reason=reason)
    used = time.process_time() - started
    return show("gathering facts, people per CPU-second", len(people) * ROUNDS / used, bar=BAR_GATHERED, unit="/s")


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
