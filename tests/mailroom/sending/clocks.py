"""Clocks that stand until a test moves them, and a way out that is told what happens while it delivers."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from esmero.mailroom.sending import sender
from esmero.mailroom.sending.sender import Sender
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.outbox.transports.parcels import Fate, Outcome
from esmero.people.models import Permission
from esmero.work.stop_signal import StopSignal

SCHEDULE = RetrySchedule(pauses=(timedelta(minutes=1),))


class Clocks:
    """Wall clock and monotonic clock of one test; they begin a minute ahead, so that what was planned is due."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


class Scripted:
    """A transport that accepts everything, unless `answer` says otherwise; `during` runs in each delivery."""

    def __init__(self) -> None:
        self.deliveries: list[list[int]] = []
        self.during: Any = None
        self.answer: Any = accept

    async def deliver(self, parcels, observer):
        self.deliveries.append([parcel.key for parcel in parcels])
        for parcel in parcels:
            observer.begun(parcel.key)
        if self.during is not None:
            await self.during(len(self.deliveries))
        for parcel in parcels:
            observer.answered(self.answer(parcel.key))

    async def close(self):
        pass

    @property
    def sent(self) -> int:
        return sum(len(one) for one in self.deliveries)


def accept(key: int) -> Outcome:
    return Outcome(key, Fate.ACCEPTED, 250, "2.0.0", "ok", "body")


def refuse_connection(key: int) -> Outcome:
    return Outcome(key, Fate.NOT_BEGUN, 0, "", "connection refused", "connect")


class Bench:
    """A sender on clocks of its own, whose only way out is scripted.

    Pauses of its loop move the clocks, nothing waits.
    """

    def __init__(self, monkeypatch, *, worker: str = "w") -> None:
        self.clocks = Clocks()
        self.transport = Scripted()
        self.stop = StopSignal()
        self.sender = Sender(
            home=settings.HOME,
            worker=worker,
            schedule=SCHEDULE,
            helo="esmero.test",
            now=self.clocks.now,
            monotonic=self.clocks.monotonic,
            rate_now=self.clocks.now,
        )

        async def pause(awake: asyncio.Event, seconds: float) -> None:
            self.clocks.advance(seconds)

        monkeypatch.setattr(sender, "open_transport", lambda relay, *, helo, in_thread: self.transport)
        monkeypatch.setattr(sender, "_pause", pause)

    def run(self, *, until_idle: bool = True) -> None:
        asyncio.run(self.sender.run(self.stop, until_idle=until_idle))

    async def in_thread(self, work: Any) -> Any:
        """Work on the database as the sender does: in its own thread."""
        return await self.sender._in_thread(work)

    async def until(self, condition: Any) -> None:
        """Let the sender's loop go round until `condition` holds; a sender that never comes to it is a fault."""
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110 - a loop that goes round without waiting is what is looked on
                await asyncio.sleep(0)


def withdraw_all(at: datetime) -> None:
    Permission.objects.update(withdrawn_at=at)
