"""Decide whether and when a message is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from esmero.outbox.ledger import RetryPlan
from esmero.outbox.transports.parcels import Fate, Outcome

RELAY_STAGES = frozenset({"connect", "ehlo", "tls", "auth"})
RELAY_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """Hold the pauses before each further try after a temporary refusal."""

    pauses: tuple[timedelta, ...]

    @classmethod
    def from_settings(cls, *, minutes: Sequence[float]) -> "RetrySchedule":
        """Make a schedule from the settings, in minutes."""
        return cls(tuple(timedelta(minutes=m) for m in minutes))

    def plan(self, outcome: Outcome, *, tries: int, now: datetime) -> RetryPlan:
        """Plan the next try after `tries` earlier ones. Trouble of the relay itself does not count as a try."""
        if outcome.fate is Fate.REFUSED_PERMANENTLY:
            return RetryPlan(None, counts=True)
        if outcome.fate is Fate.NOT_BEGUN and outcome.stage in RELAY_STAGES:
            return RetryPlan(now + RELAY_PAUSE, counts=False)
        if tries >= len(self.pauses):
            return RetryPlan(None, counts=True)
        return RetryPlan(now + self.pauses[tries], counts=True)
