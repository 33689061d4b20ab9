"""A campaign from draft to done.

The dry run counts each person once, starting freezes it, pausing and cancelling hold.
"""

from collections import Counter

import pytest
from django.conf import settings
from django.utils import timezone

from esmero.campaigns.lifecycle import (
    begin_dry_run,
    cancel_campaign,
    change_campaign,
    count_states,
    create_campaign,
    pause_campaign,
    resume_campaign,
    retry_failed,
    start_campaign,
)
from esmero.campaigns.models import AudienceMember, Campaign
from esmero.dossier.segments import audience_snapshot
from esmero.dossier.segments.selection import select_persons
from esmero.house.models import AuditEntry, Brand
from esmero.mailroom.planning import dry_run
from esmero.outbox.models import Captured, Message
from esmero.people.addresses.suppression import suppress
from esmero.people.models import Permission, Person, Segment
from esmero.refusal import Refusal
from esmero.rounds.table import JOBS
from esmero.rounds.worker import run_worker
from esmero.work.jobs import claim_job, run_to_end
from esmero.work.stop_signal import StopSignal
from tests.house_facts import add_people, build_house

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(transactional_db):
    return build_house(kind="capture")


def draft(house, **facts):
    segment, _ = Segment.objects.get_or_create(name="Todos")
    said = {
        "brand": house.brand,
        "topic": house.topic,
        "version": house.version,
        "segment": segment,
        "reason": {"es": "Novedades de su línea"},
        **facts,
    }
    return create_campaign("Noviembre", by="Lucía", **said)


def checked(house):
    campaign = begin_dry_run(draft(house), by="Lucía")
    run_to_end(campaign.job, kinds=JOBS, worker="test")
    campaign.refresh_from_db()
    return campaign


def planned(house):
    campaign = start_campaign(checked(house), by="Lucía")
    run_to_end(campaign.job, kinds=JOBS, worker="test")
    campaign.refresh_from_db()
    return campaign


def work():
    run_worker(home=settings.HOME, worker="w", stop=StopSignal(), until_idle=True)


def test_the_dry_run_counts_each_person_once_under_the_first_objection(house):
    people = add_people(house, 6)
    stranger = add_people(house, 1, domain="otro.example", permission=False)[0]
    suppress(people[0].address.value, scope="all", reason="unknown-user", evidence="x", at=timezone.now())
    Permission.objects.filter(person=people[0]).update(state="withdrawn", withdrawn_at=timezone.now())
    Person.objects.filter(pk=people[1].pk).update(address=None)
    Permission.objects.filter(person=people[2]).update(state="withdrawn", withdrawn_at=timezone.now())
    Person.objects.filter(pk=people[4].pk).update(address=people[3].address)  # a household
    campaign = checked(house)
    assert campaign.state == "checked"
    assert campaign.counts == {"audience": 7, "go": 2, "G01": 1, "G02": 1, "G03": 1, "G04": 1, "G08": 1}
    both = AudienceMember.objects.get(person=people[0])
    assert both.codes == "G01 G04"
    assert AudienceMember.objects.get(person=stranger).first == "G03"
    assert AudienceMember.objects.get(person=people[3]).outcome == "go"


def test_in_a_household_the_lowest_id_whose_other_rules_pass_gets_it(house):
    first, second, third = add_people(house, 3)
    Person.objects.update(address=first.address)
    Permission.objects.filter(person=first).update(state="withdrawn", withdrawn_at=timezone.now())
    checked(house)
    found = dict(AudienceMember.objects.values_list("person_id", "codes"))
    assert found == {first.pk: "G04", second.pk: "", third.pk: "G08"}


@pytest.mark.parametrize(
    ("host", "address", "starts"),
    [
        ("smtp.example.net", "http://127.0.0.1:8000", False),
        ("smtp.example.net", "http://correo.fibranorte.example", False),
        ("8.8.8.8", "http://correo.fibranorte.example", False),
        ("smtp.example.net", "https://correo.fibranorte.example", True),
        ("127.0.0.1", "http://127.0.0.1:8000", True),  # somebody tries it at home
        ("mail.internal", "http://127.0.0.1:8000", True),
    ],
)
def test_nothing_leaves_for_the_outside_while_its_readers_could_not_unsubscribe(
    transactional_db, host, address, starts
):
    house = build_house(host=host)
    Brand.objects.update(public_url=address)
    house.brand.refresh_from_db()
    add_people(house, 1)
    campaign = checked(house)
    if starts:
        assert start_campaign(campaign, by="Lucía").state == "planning"
        return
    with pytest.raises(Refusal, match=r"^links-unreachable "):
        start_campaign(campaign, by="Lucía")
    campaign.refresh_from_db()
    assert (campaign.state, campaign.dispatch) == ("checked", None)


