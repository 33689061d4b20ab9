"""The tallies against a plain recount that reads every row and knows nothing of SQL's grouping."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from esmero.dossier.models import DailyAggregate
from esmero.dossier.statistics import day_counts
from esmero.dossier.statistics.daily_aggregates import count_all_due
from esmero.dossier.statistics.day_counts import DAILY
from esmero.dossier.statistics.dispatch_statistics import count_statistics, read_statistics
from esmero.house.models import Brand
from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.people.models import PermissionEntry, Person, Topic
from tests.house_facts import add_people, build_house, open_dispatch

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
OURS = {"policy", "reputation", "authentication", "content", "sender", "too-large"}
KINDS = list(MessageEvent.Kind.values)
MEANINGS = ["unknown-user", "mailbox-full", "policy", "undefined", ""]
RECEIVERS = ["Gmail", "Orange", "cliente.example"]


@pytest.fixture
def scene():
    """Two brands, forty people, four dispatches (one internal), and events over twelve days, by a fixed seed."""
    chance = random.Random(7)
    house = build_house()
    people = add_people(house, 40)
    other = Brand.objects.create(
        slug="cercle", name="Cercle", public_url="https://x.example", return_domain="x.example"
    )
    topic = Topic.objects.create(brand=other, code="lettre", purpose=house.topic.purpose)
    dispatches = [open_dispatch(house, people) for _ in range(3)]
    Dispatch.objects.filter(pk=dispatches[1].pk).update(brand=other, topic=topic)
    Dispatch.objects.filter(pk=dispatches[2].pk).update(message_class="internal")
    for place, entry in enumerate(PermissionEntry.objects.order_by("id")):
        days = timedelta(hours=12 * 24 - place % 40)
        PermissionEntry.objects.filter(pk=entry.pk).update(
            recorded_at=NOW - days, act=chance.choice(["granted", "withdrawn"]), source=chance.choice(["web", "csv"])
        )
    for person in people:
        Person.objects.filter(pk=person.pk).update(created_at=NOW - timedelta(days=chance.randrange(12)))
    for message in Message.objects.order_by("id"):
        sent = NOW - timedelta(minutes=chance.randrange(12 * 24 * 60)) if chance.random() < 0.8 else None
        Message.objects.filter(pk=message.pk).update(
            sent_at=sent,
            state="sent" if sent else chance.choice(["refused", "gave-up", "waiting"]),
            verdict="" if sent else "G03 G06:wait",
            receiver=chance.choice(RECEIVERS),
            worst=chance.choice([0, 0, 1, 2, 3, 4, 5]) if sent else 0,
        )
        for _ in range(chance.randrange(4)):
            kind = chance.choice(KINDS)
            MessageEvent.objects.create(
                message=message,
                kind=kind,
                at=NOW - timedelta(minutes=chance.randrange(12 * 24 * 60)),
                machine=chance.choice(["", "agent"]) if kind == "clicked" else "",
                facts={"meaning": chance.choice(MEANINGS)},
            )
    return house


def day_of(at):
    return at.astimezone(UTC).date()


def recount():
    """(brand, day, kind, key) → number, by reading row after row."""
    numbers = Counter()
    for message in Message.objects.select_related("dispatch"):
        if message.sent_at and message.dispatch.message_class != "internal":
            of = (message.dispatch.brand_id, day_of(message.sent_at))
            numbers[*of, "sent", message.receiver] += 1
            numbers[*of, "delivered", message.receiver] += message.worst in {0, 1, 5}
    for event in MessageEvent.objects.select_related("message__dispatch"):
        if event.message.dispatch.message_class == "internal":
            continue
        of, receiver = (event.message.dispatch.brand_id, day_of(event.at)), event.message.receiver
        meaning = event.facts["meaning"]
        if event.kind in {"returned-for-good", "refused", "returned-for-now", "our-fault"}:
            now = "now" if event.kind == "returned-for-now" else "good"
            of_class = "ours" if event.kind == "our-fault" or meaning in OURS else now
            numbers[*of, "returned", f"{of_class}|{meaning or 'undefined'}"] += 1
            numbers[*of, "returned-at", f"{of_class}|{receiver}"] += 1
        elif event.kind == "clicked":
            numbers[*of, "clicked", "machine" if event.machine else "person"] += 1
        elif event.kind in {"complained", "deferred"}:
            numbers[*of, event.kind, receiver] += 1
        elif event.kind in {"absent", "replied", "unsubscribed"}:
            numbers[*of, event.kind, ""] += 1
    for entry in PermissionEntry.objects.all():
        of = (entry.brand_id, day_of(entry.recorded_at))
        numbers[*of, f"permission-{entry.act}", str(entry.topic_id)] += 1
        if entry.act == "granted":
            numbers[*of, "granted-by", entry.source] += 1
    for person in Person.objects.all():
        for brand in Brand.objects.all():
            numbers[brand.pk, day_of(person.created_at), "people", ""] += 1
    return +numbers


def tallied():
    rows = DailyAggregate.objects.filter(kind__in=DAILY).values_list("brand", "day", "kind", "key", "number")
    return {tuple(of): number for *of, number in rows}


@pytest.mark.slow
@pytest.mark.parametrize("at_once", [1, day_counts.AT_ONCE], ids=["by-hours", "whole-days"])
def test_every_tally_is_what_a_plain_recount_says(scene, monkeypatch, at_once):
    monkeypatch.setattr(day_counts, "AT_ONCE", at_once)
    count_all_due(NOW)
    assert tallied() == recount()
    assert len(tallied()) > 200


def test_what_happens_later_changes_its_days_and_only_when_it_is_new(scene):
    count_all_due(NOW)
    assert count_all_due(NOW) == 0
    message = Message.objects.filter(
        sent_at__lt=NOW - timedelta(days=9), worst=0, dispatch__message_class="commercial"
    ).first()
    Message.objects.filter(pk=message.pk).update(worst=4)
    MessageEvent.objects.create(
        message=message, kind="returned-for-good", at=NOW - timedelta(days=8), facts={"meaning": "unknown-user"}
    )
    count_all_due(NOW + timedelta(minutes=2))
    assert tallied() == recount()


def test_a_day_without_anything_any_more_says_nothing(scene):
    count_all_due(NOW)
    MessageEvent.objects.all().delete()
    count_all_due(NOW + timedelta(hours=2))
    assert {kind for _brand, day, kind, _key in tallied() if day > day_of(NOW) - timedelta(days=6)} <= {
        "sent", "delivered", "people", *(kind for kind in DAILY if "permission" in kind), "granted-by",
    }  # fmt: skip


def test_pressure_counts_people_by_their_messages_of_thirty_days(scene):
    count_all_due(NOW)
    per_person = Counter()
    for message in Message.objects.filter(dispatch__brand=scene.brand, sent_at__isnull=False):
        if message.dispatch.message_class != "internal":
            per_person[message.person_id] += 1
    rows = DailyAggregate.objects.filter(brand=scene.brand, kind="pressure")
    assert {int(row.key): row.number for row in rows} == Counter(per_person.values())
    most = DailyAggregate.objects.filter(brand=scene.brand, kind="pressure-most")
    assert {int(row.key): row.number for row in most} == dict(per_person)


def test_the_figures_of_a_dispatch_are_kept_while_it_is_open_and_renewed_by_events(scene):
    count_all_due(NOW)
    dispatch = Dispatch.objects.first()
    stored = read_statistics([dispatch.pk], brands=[dispatch.brand_id])[dispatch.pk]
    counted = count_statistics(dispatch.pk, at=NOW)
    assert {key: number for key, number in stored.numbers.items() if key != "at"} == counted.numbers
    assert sum(counted.states.values()) == 40
    Dispatch.objects.update(state="closed", closed_at=NOW - timedelta(days=30))
    count_all_due(NOW + timedelta(minutes=1))
    MessageEvent.objects.create(message=Message.objects.filter(dispatch=dispatch).first(), kind="replied", at=NOW)
    count_all_due(NOW + timedelta(minutes=2))
    after = read_statistics([dispatch.pk], brands=[dispatch.brand_id])[dispatch.pk]
    replied = set(MessageEvent.objects.filter(message__dispatch=dispatch, kind="replied").values_list("message"))
    assert after.get("acted", "replied", "person") == len(replied)


def test_an_empty_house_has_nothing_to_count():
    assert count_all_due(timezone.now()) == 0
