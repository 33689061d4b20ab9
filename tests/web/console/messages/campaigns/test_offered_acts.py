"""Prove which acts a campaign offers in each of its states, and how it says its origin."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from esmero.campaigns.models import Campaign
from esmero.campaigns.queries import Progress
from esmero.house.models import User
from esmero.people.models import Segment
from esmero.people.models.permissions import Topic
from esmero.web.console.messages.campaigns.offered_acts import describe_origin, offer_acts
from tests.web.document import read_document


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def offered(state, *, to_get=0, failed=0, progress=None, missing=()):
    return offer_acts(Campaign(state=state), to_get=to_get, failed=failed, progress=progress, missing=missing)


@pytest.mark.parametrize(
    ("state", "facts", "edit", "buttons", "more"),
    [
        ("draft", {"missing": ["template"]}, "Fill in what is missing", [], ["cancel"]),
        ("draft", {}, "Change", ["check"], ["cancel"]),
        ("checking", {}, "", [], ["cancel"]),
        ("checked", {}, "Change", ["check"], ["cancel"]),
        ("checked", {"to_get": 4}, "Change", ["check", "start"], ["cancel"]),
        ("running", {}, "", ["pause"], ["cancel"]),
        ("paused", {"failed": 2}, "", ["resume"], ["retry", "cancel"]),
        ("done", {"failed": 2}, "", [], ["retry"]),
        ("cancelled", {}, "", [], []),
    ],
)
def test_each_state_offers_its_acts(state, facts, edit, buttons, more):
    acts = offered(state, **facts)
    assert acts.edit_words == edit
    assert ([one.value for one in acts.buttons], [one.value for one in acts.more]) == (buttons, more)


def test_the_start_asks_with_the_number_of_people():
    start = offered("checked", to_get=4064).buttons[1]
    assert (start.words, start.ask) == ("Send to 4,064 people", "Send it to 4,064 people now?")


def test_a_running_campaign_is_ended_for_those_who_have_it_not_yet():
    progress = Progress(states={"sent": 3, "planned": 1}, returned_for_good=0, per_minute=0)
    (cancel,) = offered("running", progress=progress).more
    assert (cancel.words, cancel.is_grave) == ("End it for 1 person", True)
    assert cancel.ask.startswith("1 person will not get it.")


def test_nothing_has_left_of_a_draft():
    (cancel,) = offered("draft").more
    assert cancel.words == "Cancel the campaign"
    assert cancel.ask.startswith("Nothing has left yet.")


def test_the_origin_says_topic_and_people_start_and_maker_and_reason():
    campaign = Campaign(
        topic=Topic(name={"en": "News"}),
        segment=Segment(name="<All>"),
        started_at=datetime(2026, 5, 4, 9, tzinfo=UTC),
        created_by=User(name="Lucía"),
        reason={"en": "Their line"},
    )
    to, made, reason = (words for _address, words in describe_origin(campaign))
    assert to == "News to &lt;All&gt;"
    assert read_document(made).has("time")
    assert made.startswith("started ")
    assert made.endswith("made by Lucía")
    assert reason == "“Their line”"


def test_what_is_not_known_of_the_origin_is_left_out():
    assert describe_origin(Campaign(topic=Topic(name={"en": "News"}))) == [("", "News"), ("", ""), ("", "")]