def test_nor_does_it_go_on_or_go_again_once_the_readers_lost_their_way_out(transactional_db):
    house = build_house(host="smtp.example.net")
    Brand.objects.update(public_url="https://correo.fibranorte.example")
    house.brand.refresh_from_db()
    add_people(house, 1)
    campaign = pause_campaign(planned(house), by="Lucía")
    Message.objects.update(state=Message.State.GAVE_UP)
    Brand.objects.update(public_url="http://correo.fibranorte.example")
    campaign = Campaign.objects.get(pk=campaign.pk)
    for act in (resume_campaign, retry_failed):
        with pytest.raises(Refusal, match=r"^links-unreachable "):
            act(campaign, by="Lucía")
    assert Campaign.objects.get(pk=campaign.pk).state == "paused"


def test_from_start_to_done_everybody_has_a_message_and_the_sum_is_the_audience(house):
    people = add_people(house, 5)
    add_people(house, 2, domain="otro.example", permission=False)
    campaign = planned(house)
    assert campaign.state == "running"
    assert count_states(campaign) == {"planned": 5, "refused": 2}
    work()
    work()  # closing comes in the round after the last message
    campaign.refresh_from_db()
    assert count_states(campaign) == {"sent": 5, "refused": 2}
    assert campaign.state == "done"
    assert Counter(Captured.objects.values_list("recipient", flat=True)) == {p.address.value: 1 for p in people}
    refused = Message.objects.filter(dispatch=campaign.dispatch, state="refused").first()
    assert refused.verdict == "G03"
    assert "G03" in refused.objections


def test_a_paused_campaign_sends_nothing_until_it_is_resumed(house):
    add_people(house, 3)
    campaign = pause_campaign(planned(house), by="Lucía")
    work()
    assert not Captured.objects.exists()
    resume_campaign(campaign, by="Lucía")
    work()
    assert Captured.objects.count() == 3


def test_a_cancelled_campaign_never_sends(house):
    add_people(house, 3)
    campaign = cancel_campaign(planned(house), by="Lucía")
    work()
    assert count_states(campaign) == {"cancelled": 3}
    assert not Captured.objects.exists()
    assert [e.action for e in AuditEntry.objects.order_by("id")] == [
        "campaign.created",
        "campaign.started",
        "campaign.cancelled",
    ]


def test_what_was_checked_and_then_changed_must_be_checked_again(house):
    add_people(house, 1)
    campaign = change_campaign(checked(house), by="Lucía", reason={"es": "Otra razón"})
    assert (campaign.state, campaign.counts) == ("draft", {})
    with pytest.raises(Refusal, match=r"^campaign-not-checked "):
        start_campaign(campaign, by="Lucía")


def test_a_campaign_without_a_reason_from_the_customers_side_is_not_checked(house):
    with pytest.raises(Refusal, match=r'^campaign-incomplete .*"missing": \["reason"\]'):
        begin_dry_run(draft(house, reason={"es": "  "}), by="Lucía")


def test_a_campaign_is_started_once(house):
    add_people(house, 1)
    campaign = checked(house)
    stale = type(campaign).objects.get(pk=campaign.pk)
    start_campaign(campaign, by="Lucía")
    with pytest.raises(Refusal, match=r"^campaign-started-meanwhile "):
        start_campaign(stale, by="Iñaki")


def test_the_dry_run_asks_for_the_segment_once_and_goes_on_where_another_process_stood(house, monkeypatch):
    add_people(house, 5)
    campaign = begin_dry_run(draft(house), by="Lucía")
    asked = []
    monkeypatch.setattr(dry_run, "CHUNK", 2)
    monkeypatch.setattr(
        audience_snapshot, "select_persons", lambda conditions: asked.append(1) or select_persons(conditions)
    )
    job = claim_job("dies", kinds=JOBS)
    dry_run.run_chunk(job)
    dry_run.run_chunk(job)
    assert len(asked) == 1
    monkeypatch.setattr(dry_run, "SNAPSHOTS", audience_snapshot.AudienceSnapshots())  # as another process would have it
    run_to_end(job, kinds=JOBS, worker="dies")
    campaign.refresh_from_db()
    assert (len(asked), campaign.state) == (2, "checked")
    judged = list(AudienceMember.objects.filter(campaign=campaign).order_by("id").values_list("person_id", flat=True))
    assert judged == list(select_persons({}).values_list("id", flat=True))

    again = begin_dry_run(campaign, by="Lucía")
    run_to_end(again.job, kinds=JOBS, worker="dies")
    assert AudienceMember.objects.filter(campaign=campaign).count() == len(judged)
