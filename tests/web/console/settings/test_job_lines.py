"""Prove what the page of work says of a job in each of its states."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from esmero.house.models import User
from esmero.web.console.settings.job_lines import describe_job, list_job_tabs
from esmero.work.models import Job

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def line(**facts):
    return describe_job(Job(**{"pk": 7, "kind": "dry-run", "created_at": NOW, "state": "waiting", **facts}), now=NOW)


def test_a_running_job_says_how_long_it_takes_yet():
    running = line(state="running", done=1000, total=4000, started_at=NOW - timedelta(minutes=2))
    assert (running.share, running.is_drawn) == ("1,000 of 4,000 · about 6 min left", True)


@pytest.mark.parametrize(("done", "total", "share"), [(0, 0, ""), (0, 4000, "0 of 4,000")])
def test_without_progress_no_time_is_foretold(done, total, share):
    assert line(state="running", done=done, total=total, started_at=NOW).share == share


@pytest.mark.parametrize(
    ("state", "acts"),
    [("failed", ["retry"]), ("waiting", ["cancel"]), ("running", ["cancel"]), ("done", [])],
)
def test_each_state_offers_its_act(state, acts):
    assert [one.value for one in line(state=state).acts] == acts


def test_a_job_names_its_object_its_author_and_its_failed_tries():
    assert line(subject_id=12000, created_by=User(name="Lucía"), tries=2).about == "no. 12000 · Lucía · 2 failed tries"
    assert line().about == "no. 7"


def test_the_tabs_count_three_states():
    tabs = list_job_tabs({"failed": 2}, state="failed")
    assert [(one.url, one.count, one.current) for one in tabs] == [
        ("?", None, False),
        ("?state=running", 0, False),
        ("?state=waiting", 0, False),
        ("?state=failed", 2, True),
    ]
