"""Page of a person, gate, dry run, reach, import report and unsubscription: one answer over random people."""

import os
import random
from collections import Counter
from datetime import timedelta
from itertools import batched

import pytest
from django.utils import timezone

from esmero.campaigns.lifecycle import create_campaign
from esmero.dossier.segments.reach import can_be_reached
from esmero.mailroom.arriving.unsubscription import is_unsubscribed
from esmero.mailroom.planning.case_file import describe_occasion, gather_recipients
from esmero.mailroom.planning.dry_run import judge_audience, reason_of
from esmero.outbox.ledger import new_opaque
from esmero.outbox.models import Dispatch, Message
from esmero.people.addresses.suppression import suppress
from esmero.people.dispatch_reason import AddressedPerson
from esmero.people.models import Address, Person, Preference, Purpose, Segment, Topic
from esmero.people.permissions.current_permissions import read_rights
from esmero.people.permissions.decisions import find_permitted
from esmero.people.permissions.ledger import NewEntry, record
from esmero.people.permissions.state import BASES
from esmero.policy.gate import judge_occasion, judge_recipient
from tests.house_facts import build_house

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db]
SIZE = 100_000 if os.environ.get("SIZE") == "full" else 600
CHUNK = 1_000
ACTS = ("granted",) * 6 + ("withdrawn", "withdrawn", "objected", "requested", "expired")
NOW = timezone.now().replace(microsecond=0)
DAY = timedelta(days=1)
PERMISSION, TOPIC_OFF, PAUSED, ADDRESS = {"G03", "G04", "G12"}, {"G05"}, {"G07"}, {"G01", "G02"}
# What the page of a person says, by the rule that must object.
STATE_OF_CODE = {
    "withdrawn": "G04",
    "objected": "G04",
    "requested": "G12",
    "never": "G03",
    "expired": "G03",
    "invalid": "G03",
}


@pytest.fixture
def house():
    house = build_house()
    surveys = Purpose.objects.create(code="surveys", name={"es": "Encuestas"}, commercial=True)
    service = Purpose.objects.create(code="service", name={"es": "Servicio"}, commercial=False)
    house.topics = [
        house.topic,
        Topic.objects.create(brand=house.brand, code="ofertas", purpose=house.topic.purpose),
        Topic.objects.create(brand=house.brand, code="opinion", purpose=surveys),
        Topic.objects.create(brand=house.brand, code="avisos", purpose=service),
    ]
    return house


def invent_people(house, *, number, chance):
    """People with and without an address; some addresses are suppressed."""
    addresses = Address.objects.bulk_create(
        [Address(value=f"persona{n}@cliente.example", domain="cliente.example") for n in range(number)], batch_size=5000
    )
    people = Person.objects.bulk_create(
        [Person(number=str(n), address=one if chance.random() < 0.95 else None) for n, one in enumerate(addresses)],
        batch_size=5000,
    )
    for one in people:
        if one.address and chance.random() < 0.02:
            suppress(one.address.value, scope="all", reason="unknown-user", evidence="x", at=NOW)
    Person.objects.update(folded="x")
    return people


def invent_statements(house, person, *, chance):
    """A few acts of one person, in any order: any purpose and topic, channel, basis and date, by person and by list."""
    entries = []
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 4, 6))):
        act = chance.choice(ACTS)
        topic = chance.choice(house.topics)
        entries.append(
            NewEntry(
                person=person.pk,
                brand=house.brand.pk,
                purpose=topic.purpose_id,
                topic=topic.pk if chance.random() < 0.7 else None,
                act=act,
                basis=chance.choice(("consent", "consent", *sorted(BASES))) if act == "granted" else "",
                channel="email" if chance.random() < 0.95 else "phone",
                source="lista",
                # Few days, so that some fall on the same one; some have not come yet.
                at=NOW + DAY * chance.randint(-8, 1),
                by_person=chance.random() < 0.6,
            )
        )
    return entries


