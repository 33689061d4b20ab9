"""Whom a dry run counts as going, as waiting, and as left out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.campaigns.lifecycle import create_campaign
from esmero.mailroom.planning.dry_run import PATIENCE, judge_audience
from esmero.people.dispatch_reason import AddressedPerson
from esmero.people.models import Preference, Segment
from tests.house_facts import add_people, build_house

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def judged(house, people):
    campaign = create_campaign(
        "Noviembre",
        brand=house.brand,
        topic=house.topic,
        version=house.version,
        segment=Segment.objects.create(name="Todos"),
        reason={"es": "Novedades de su línea"},
        by="Lucía",
    )
    members = judge_audience(campaign, [AddressedPerson(one.pk, one.address.value) for one in people], at=NOW)
    return [(member.outcome, member.codes) for member in members]


def test_a_campaign_waits_a_day_for_a_person_and_leaves_out_who_pauses_for_longer():
    house = build_house()
    people = add_people(house, 3)
    pauses = [timedelta(0), PATIENCE, PATIENCE + timedelta(seconds=1)]
    for person, pause in zip(people, pauses, strict=True):
        Preference.objects.create(person=person, brand=house.brand, paused_until=NOW + pause)
    assert judged(house, people) == [("go", ""), ("wait", "G07:wait"), ("refuse", "G07:wait")]


def test_a_shared_address_goes_to_the_first_who_may_have_it():
    house = build_house()
    refused, first, second = add_people(house, 3)
    Preference.objects.create(person=refused, brand=house.brand, topic=house.topic, wanted=False)
    first.address = second.address = refused.address
    assert judged(house, [refused, first, second]) == [("refuse", "G05"), ("go", ""), ("refuse", "G08")]
