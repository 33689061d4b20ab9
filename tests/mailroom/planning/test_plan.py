"""What of a dry run becomes a message."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.campaigns.lifecycle import begin_dry_run, create_campaign, start_campaign
from esmero.outbox.models import Message
from esmero.people.models import Permission, Preference, Purpose, Segment, Topic
from esmero.rounds.table import JOBS
from esmero.work.jobs import run_to_end
from tests.house_facts import add_people, build_house

pytestmark = pytest.mark.django_db


def test_a_promotion_that_only_waits_in_the_dry_run_is_judged_again():
    """A pause or a night of the evening of the dry run must not take the promotion from a mail of the next morning."""
    house = build_house()
    notices = Topic.objects.create(
        brand=house.brand, code="avisos", purpose=Purpose.objects.create(code="service", commercial=False)
    )
    both, paused, tired = add_people(house, 3)
    for row in Permission.objects.select_related("entry"):
        Permission.objects.create(
            person_id=row.person_id, brand=house.brand, purpose=notices.purpose, state="granted", basis="contract",
            granted_at=row.granted_at, entry=row.entry,
        )  # fmt: skip
    until = timezone.now() + timedelta(hours=2)
    Preference.objects.create(person=paused, brand=house.brand, topic=house.topic, paused_until=until)
    Preference.objects.create(person=tired, brand=house.brand, topic=house.topic, wanted=False, paused_until=until)
    campaign = create_campaign(
        "Aviso", brand=house.brand, topic=notices, version=house.version, segment=Segment.objects.create(name="Todos"),
        reason={"es": "Su contrato"}, by="Lucía",
    )  # fmt: skip
    campaign.promotion_topic = house.topic
    campaign.save()
    campaign = begin_dry_run(campaign, by="Lucía")
    run_to_end(campaign.job, kinds=JOBS, worker="test")
    campaign.refresh_from_db()
    campaign = start_campaign(campaign, by="Lucía")
    run_to_end(campaign.job, kinds=JOBS, worker="test")
    planned = dict(Message.objects.values_list("person", "promotion"))
    assert planned == {both.pk: "", paused.pk: "", tired.pk: "G05 G07"}
