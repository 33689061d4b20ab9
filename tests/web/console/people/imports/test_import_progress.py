"""Hold the sentences about an import: its notice by state, its step, its progress."""

from types import SimpleNamespace

import pytest

from esmero.imports.models import Import
from esmero.web.console.people.imports.import_progress import (
    list_import_notices,
    list_verdicts,
    tell_progress,
    tell_step,
)
from tests.web.document import read_document


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("checked", "A dry run: nothing has been changed yet."),
        ("done", "Brought in."),
        ("failed", "It failed."),
        ("undone", "Taken back."),
    ],
)
def test_a_state_has_its_notice(state, title):
    [notice] = list_import_notices(Import(pk=3, state=state), refused=0)
    assert notice.title == title


@pytest.mark.parametrize("state", ["draft", "checking", "running", "undoing"])
def test_a_moving_import_has_no_notice(state):
    assert list_import_notices(Import(pk=3, state=state), refused=0) == []


def test_refused_lines_are_offered_as_a_file():
    [notice] = list_import_notices(Import(pk=3, state="done"), refused=2)
    [link] = read_document(notice.text).links()
    assert link.endswith("/3/refused.csv")


@pytest.mark.parametrize(
    ("state", "words"), [("checking", "Looking"), ("undoing", "Taking back"), ("running", "Bringing in")]
)
def test_a_step_is_named(state, words):
    assert tell_step(state).startswith(words)


@pytest.mark.parametrize(
    ("left", "told"),
    [(None, "5 of 1,200"), (59, "5 of 1,200 · less than a minute left"), (61, "5 of 1,200 · about 2 min left")],
)
def test_progress_is_told(left, told):
    brought = SimpleNamespace(job=SimpleNamespace(done=5, total=1200))
    assert tell_progress(brought, seconds_left=left) == told


def test_nothing_is_told_before_the_lines_are_counted():
    assert tell_progress(SimpleNamespace(job=None), seconds_left=None) == ""


def test_a_verdict_leads_to_its_lines():
    assert list_verdicts({"added": 0}, linked=True) == []
    assert list_verdicts({"added": 2, "refused": 0}, linked=True) == [
        ("added", 2, "?verdict=added"),
        ("refused", 0, ""),
    ]
    assert list_verdicts({"added": 2}, linked=False) == [("added", 2, "")]
