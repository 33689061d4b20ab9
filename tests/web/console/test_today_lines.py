"""Each area's lines on Today: what waits, what runs, and what stands when there are more than can be shown."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from esmero.campaigns.lifecycle import create_campaign
from esmero.campaigns.models import Campaign
from esmero.conversations.models import Conversation, Entry
from esmero.imports.models import Import
from esmero.mailroom.models import Mailbox
from esmero.outbox.models import Message, Relay
from esmero.privacy.models import DataRequest
from esmero.vault.files import seal
from esmero.web.console.area import TodayRequest
from esmero.web.console.messages.today import list_campaigns, list_held_messages
from esmero.web.console.people.today import list_data_requests, list_imports
from esmero.web.console.returns.today import list_proposals, list_unread_mail
from esmero.web.console.settings.today import list_failed_jobs, list_failing_mailboxes, list_messages_in_doubt
from esmero.web.console.today import cards
from esmero.work.models import Job
from tests.house_facts import add_people, build_house, open_dispatch
from tests.web.document import read_document
from tests.web.facts import furnish, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return build_house()


@pytest.fixture
def asked(house):
    return TodayRequest(user=staff(), brand=house.brand, now=timezone.now())


def texts(lines):
    return [str(line.words) for line in lines]


def test_nothing_waits_and_nothing_runs(asked):
    for list_lines in (
        list_held_messages,
        list_data_requests,
        list_failing_mailboxes,
        list_unread_mail,
        list_proposals,
        list_messages_in_doubt,
        list_failed_jobs,
        list_campaigns,
        list_imports,
    ):
        assert list_lines(asked) == []


def test_held_messages_are_counted_beyond_the_oldest(asked, house):
    open_dispatch(house, add_people(house, 7))
    Message.objects.update(state="held")
    oldest = Message.objects.order_by("id")[0]
    lines = list_held_messages(asked)
    assert len(lines) == 6
    assert lines[0].url == f"/console/messages/{oldest.pk}/"
    assert lines[-1].detail == "7 messages are held in all; the oldest are shown."
    assert lines[-1].url == ""


def test_a_message_in_doubt_leads_to_its_person_or_shows_its_address(asked, house):
    person = add_people(house, 1)[0]
    open_dispatch(house, [person])
    Message.objects.update(state="doubt")
    line = list_messages_in_doubt(asked)[0]
    assert (line.url, line.act_url) == (f"/console/people/{person.pk}/", "/console/work/#doubts")
    Message.objects.update(person=None)
    line = list_messages_in_doubt(asked)[0]
    assert (line.words, line.url) == ("persona0@cliente.example", "")


def test_a_late_request_is_told_apart_from_one_in_time(asked, house):
    late, soon = add_people(house, 2)
    for person, days in ((late, -1), (soon, 3)):
        due = asked.now + timedelta(days=days)
        DataRequest.objects.create(kind="erase", person=person, brand=house.brand, at=asked.now, due_at=due)
    first, second = list_data_requests(asked)
    assert (first.look, second.look) == ("broken", "wait")
    assert first.detail.endswith("Answer now.")
    assert second.detail.startswith("The law wants an answer by")


@pytest.mark.parametrize(
    ("role", "place"), [("owner", "/console/settings/mailboxes/"), ("reader", "/console/returns/mail/")]
)
def test_failing_mailboxes_lead_to_a_page_that_the_reader_may_see(asked, role, place):
    for number in range(6):
        Mailbox.objects.create(name=f"buzon{number}", host="127.0.0.1", port=993, trouble="timed out")
    user = asked.user if role == "owner" else staff(role)
    lines = list_failing_mailboxes(TodayRequest(user=user, brand=asked.brand, now=asked.now))
    assert texts(lines)[0] == "The mailbox buzon0 cannot be read"
    assert texts(lines)[-1] == "6 mailboxes cannot be read"
    assert len(lines) == 6
    assert all(line.url.startswith(place) for line in lines)


def test_failed_work_is_one_line(asked):
    for _number in range(2):
        Job.objects.create(kind="import", state="failed")
    assert texts(list_failed_jobs(asked)) == ["2 pieces of work failed"]


def test_an_import_in_progress_tells_its_lines(asked, house):
    job = Job.objects.create(kind="import", state="running", done=30, total=90)
    raw = seal(b"email\na@x.example\n", kind="import", media_type="text/csv")
    Import.objects.create(
        kind="persons", file=raw, file_name="lista.csv", brand=house.brand, state=Import.State.RUNNING, job=job
    )
    (line,) = list_imports(asked)
    assert (line.words, line.done, line.total, line.note) == ("lista.csv", 30, 90, "30 of 90 lines")


def start_campaign(house, **facts):
    campaign = create_campaign(
        "Otoño",
        brand=house.brand,
        topic=house.topic,
        version=house.version,
        segment=None,
        reason={"es": "Pediste noticias"},
        by="Lucía",
    )
    Campaign.objects.filter(pk=campaign.pk).update(state="running", **facts)
    return campaign


def test_a_campaign_tells_its_pace_and_its_returns(asked, house):
    dispatch = open_dispatch(house, add_people(house, 4))
    start_campaign(house, dispatch=dispatch, counts={"audience": 4})
    first, second, *_others = Message.objects.order_by("id")
    Message.objects.filter(pk=first.pk).update(state="sent", sent_at=asked.now)
    Message.objects.filter(pk=second.pk).update(state="sent", sent_at=asked.now, worst=Message.Worst.HARD_BOUNCE)
    (line,) = list_campaigns(asked)
    assert (line.done, line.total, line.broken) == (2, 4, 1)
    assert line.note.startswith("2 of 4 · 1 returned")


def test_a_campaign_in_preparation_tells_the_progress_of_its_job(asked, house):
    job = Job.objects.create(kind="plan", state="running", done=1200, total=5000)
    start_campaign(house, job=job)
    (line,) = list_campaigns(asked)
    assert (line.done, line.total, line.note) == (1200, 5000, "1,200 of 5,000 people")


def test_a_campaign_without_any_measure_shows_none(asked, house):
    start_campaign(house)
    (line,) = list_campaigns(asked)
    assert (line.total, line.note) == (0, "")


def test_the_relay_is_described_and_its_name_escaped(asked):
    Relay.objects.update(name="<b>salida", kind="capture")
    (line,) = cards.list_relay_lines(asked)
    document = read_document(line)
    assert document.words.startswith("Relay <b>salida: ")
    assert document.count("b") == 1


def test_health_links_to_each_trouble(asked, house):
    assert [(one.words, one.url) for one in cards.list_health(asked)] == [
        ("Nothing failed", ""),
        ("nothing in doubt", ""),
    ]
    Job.objects.create(kind="import", state="failed")
    open_dispatch(house, add_people(house, 2))
    Message.objects.update(state="doubt")
    again = TodayRequest(user=asked.user, brand=asked.brand, now=asked.now)
    assert [(one.words, one.url) for one in cards.list_health(again)] == [
        ("1 piece of work failed", "/console/work/?state=failed"),
        ("2 in doubt", "/console/work/#doubts"),
    ]


@pytest.mark.parametrize(
    ("hour", "greeting"), [(8, "Good morning"), (12, "Good afternoon"), (19, "Good afternoon"), (20, "Good evening")]
)
def test_the_greeting_follows_the_hour(asked, hour, greeting):
    at = timezone.localtime(asked.now).replace(hour=hour)
    assert cards.greet(TodayRequest(user=asked.user, brand=asked.brand, now=at)).startswith(f"{greeting}, ")


def test_a_conversation_without_words_shows_no_quotation_marks(asked, house):
    conversation = Conversation.objects.create(
        brand=house.brand,
        address="a@x.example",
        subject="Hola",
        state=Conversation.State.WAITING_FOR_US,
        opened_at=asked.now,
        last_at=asked.now,
    )
    (line,) = cards.draw_conversations(asked).lines
    assert (line.words, line.detail, line.more) == ("a@x.example", "", "Hola")
    Entry.objects.create(conversation=conversation, direction="in", at=asked.now, text="Gracias")
    again = TodayRequest(user=asked.user, brand=asked.brand, now=asked.now)
    assert cards.draw_conversations(again).lines[0].detail == "“Gracias”"


def test_a_result_that_several_lines_need_is_read_once(asked, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert cards.count_conversations(asked) == cards.count_conversations(asked) == 0


def test_today_asks_at_most_thirty_times(client):
    furnish(rows=3)
    client.force_login(staff())
    client.get("/console/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/console/")
    assert len(queries) <= 30, [query["sql"][:90] for query in queries]
