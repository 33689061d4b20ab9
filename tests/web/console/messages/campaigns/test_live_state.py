"""Prove what the live part of a campaign says in each of its states."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.utils import translation

from esmero.campaigns.models import Campaign
from esmero.campaigns.queries import Progress
from esmero.web.console.messages.campaigns.live_state import describe_live
from esmero.work.models import Job
from tests.web.document import read_document

PEOPLE = "/console/campaigns/5/people/"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def live(state, *, tab="overview", progress=None, stored=False, verdicts=(0, 0, 0), **facts):
    job = facts.pop("job", None)
    campaign = Campaign(pk=5, state=state, counts=facts.pop("counts", {}), dispatch_id=facts.pop("dispatch", None))
    campaign.job = Job(**job) if job else None
    account = SimpleNamespace(progress=progress, statistics=SimpleNamespace(is_stored=stored)) if progress else None
    given = {"waits": (), "missing": (), "may_test": True, **facts}
    named = dict(zip(("to_get", "left_out", "wait"), verdicts, strict=True))
    return describe_live(campaign, tab=tab, account=account, verdicts=named, **given)


def sections(shown):
    return [name for name in ("sending", "preparing", "notice") if getattr(shown, name)]


def test_a_draft_names_what_is_missing():
    shown = live("draft", missing=["template", "segment", "reason"])
    assert sections(shown) == ["notice"]
    assert shown.notice.points == [
        "a template: what is said",
        "people to write to",
        "the reason why it is worth their time",
    ]
    assert (shown.notice.test_url, shown.is_unchecked, shown.poll_url) == ("", True, "")


@pytest.mark.parametrize(
    ("tab", "may_test", "url"),
    [
        ("overview", True, "/console/campaigns/5/?tab=message"),
        ("overview", False, ""),
        ("message", True, ""),
    ],
)
def test_a_whole_draft_offers_a_test_to_whoever_may_send_one(tab, may_test, url):
    notice = live("draft", tab=tab, may_test=may_test).notice
    assert notice.text == "Next: see who would get it. Nothing is sent by that."
    assert (notice.test_url, notice.points) == (url, ())


@pytest.mark.parametrize(
    ("state", "words"),
    [("checking", "Asking the gate about each person"), ("planning", "Writing down each message")],
)
def test_a_job_says_how_far_it_is(state, words):
    shown = live(state, job={"state": "running", "done": 1200, "total": 4000})
    assert sections(shown) == ["preparing"]
    assert (shown.preparing.words, shown.preparing.share) == (words, "1,200 of 4,000")
    assert (shown.preparing.is_failed, shown.preparing.is_waiting) == (False, False)
    assert shown.poll_url == f"/console/campaigns/5/?tab=overview&was={state}"


@pytest.mark.parametrize(
    ("job", "told"),
    [
        ({"state": "failed", "done": 0, "total": None}, (True, False, "", 0)),
        ({"state": "waiting", "done": 0, "total": None}, (False, True, "", 0)),
        (None, (False, False, "", 0)),
    ],
)
def test_a_job_that_does_not_run_is_told(job, told):
    shown = live("checking", job=job).preparing
    assert (shown.is_failed, shown.is_waiting, shown.share, shown.total) == told


def test_planning_shows_its_job_although_messages_are_counted():
    assert sections(live("planning", progress=Progress(states={}, returned_for_good=0, per_minute=0))) == ["preparing"]


def test_a_checked_campaign_says_who_would_get_it():
    waits = [("G13", "It is night there", 1300)]
    shown = live("checked", verdicts=(4064, 1, 1300), waits=waits, counts={"promotion": {"with": 3}})
    assert sections(shown) == ["notice"]
    assert (shown.notice.state, shown.notice.title) == ("kept", "4,064 people would get it.")
    assert shown.notice.text == "1 is left out, with the reason below. 1,300 wait a few hours."
    assert shown.notice.links == [
        ("/console/campaigns/5/?tab=people&outcome=wait&reason=G13", "It is night there: 1,300")
    ]
    assert (shown.promotion, shown.is_unchecked) == ([("with", 3)], False)


def test_a_checked_campaign_that_nobody_would_get_is_no_good_news():
    notice = live("checked", verdicts=(0, 2, 0)).notice
    assert (notice.state, notice.text) == ("wait", "2 are left out, each with the reason below.")


def test_a_large_campaign_waits_for_its_numbers():
    shown = live("running", dispatch=7)
    assert (shown.notice.state, shown.notice.title) == ("info", "Being counted.")


def test_a_cancelled_draft_says_nothing_above_the_tabs():
    assert sections(live("cancelled")) == []


def test_a_running_campaign_tells_its_pace_and_links_its_counts():
    states = {"sent": 2479, "planned": 1000, "waiting": 3, "doubt": 0, "gave-up": 1, "cancelled": 2}
    sending = live(
        "running", dispatch=7, progress=Progress(states=states, returned_for_good=41, per_minute=412)
    ).sending
    assert (sending.left, sending.total, sending.broken) == (2479, 3483, 41)
    assert sending.pace == "412 a minute · about 3 min left"
    assert sending.counts == [
        (f"{PEOPLE}?outcome=4", "41 returned for good"),
        (f"{PEOPLE}?state=waiting", "3 to be tried again"),
        ("", "0 in doubt"),
        (f"{PEOPLE}?state=gave-up", "1 given up"),
        (f"{PEOPLE}?state=cancelled", "2 cancelled"),
    ]


def test_an_ended_campaign_says_when_it_was_counted():
    progress = Progress(states={"sent": 3}, returned_for_good=0, per_minute=0, at=datetime(2026, 5, 4, 9, tzinfo=UTC))
    sending = live("done", dispatch=7, progress=progress, stored=True).sending
    assert sending.pace == ""
    assert sending.counts[0] == ("", "0 returned for good")
    assert read_document(sending.counts[-1][1]).text("time")


def test_the_tabs_mark_the_page_and_count_the_audience():
    tabs = live("checked", tab="people", counts={"audience": 7043}).tabs
    assert [(one.url, one.words, one.current, one.count) for one in tabs] == [
        ("/console/campaigns/5/", "Overview", False, ""),
        (PEOPLE, "People", True, "7,043"),
        ("/console/campaigns/5/?tab=message", "Message", False, ""),
        ("/console/campaigns/5/?tab=record", "Record", False, ""),
    ]
