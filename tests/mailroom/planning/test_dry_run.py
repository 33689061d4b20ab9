"""Whom a dry run counts as going, as waiting, and as left out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.campaigns.lifecycle import begin_dry_run, create_campaign
from esmero.mailroom.planning.dry_run import PATIENCE, judge_audience
from esmero.people.dispatch_reason import AddressedPerson
from esmero.people.models import Preference, Segment
from esmero.rounds.table import JOBS
from esmero.work.jobs import run_to_end
from tests.house_facts import add_people, build_house, find_zone

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def campaign_of(house):
    return create_campaign(
        "Noviembre",
        brand=house.brand,
        topic=house.topic,
        version=house.version,
        segment=Segment.objects.create(name="Todos"),
        reason={"es": "Novedades de su línea"},
        by="Lucía",
    )


def judged(house, people):
    members = judge_audience(campaign_of(house), [AddressedPerson(one.pk, one.address.value) for one in people], at=NOW)
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


def test_who_waits_for_the_morning_is_counted_as_waiting_and_by_this_reason(settings):
    settings.QUIET_HOURS = True
    house = build_house()
    house.brand.timezone = find_zone(hour=2)
    house.brand.save()
    _one, _two, tired, paused = add_people(house, 4)
    Preference.objects.create(person=tired, brand=house.brand, topic=house.topic, wanted=False)
    Preference.objects.create(person=paused, brand=house.brand, paused_until=NOW + timedelta(hours=1))
    campaign = campaign_of(house)
    campaign = begin_dry_run(campaign, by="Lucía")
    run_to_end(campaign.job, kinds=JOBS, worker="test")
    campaign.refresh_from_db()
    assert campaign.counts == {"audience": 4, "wait": 3, "G05": 1, "waits": {"G07": 1, "G13": 2}}
