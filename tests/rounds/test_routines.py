"""When the routines of a worker are called."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.house.models import AuditEntry, Happening
from esmero.rounds.routines import FAILED_PAUSE, Routine, RoutineResult, RoutineSchedule
from esmero.rounds.table import ROUTINES
from esmero.work.wakeups import LOOK_EVERY

WOKEN = {"happening"}


class Clock:
    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


class Recorder:
    """A routine that notes its calls and gives the answers that it was made with, the last one again and again."""

    def __init__(self, *answers):
        self.calls, self.answers = [], list(answers)

    def __call__(self, call):
        self.calls.append(call)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def make(run, **facts):
    clock = Clock()
    return RoutineSchedule({"one": Routine(run, **facts)}, worker="w", monotonic=clock), clock


def test_one_that_did_something_is_called_again_at_once():
    run = Recorder(RoutineResult(3), RoutineResult(0))
    schedule, _clock = make(run)
    assert schedule.run_due(set()) == 0
    assert schedule.run_due(set()) == LOOK_EVERY
    schedule.run_due(set())
    assert len(run.calls) == 2


def test_one_is_called_when_it_is_due_and_not_before():
    run = Recorder(RoutineResult(0, timezone.now() + timedelta(seconds=10)))
    schedule, clock = make(run)
    assert schedule.run_due(set()) == pytest.approx(10, abs=1)
    clock.seconds += 5
    schedule.run_due(set())
    assert len(run.calls) == 1
    clock.seconds += 5
    schedule.run_due(set())
    assert len(run.calls) == 2


def test_one_that_is_woken_is_called_at_once_and_told_by_whom():
    run = Recorder(RoutineResult(0))
    schedule, _clock = make(run, woken_by=(Happening, AuditEntry))
    schedule.run_due(set())
    schedule.run_due({"person"})
    schedule.run_due(WOKEN)
    assert [call.woken_by for call in run.calls] == [set(), {Happening}]
    assert schedule.run_due(set()) == LOOK_EVERY


def test_one_that_rests_remembers_that_it_was_woken():
    run = Recorder(RoutineResult(0))
    schedule, clock = make(run, woken_by=(Happening,), rest=1.0)
    schedule.run_due(set())
    assert schedule.run_due(WOKEN) == 1.0
    assert len(run.calls) == 1
    clock.seconds += 1
    schedule.run_due(set())
    assert len(run.calls) == 2


def test_one_that_fails_stops_no_other_and_is_called_again(caplog):
    broken, whole = Recorder(ValueError("broken")), Recorder(RoutineResult(0))
    clock = Clock()
    schedule = RoutineSchedule({"broken": Routine(broken), "whole": Routine(whole)}, worker="w", monotonic=clock)
    assert schedule.run_due(set()) == FAILED_PAUSE
    assert "routine broken" in caplog.text
    assert len(whole.calls) == 1
    clock.seconds += FAILED_PAUSE
    schedule.run_due(set())
    assert len(broken.calls) == 2


def test_without_a_wake_up_each_is_called_after_half_a_minute():
    run = Recorder(RoutineResult(0, timezone.now() + timedelta(days=1)))
    schedule, clock = make(run)
    assert schedule.run_due(set()) == LOOK_EVERY
    clock.seconds += LOOK_EVERY
    schedule.run_due(set())
    assert len(run.calls) == 2


@pytest.mark.django_db
def test_a_worker_without_work_may_sleep(settings):
    schedule = RoutineSchedule(ROUTINES, worker="w")
    for _ in range(100):
        if (seconds := schedule.run_due(set())) > 0:
            break
    assert seconds > 0