def invent_preferences(house, people, *, chance):
    def invent(person, topic):
        return Preference(
            person=person,
            brand=house.brand,
            topic=topic,
            wanted=chance.choice((None, True, True, False)),
            minimum_gap_days=chance.choice((None, None, 7)),
            paused_until=chance.choice((None, None, NOW - DAY, NOW + DAY)),
        )

    rows = [invent(person, None) for person in people if chance.random() < 0.2]
    rows += [invent(person, topic) for person in people for topic in house.topics if chance.random() < 0.1]
    Preference.objects.bulk_create(rows, batch_size=2000)


def ask_page(house, people):
    """Return {(person, topic): (state, allowed)} as the page of a person and their preferences page have it."""
    found = {}
    for person in people:
        for topic in read_rights(person, brand=house.brand, kinds=()):
            found[person.pk, topic.topic.pk] = (topic.by_mail.state, topic.by_mail.allowed)
    return found


def plan_campaign(house, topic):
    campaign = create_campaign(
        f"Sobre {topic.code}",
        brand=house.brand,
        topic=topic,
        version=house.version,
        segment=Segment.objects.create(name=topic.code),
        reason={"es": "Novedades"},
        by="Lucía",
    )
    campaign.dispatch = Dispatch.objects.create(
        brand=house.brand, message_class=reason_of(campaign).message_class, purpose=topic.purpose, topic=topic,
        version=house.version, relay=house.relay, reason={"es": "Novedades"},
    )  # fmt: skip
    return campaign


def ask_unsubscription(dispatch, people):
    messages = Message.objects.bulk_create(
        Message(dispatch=dispatch, person=one, address="", language="es", opaque=new_opaque()) for one in people
    )
    return {message.person_id for message in messages if is_unsubscribed(message)}


def test_all_who_ask_get_one_answer(house):
    chance = random.Random(20261130)
    people = invent_people(house, number=SIZE, chance=chance)
    invent_preferences(house, people, chance=chance)
    for some in batched(people, CHUNK):
        record([entry for person in some for entry in invent_statements(house, person, chance=chance)])
    seen = Counter()
    campaigns = {topic: plan_campaign(house, topic) for topic in house.topics}
    reached = {
        topic: [
            set(Person.objects.filter(can_be_reached(topic, per_person=each)).values_list("pk", flat=True))
            for each in (True, False)
        ]
        for topic in house.topics
    }
    for some in batched(people, CHUNK):
        page = ask_page(house, some)
        known = [AddressedPerson(one.pk, one.address.value if one.address else "") for one in some]
        for turn, (topic, campaign) in enumerate(campaigns.items()):
            at = timezone.now()
            reason = reason_of(campaign)
            findings = judge_occasion(describe_occasion(reason, at=at))
            gate = [
                judge_recipient(one, findings=findings).body_codes() for one in gather_recipients(known, reason=reason)
            ]
            dry_run = [member.codes for member in judge_audience(campaign, known, at=at)]
            permitted = find_permitted(
                [one.pk for one in some], brand=house.brand.pk, purpose=topic.purpose_id, topic=topic.pk
            )
            # One message a person is enough: each has a query of its own.
            asked = {one.pk for one in some[turn :: len(campaigns)]}
            left = ask_unsubscription(campaign.dispatch, some[turn :: len(campaigns)])
            for person, verdict, member in zip(some, gate, dry_run, strict=True):
                codes = {code.partition(":")[0] for code in verdict.split()}
                state, allowed = page[person.pk, topic.pk]
                told = (person.pk, topic.code, verdict, state)
                assert member == verdict, told
                assert (person.pk in permitted) == (not codes & PERMISSION), told
                assert allowed == (not codes & (PERMISSION | TOPIC_OFF)), told
                assert STATE_OF_CODE.get(state, "G05") in codes or state == "granted", told
                assert (state == "off") == (bool(codes & TOPIC_OFF) and not codes & PERMISSION), told
                assert person.pk not in asked or (person.pk in left) == ("G04" in codes), told
                can_get = not codes & (PERMISSION | TOPIC_OFF | PAUSED | ADDRESS)
                assert [person.pk in ids for ids in reached[topic]] == [can_get, can_get], told
                seen[state] += 1
    # Nothing of this is proven by people of whom nothing is said.
    assert set(seen) == {*STATE_OF_CODE, "granted", "off"}
    assert min(seen.values()) > SIZE / 100, seen
