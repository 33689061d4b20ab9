"""Wake sleeping threads when a row becomes due: `wake` for writers, `Sleeper` for those who wait.

A topic is a table: whoever makes one of its rows due calls `wake` in the same transaction. The wake-up travels by
NOTIFY on PostgreSQL, on SQLite by named pipes of the installation's folder (wake_listener.py receives both). It only
saves time: a sleeper looks for work at the latest after LOOK_EVERY, so a lost one costs seconds and no work.
"""

import contextlib
import errno
import os
import threading
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from esmero.work.stop_signal import StopSignal, wait_readable

LOOK_EVERY = 30.0  # seconds that a sleeper sleeps at most
UNHEARD = 1.0  # the same while wake-ups cannot be received
CHANNEL = "esmero_due"
ALL = "*"  # the topic of a listener that may have missed some
_PIPES = "wakeups"


def topic_of(table: type[Model]) -> str:
    """Return the topic of a table."""
    return table._meta.model_name or ""


def wake(table: type[Model]) -> None:
    """Wake the sleepers of a table when the caller's transaction commits, or now if there is none.

    A second call for one table in one transaction does nothing.
    """
    topic = topic_of(table)
    if not connection.in_atomic_block:
        _send(topic)
    elif not _is_noted(topic):
        # NOTIFY is part of the transaction: sent after the commit, it would cost a transaction of its own.
        if connection.vendor == "postgresql":
            _send(topic)
            transaction.on_commit(partial(_noted, topic))
        else:
            transaction.on_commit(partial(_send, topic))


def wake_here(table: type[Model]) -> None:
    """Wake the sleepers of a table on this machine at once, without the database."""
    write_pipes(pipe_folder(), topic=topic_of(table))


def _noted(topic: str) -> None:
    """Mark in the list of callbacks that the topic was sent; a rollback to a savepoint removes it."""


def _is_noted(topic: str) -> bool:
    current = set(connection.savepoint_ids)
    return any(
        isinstance(callback, partial)
        and callback.func in (_noted, _send)
        and callback.args == (topic,)
        # Noted in a savepoint that may still be rolled back without this call, it does not count.
        and set(savepoints) <= current
        for savepoints, callback, *_ in connection.run_on_commit
    )


def _send(topic: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, topic])
    else:
        write_pipes(pipe_folder(), topic=topic)


def pipe_folder() -> Path:
    """Return the folder of the named pipes, one of each process that listens."""
    return Path(settings.HOME) / _PIPES


def write_pipes(folder: Path, *, topic: str) -> None:
    """Write a topic into each pipe of the folder; delete those whose reader died. Never blocks, never raises."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if not path.name.startswith("."):
                _write_pipe(path, topic)


def _write_pipe(path: Path, topic: str) -> None:
    try:
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as fault:
        if fault.errno == errno.ENXIO:  # nobody has it open for reading
            path.unlink(missing_ok=True)
        return
    try:
        # A full pipe belongs to a reader that will look for everything (wake_listener.py); a broken one has none.
        with contextlib.suppress(OSError):
            os.write(pipe, topic.encode("ascii") + b"\n")
    finally:
        os.close(pipe)


class Sleeper:
    """Wait for wake-ups of some tables; one per thread or event loop.

    First `take`, then look for work, then `wait`: a wake-up during the look ends the wait at once.
    """

    def __init__(self, *tables: type[Model]) -> None:
        self.topics = frozenset(map(topic_of, tables))
        self.longest = UNHEARD  # seconds that a wait lasts at most
        self._pending: set[str] = set()
        self._lock = threading.Lock()
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)

    def note(self, topic: str) -> None:
        """Wake this sleeper if it waits for the topic."""
        if topic not in self.topics and topic != ALL:
            return
        with self._lock:
            if not self._pending and self._writing >= 0:
                os.write(self._writing, b".")
            self._pending.add(topic)

    def take(self) -> set[str]:
        """Return the topics since the last call, and forget them."""
        with self._lock:
            if self._pending:
                os.read(self._reading, 1)
            taken, self._pending = self._pending, set()
        return set(self.topics) if ALL in taken else taken

    def wait(self, stop: StopSignal, *, seconds: float) -> None:
        """Wait for a wake-up or `stop`, at most so many seconds and at most `longest`."""
        wait_readable(self._reading, stop.fileno(), seconds=max(0.0, min(seconds, self.longest)))

    def fileno(self) -> int:
        """Return the descriptor that is readable while a topic is pending."""
        return self._reading

    def close(self) -> None:
        """Close the descriptors."""
        with self._lock:
            os.close(self._reading)
            os.close(self._writing)
            self._reading = self._writing = -1
