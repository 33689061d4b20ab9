import pytest

from esmero.campaigns.models import AudienceMember, Campaign
from esmero.campaigns.queries import measure_progress
from esmero.mailroom import dryrun, planning
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Segment
from esmero.work.jobs import run_to_end
from tests.house_facts import add_people, build_house
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(client):
    client.force_login(staff("manager"))
    made = build_house()
    made.people = add_people(made, 3) + add_people(made, 2, domain="otro.example", permission=False)
    made.segment = Segment.objects.create(name="Todos")
    return made


def draft(client, house, **data):
    facts = {
        "name": "Novedades",
        "topic": house.topic.pk,
        "version": house.version.pk,
        "segment": house.segment.pk,
        "reason_es": "Su línea",
    }
    return client.post("/console/campaigns/new/", {**facts, **data})


def act(client, campaign, what):
    response = client.post(f"/console/campaigns/{campaign.pk}/act/", {"act": what}, follow=True)
    campaign.refresh_from_db()
    return response


def work_off(campaign):
    kinds = {"dry-run": dryrun.run_chunk, "planning": planning.run_chunk, "cancelling": planning.cancel_chunk}
    run_to_end(campaign.job, kinds=kinds, worker="test")
    campaign.refresh_from_db()


def test_from_the_draft_to_the_sending(client, house):
    draft(client, house)
    campaign = Campaign.objects.get()
    assert campaign.reason == {"es": "Su línea"}

    act(client, campaign, "check")
    assert campaign.state == "checking"
    work_off(campaign)
    page = client.get(f"/console/campaigns/{campaign.pk}/")
    assert (page.context["to_get"], page.context["left_out"]) == (3, 2)
    assert [code for code, _number, _fill in page.context["reasons"]] == ["G03"]

    act(client, campaign, "start")
    work_off(campaign)
    assert campaign.state == "running"
    page = client.get(f"/console/campaigns/{campaign.pk}/")
    assert page.context["progress"].total == 3
    assert [step.number for step in page.context["funnel"][:3]] == [5, 2, 0]

    act(client, campaign, "pause")
    assert campaign.state == "paused"
    act(client, campaign, "resume")
    act(client, campaign, "cancel")
    assert campaign.state == "cancelled"


def test_the_numbers_of_the_page_add_up_at_every_moment(client, house):
    draft(client, house)
    campaign = Campaign.objects.get()
    act(client, campaign, "check")
    work_off(campaign)
    act(client, campaign, "start")
    work_off(campaign)
    for message, state in zip(Message.objects.exclude(state="refused"), ("sent", "waiting", "doubt"), strict=True):
        Message.objects.filter(pk=message.pk).update(state=state)
    sent = Message.objects.get(state="sent")
    Message.objects.filter(pk=sent.pk).update(worst=Message.Worst.RETURNED_FOR_GOOD)
    from django.utils import timezone

    MessageEvent.objects.create(message=sent, kind="clicked", at=timezone.now())
    MessageEvent.objects.create(message=sent, kind="clicked", at=timezone.now(), machine="prefetch")
    page = client.get(f"/console/campaigns/{campaign.pk}/")
    names = {str(step.name): (step.number, step.machines) for step in page.context["funnel"]}
    assert names == {
        "Audience": (5, 0), "Left out": (2, 0), "Sent": (1, 0), "Delivered": (0, 0), "Human click": (1, 1), "Answered": (0, 0),
    }  # fmt: skip
    progress = measure_progress([campaign], at=timezone.now())[campaign.pk]
    assert sum(progress.states.values()) == AudienceMember.objects.filter(campaign=campaign).count() == 5


def test_a_draft_needs_a_name_a_topic_and_a_reason(client, house):
    page = draft(client, house, name="", reason_es="  ")
    assert page.status_code == 200
    assert set(page.context["form"].errors) == {"name", "reason_es"}
    assert not Campaign.objects.exists()


def test_a_topic_of_another_brand_is_no_choice(client, house):
    from esmero.house.models import Brand
    from esmero.people.models import Topic

    other = Brand.objects.create(
        slug="cercle", name="Cercle", public_url="https://x.example", return_domain="x.example"
    )
    topic = Topic.objects.create(brand=other, code="lettre", purpose=house.topic.purpose)
    assert "topic" in draft(client, house, topic=topic.pk).context["form"].errors


def test_what_is_not_possible_now_is_said(client, house):
    draft(client, house, segment="")
    campaign = Campaign.objects.get()
    assert "a segment" in act(client, campaign, "check").content.decode()
    assert "Run the dry run first" in act(client, campaign, "start").content.decode()
    assert campaign.state == "draft"


def test_the_page_asks_again_only_while_something_moves(client, house):
    draft(client, house)
    campaign = Campaign.objects.get()
    path = f"/console/campaigns/{campaign.pk}/"
    assert "every 2s" not in client.get(path).content.decode()
    act(client, campaign, "check")
    assert "every 2s" in client.get(path).content.decode()
    part = client.get(f"{path}?was=checking", headers={"HX-Request": "true"})
    assert part.content.decode().startswith("<div")
    assert client.get(f"{path}?was=draft", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_test_goes_to_one_address_only(client, house):
    draft(client, house)
    campaign = Campaign.objects.get()
    page = client.post(
        f"/console/campaigns/{campaign.pk}/test/", {"to": "lucia@fibranorte.example", "language": "es"}, follow=True
    )
    message = Message.objects.get()
    assert (message.address, message.person, message.dispatch.message_class) == (
        "lucia@fibranorte.example",
        None,
        "internal",
    )
    assert "on its way to lucia@fibranorte.example" in page.content.decode()
    page = client.post(f"/console/campaigns/{campaign.pk}/test/", {"to": "nobody"}, follow=True)
    assert "is not an e-mail address" in page.content.decode()
    assert Message.objects.count() == 1


def test_people_are_shown_by_reason(client, house):
    draft(client, house)
    campaign = Campaign.objects.get()
    act(client, campaign, "check")
    work_off(campaign)
    page = client.get(f"/console/campaigns/{campaign.pk}/?tab=people&reason=G03", follow=True)
    rows = [line.row for line in page.context["table"].lines]
    assert {member.person_id for member in rows} == {person.pk for person in house.people[3:]}
    assert "No permission for this" in page.content.decode()
