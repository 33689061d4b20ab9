from datetime import timedelta

import pytest
from django.utils import timezone, translation

from esmero.campaigns.models import AudienceMember, Campaign
from esmero.campaigns.queries import measure_progress
from esmero.content.models import Link
from esmero.dossier.statistics.daily_aggregates import count_all_due
from esmero.house.models import Brand, User
from esmero.mailroom.planning import dry_run, plan
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Segment
from esmero.policy.gate import RULES
from esmero.web.labels.messages import label_objection
from esmero.work.jobs import run_to_end
from tests.house_facts import add_people, build_house, find_zone, open_dispatch
from tests.web.document import get_document, post_document, read_document
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
    kinds = {"dry-run": dry_run.run_chunk, "planning": plan.run_chunk, "cancelling": plan.cancel_chunk}
    run_to_end(campaign.job, kinds=kinds, worker="test")
    campaign.refresh_from_db()


def test_who_waits_for_the_morning_is_said_in_each_language(client, house, settings):
    settings.QUIET_HOURS = True
    Brand.objects.update(timezone=find_zone(hour=2))
    draft(client, house)
    campaign = Campaign.objects.get()
    act(client, campaign, "check")
    work_off(campaign)
    assert (campaign.counts["wait"], campaign.counts["waits"]) == (3, {"G13": 3})
    for language in ("en", "es", "fr"):
        User.objects.update(language=language)
        page = client.get(f"/console/campaigns/{campaign.pk}/")
        assert (page.context["to_get"], page.context["left_out"]) == (3, 2)
        with translation.override(language):
            label = label_objection("G13")
        assert read_document(page).link(f"{label}: 3").endswith("?tab=people&outcome=wait&reason=G13")
    people = client.get(f"/console/campaigns/{campaign.pk}/?tab=people&outcome=wait&reason=G13", follow=True)
    assert len(people.context["table"].lines) == 3


