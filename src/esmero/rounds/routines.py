"""Call each routine when it is due or woken, and say how long the worker may sleep."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Model
from django.utils import timezone

from esmero.work.wakeups import LOOK_EVERY, topic_of

log = logging.getLogger(__name__)

FAILED_PAUSE = 5.0  # seconds until a routine that failed is called again


class RoutineCall(NamedTuple):
    """Tell a routine the name of its worker, the time, and which of its tables woke it."""

    worker: str
    at: datetime
    woken_by: frozenset[type[Model]] = frozenset()


class RoutineResult(NamedTuple):
    """Return from a routine: the number of pieces of work done, and when it wants to be called next.

    After work it is called again at once. Without a time it is called when woken. In any case it is called after
    LOOK_EVERY seconds at the latest, so a lost wake-up costs no more.
    """

    done: int
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Routine:
    """Describe a routine: its function, the tables that wake it, and the least seconds between two calls."""

    run: Callable[[RoutineCall], RoutineResult]
    woken_by: tuple[type[Model], ...] = ()
    rest: float = 0.0


@dataclass(slots=True)
class RoutineState:
    """Hold when a routine is called next; monotonic times, in seconds."""

    due_at: float = 0.0
    rested_at: float = 0.0
    woken_by: frozenset[type[Model]] = frozenset()

    def next_at(self) -> float:
        """Return the time of the next call."""
        return max(self.rested_at, 0.0 if self.woken_by else self.due_at)


class RoutineSchedule:
    """Keep the times of the routines of one worker."""

    def __init__(
        self, routines: Mapping[str, Routine], *, worker: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._routines, self._worker, self._monotonic = routines, worker, monotonic
        self._states = {name: RoutineState() for name in routines}

    def run_due(self, woken: set[str]) -> float:
        """Call the routines that are due or woken by these topics; return the seconds until the next is due."""
        for name, routine in self._routines.items():
            state = self._states[name]
            state.woken_by |= {table for table in routine.woken_by if topic_of(table) in woken}
            if self._monotonic() >= state.next_at():
                self._run(name, routine, state)
        return max(0.0, min(state.next_at() for state in self._states.values()) - self._monotonic())

    def _run(self, name: str, routine: Routine, state: RoutineState) -> None:
        call = RoutineCall(self._worker, timezone.now(), state.woken_by)
        state.woken_by = frozenset()
        try:
            result = routine.run(call)
        except Exception:
            log.exception("routine %s", name)
            seconds = FAILED_PAUSE
        else:
            seconds = _seconds_until_due(result)
        now = self._monotonic()
        state.due_at, state.rested_at = now + seconds, now + routine.rest


def _seconds_until_due(result: RoutineResult) -> float:
    if result.done:
        return 0.0
    if result.due_at is None:
        return LOOK_EVERY
    return min(LOOK_EVERY, max(0.0, (result.due_at - timezone.now()).total_seconds()))
