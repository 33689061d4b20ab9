"""Prove what the pages of relay and mailbox say of a connection test in each of its states."""

from datetime import timedelta

from django.utils import timezone, translation

from esmero.web.console.settings.mail.connection_test import CheckWords, describe_test

WORDS = CheckWords(running="Running.", good="Good.", bad="Bad.", untested="Never tested.")
STEP = {"step": "auth", "state": "broken", "said": "no", "remedy": "Try again later"}


def told(result):
    with translation.override("en"):
        return describe_test(result, words=WORDS, at="12:00")


def test_a_test_that_runs_says_so():
    test = told({"since": timezone.now().isoformat()})
    assert (test.is_running, test.note, test.steps) == (True, "Running.", ())


def test_a_test_that_never_ended_was_interrupted():
    test = told({"since": (timezone.now() - timedelta(minutes=2)).isoformat()})
    assert (test.is_running, test.note) == (False, "The last test was interrupted. Test again.")


def test_before_the_first_test_its_steps_are_explained():
    assert told({}).note == "Never tested."


def test_a_result_tells_each_step_with_its_remedy():
    good, bad = told({"good": True, "steps": [STEP]}), told({"good": False, "steps": [STEP]})
    assert (good.verdict, good.look, good.at) == ("Good.", "kept", "12:00")
    assert (bad.verdict, bad.look) == ("Bad.", "broken")
    (step,) = bad.steps
    assert (step.title, step.word.look, step.said, step.remedy) == ("Sign in", "broken", "no", "Try again later.")