def test_from_the_draft_to_the_sending(client, house):
    draft(client, house)
    campaign = Campaign.objects.get()
    assert campaign.reason == {"es": "Su línea"}

    act(client, campaign, "check")
    assert campaign.state == "checking"
    work_off(campaign)
    page = client.get(f"/console/campaigns/{campaign.pk}/")
    assert (page.context["to_get"], page.context["left_out"]) == (3, 2)
    assert [code for code, _number, _fill in page.context["reasons"].named] == ["G03"]

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
    Message.objects.filter(pk=sent.pk).update(worst=Message.Worst.HARD_BOUNCE)
    MessageEvent.objects.create(message=sent, kind="clicked", at=timezone.now())
    MessageEvent.objects.create(message=sent, kind="clicked", at=timezone.now(), machine="prefetch")
    page = client.get(f"/console/campaigns/{campaign.pk}/")
    names = {str(step.name): (step.number, step.machines) for step in page.context["funnel"]}
    assert names == {
        "Audience": (5, 0), "Left out": (2, 0), "Sent": (1, 0), "Delivered": (0, 0), "Human click": (1, 1),
        "Answered": (0, 0),
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


def test_an_archived_topic_is_offered_to_no_new_draft(client, house):
    from esmero.people.models import Topic

    Topic.objects.filter(pk=house.topic.pk).update(archived_at=timezone.now())
    assert "topic" in draft(client, house).context["form"].errors


def test_what_is_not_possible_now_is_said(client, house):
    draft(client, house, segment="")
    campaign = Campaign.objects.get()
    assert "a segment" in read_document(act(client, campaign, "check")).toast()
    assert "Run the dry run first" in read_document(act(client, campaign, "start")).toast()
    assert campaign.state == "draft"


def test_the_page_asks_again_only_while_something_moves(client, house):
    draft(client, house)
    campaign = Campaign.objects.get()
    path = f"/console/campaigns/{campaign.pk}/"
    assert not get_document(client, path).follows
    act(client, campaign, "check")
    assert get_document(client, path).follows
    part = get_document(client, f"{path}?was=checking", headers={"HX-Request": "true"})
    assert part.has("#live")
    assert not part.is_page
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
    assert "on its way to lucia@fibranorte.example" in read_document(page).toast()
    assert page.context["test"] == message
    told = get_document(client, f"/console/messages/{message.pk}/tested/")
    assert told.follows
    assert told.text(".chip") == "planned"
    Message.objects.update(state="gave-up", trouble="550 5.7.1 Relaying denied")
    told = get_document(client, f"/console/messages/{message.pk}/tested/")
    assert "550 5.7.1 Relaying denied" in told.text("blockquote")
    assert told.text(".chip") == "given up"
    assert not told.follows, "what has ended is not asked for again"
    Message.objects.update(state="sent", trouble="", sent_at=timezone.now())
    told = get_document(client, f"/console/messages/{message.pk}/tested/")
    assert "The relay has taken it" in told.text("#tested")
    page = post_document(client, f"/console/campaigns/{campaign.pk}/test/", {"to": "nobody"})
    assert "is not an e-mail address" in page.toast()
    assert Message.objects.count() == 1


def test_only_a_test_is_told_as_a_test(client, house):
    message = Message.objects.get(person=house.people[0], dispatch=open_dispatch(house, house.people))
    assert client.get(f"/console/messages/{message.pk}/tested/").status_code == 404


def test_the_message_is_shown_with_the_campaigns_own_reason_and_its_fields(client, house):
    draft(client, house)
    campaign = Campaign.objects.get()
    page = get_document(client, f"/console/campaigns/{campaign.pk}/?tab=message")
    assert "{{" not in page.markup
    assert f"Novedades para {house.people[0].given_name}" in page.sections()
    letter = get_document(client, page.attribute("iframe", "src")).words
    assert campaign.reason["es"] in letter
    assert "the reason that the campaign gives" not in letter
    assert "motivo que d" not in letter


def test_people_are_shown_by_reason(client, house):
    draft(client, house)
    campaign = Campaign.objects.get()
    act(client, campaign, "check")
    work_off(campaign)
    page = client.get(f"/console/campaigns/{campaign.pk}/?tab=people&reason=G03", follow=True)
    rows = [line.row for line in page.context["table"].lines]
    assert {member.person_id for member in rows} == {person.pk for person in house.people[3:]}
    assert "No permission for this" in read_document(page).text("#table")


def started(client, house):
    draft(client, house)
    campaign = Campaign.objects.get()
    act(client, campaign, "check")
    work_off(campaign)
    act(client, campaign, "start")
    work_off(campaign)
    return campaign


def listed(client, campaign, query):
    page = client.get(f"/console/campaigns/{campaign.pk}/people/?{query}")
    return {line.row.person_id for line in page.context["table"].lines}


def test_every_bar_of_the_funnel_opens_exactly_its_people(client, house):
    campaign = started(client, house)
    for message, (state, worst) in zip(
        Message.objects.exclude(state="refused").order_by("id"), [("sent", 0), ("sent", 4), ("sent", 5)], strict=True
    ):
        Message.objects.filter(pk=message.pk).update(state=state, worst=worst, sent_at=timezone.now())
    first, _second, third = Message.objects.filter(state="sent").order_by("id")
    link = Link.objects.create(text=house.version.texts.first(), number=7, url="https://fibranorte.example/novedades")
    MessageEvent.objects.create(message=first, kind="clicked", at=timezone.now(), link=link)
    MessageEvent.objects.create(message=third, kind="clicked", at=timezone.now(), link=link, machine="agent")
    MessageEvent.objects.create(message=third, kind="replied", at=timezone.now())
    client.post(f"/console/campaigns/{campaign.pk}/goal/", {"goal": link.url})
    page = client.get(f"/console/campaigns/{campaign.pk}/")
    for step in page.context["funnel"]:
        assert len(listed(client, campaign, step.query)) == step.number, step.name
    assert [step.number for step in page.context["funnel"]] == [5, 2, 3, 2, 1, 1]
    assert listed(client, campaign, "did=machine") == {third.person_id}
    assert listed(client, campaign, "did=replied") == {third.person_id}
    assert listed(client, campaign, "outcome=4") == {_second.person_id}


def test_a_goal_is_a_link_of_the_template_and_can_be_taken_back(client, house):
    draft(client, house)
    campaign = Campaign.objects.get()
    path = f"/console/campaigns/{campaign.pk}/goal/"
    offered = get_document(client, f"/console/campaigns/{campaign.pk}/").attributes("[name=goal] option", "value")
    assert "https://fibranorte.example/novedades" in offered
    client.post(path, {"goal": "https://evil.example/"})
    campaign.refresh_from_db()
    assert campaign.goal == {}
    client.post(path, {"goal": "https://fibranorte.example/novedades"})
    page = post_document(client, path, {"goal": "reply"})
    campaign.refresh_from_db()
    assert campaign.goal == {"reply": True}
    client.post("/console/undo/", {"ticket": page.attributes("[name=ticket]", "value")[-1]})
    campaign.refresh_from_db()
    assert campaign.goal == {"link": "https://fibranorte.example/novedades"}


def test_what_failed_is_tried_again_and_what_returned_for_good_is_not(client, house):
    campaign = started(client, house)
    hopeful, hopeless, sent = Message.objects.exclude(state="refused").order_by("id")
    Message.objects.filter(pk=hopeful.pk).update(state="gave-up", worst=2, due_at=None, tries=8, trouble="421 later")
    Message.objects.filter(pk=hopeless.pk).update(state="gave-up", worst=4, due_at=None)
    Message.objects.filter(pk=sent.pk).update(state="sent", due_at=None, sent_at=timezone.now())
    Campaign.objects.filter(pk=campaign.pk).update(state="done")
    type(campaign.dispatch).objects.update(state="closed", closed_at=timezone.now())
    page = get_document(client, f"/console/campaigns/{campaign.pk}/")
    assert page.text("button[value=retry]") == "Try 1 failed message again"
    act(client, campaign, "retry")
    run_to_end(campaign.job, kinds={"retrying": plan.retry_chunk}, worker="test")
    states = dict(Message.objects.exclude(state="refused").values_list("pk", "state"))
    assert states == {hopeful.pk: "planned", hopeless.pk: "gave-up", sent.pk: "sent"}
    hopeful.refresh_from_db()
    assert (hopeful.tries, hopeful.worst, hopeful.trouble) == (0, 0, "")
    assert hopeful.events.filter(kind="retried").count() == 1
    campaign.refresh_from_db()
    assert (campaign.state, campaign.dispatch.state) == ("running", "open")


def test_nothing_failed_means_nothing_to_try_again(client, house):
    campaign = started(client, house)
    assert "nothing that could be tried again" in read_document(act(client, campaign, "retry")).toast()
    assert campaign.job.kind == "planning"


def test_a_duplicate_is_a_draft_that_says_the_same(client, house):
    campaign = started(client, house)
    for name in ("Novedades (2)", "Novedades (3)"):
        response = client.post(f"/console/campaigns/{campaign.pk}/duplicate/")
        copy = Campaign.objects.latest("id")
        assert response["Location"] == f"/console/campaigns/{copy.pk}/edit/"
        assert (copy.name, copy.state, copy.dispatch, copy.counts) == (name, "draft", None, {})
        assert (copy.topic, copy.version, copy.segment, copy.reason) == (
            campaign.topic, campaign.version, campaign.segment, campaign.reason,
        )  # fmt: skip


def test_a_large_campaign_shows_the_figures_that_the_rounds_keep(client, house, monkeypatch):
    campaign = started(client, house)
    path = f"/console/campaigns/{campaign.pk}/"
    monkeypatch.setattr("esmero.campaigns.queries.SMALL", 4)
    monkeypatch.setattr("esmero.dossier.statistics.dispatch_statistics.SMALL", 4)
    assert "Being counted." in get_document(client, path).text("#live")
    count_all_due(timezone.now())
    page = client.get(path)
    assert page.context["progress"].total == 3
    assert [step.number for step in page.context["funnel"][:3]] == [5, 2, 0]
    Message.objects.filter(state="planned").update(state="sent", sent_at=timezone.now())
    assert client.get(path).context["progress"].left == 0
    count_all_due(timezone.now() + timedelta(seconds=5))
    assert client.get(path).context["progress"].left == 3
    assert "counted" in get_document(client, path).text("#live")
    assert len(listed(client, campaign, "")) == 5


def test_the_list_of_campaigns_has_progress_and_rates_and_a_filter(client, house):
    campaign = started(client, house)
    Message.objects.filter(state="planned").update(state="sent", sent_at=timezone.now())
    MessageEvent.objects.create(message=Message.objects.filter(state="sent").first(), kind="clicked", at=timezone.now())
    count_all_due(timezone.now())
    [row] = get_document(client, "/console/campaigns/?state=running").rows("#table table")
    assert campaign.name in row[0]
    assert "3 of 3" in row
    assert "1 · 33.3 % (6.1–79.2)" in row
    assert get_document(client, "/console/campaigns/?state=draft").rows("#table table") == []
    lines = b"".join(client.get("/console/campaigns/?file=csv").streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2


def test_a_view_of_one_campaigns_people_comes_back_to_it(client, house):
    campaign = started(client, house)
    path = f"/console/campaigns/{campaign.pk}/people/"
    facts = {"page": "campaign-people", "name": "Left out", "query": "state=refused", "next": path}
    assert client.post("/console/views/save/", facts)["Location"] == f"{path}?state=refused"
    assert client.post("/console/views/save/", {**facts, "page": "people", "next": "//evil.example/"})["Location"] == (
        "/console/people/?state=refused"
    )


def test_one_messages_why_names_each_rule_and_the_facts_behind_its_objection(client, house):
    campaign = started(client, house)
    refused = Message.objects.filter(dispatch=campaign.dispatch, state="refused").first()
    rules = {rule.code: rule for rule in client.get(f"/console/messages/{refused.pk}/").context["rules"]}
    assert {code for code, rule in rules.items() if rule.objects} == {"G03"}
    assert rules["G03"].facts == "nothing stands in the ledger"
    assert set(rules) == {rule.code for rule in RULES}
    sent = Message.objects.filter(dispatch=campaign.dispatch).exclude(state="refused").first()
    page = client.get(f"/console/messages/{sent.pk}/")
    assert not any(rule.objects for rule in page.context["rules"])
    assert page.context["why"].permission.source == "formulario"


def test_a_draft_says_all_that_it_still_needs(client, house):
    draft(client, house, segment="", version="")
    campaign = Campaign.objects.get()
    page = get_document(client, f"/console/campaigns/{campaign.pk}/")
    assert page.texts(".notice[data-state=wait] li") == ["a template: what is said", "people to write to"]
    assert "check" not in page.acts()
