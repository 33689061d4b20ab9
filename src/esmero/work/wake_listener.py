"""Receive wake-ups of a process on one thread and hand them to its sleepers."""

import contextlib
import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.db import Error, connection, connections

from esmero.work.stop_signal import StopSignal, wait_readable
from esmero.work.wakeups import ALL, CHANNEL, LOOK_EVERY, UNHEARD, Sleeper, pipe_folder

log = logging.getLogger(__name__)

RECONNECT_AFTER = 5.0  # seconds
CHECK_EVERY = 60.0  # seconds after which a silent connection is tried
CAPACITY = 4096  # octets read at once; a pipe that holds as many may have refused more


class WakeListener:
    """Listen in a thread of its own while the `with` block lasts.

    On PostgreSQL it holds one connection that LISTENs. Through PgBouncer in transaction mode nothing arrives on it;
    then sleepers look every LOOK_EVERY seconds.
    """

    def __init__(self, sleepers: Sequence[Sleeper]) -> None:
        self._sleepers = sleepers
        self._stop = StopSignal()
        self._thread = threading.Thread(target=self._run, name="wake-ups", daemon=True)
        self.is_listening = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        for sleeper in self._sleepers:
            sleeper.close()

    def _run(self) -> None:
        try:
            with _Pipe(pipe_folder()) as pipe:
                while not self._stop.is_set():
                    try:
                        self._listen(pipe)
                    except (Error, OSError) as trouble:
                        log.warning("wake-ups of the database are not heard: %s", trouble)
                        self._set_longest(UNHEARD)
                    connection.close()
                    self._stop.wait(RECONNECT_AFTER)
        except OSError as trouble:  # a folder that takes no named pipes
            log.warning("wake-ups cannot be received, so this process looks for work every second: %s", trouble)
        finally:
            self._set_longest(UNHEARD)
            connections.close_all()

    def _listen(self, pipe: "_Pipe") -> None:
        """Listen until the stop signal, or until the connection to the database breaks."""
        raw = _listen_to_database() if connection.vendor == "postgresql" else None
        self._set_longest(LOOK_EVERY)
        self._note(ALL)  # what was sent before is lost
        self.is_listening.set()
        descriptors = [self._stop.fileno(), pipe.fileno(), *([raw.fileno()] if raw is not None else [])]
        while not self._stop.is_set():
            readable = wait_readable(*descriptors, seconds=CHECK_EVERY if raw is not None else None)
            if pipe.fileno() in readable:
                self._note(*pipe.read())
            if raw is not None:
                with connection.wrap_database_errors:  # the driver's own are not Django's
                    if raw.fileno() in readable:
                        self._note(*_read_notifications(raw))
                    elif not readable:
                        raw.execute("SELECT 1")  # raises if the server went without a word
                        self._note(ALL)  # the driver keeps to itself what arrived meanwhile

    def _note(self, *topics: str) -> None:
        for topic in dict.fromkeys(topics):  # in the order in which they came
            for sleeper in self._sleepers:
                sleeper.note(topic)

    def _set_longest(self, seconds: float) -> None:
        for sleeper in self._sleepers:
            sleeper.longest = seconds


def _listen_to_database() -> Any:
    """Open a connection that LISTENs and return the driver's own object."""
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    return connection.connection


def _read_notifications(raw: Any) -> list[str]:
    """Return the topics that arrived. Not by psycopg's `notifies()`: it wakes ten times a second."""
    raw.pgconn.consume_input()
    topics = []
    while (notification := raw.pgconn.notifies()) is not None:
        topics.append(notification.extra.decode("ascii", "replace"))
    return topics


class _Pipe:
    """Hold a named pipe in a folder: `with` creates, opens and deletes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"{os.getpid()}-{os.urandom(4).hex()}"
        self._reading = self._writing = -1

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Renamed when it is open: a writer deletes pipes that nobody reads.
        hidden = self._path.with_name(f".{self._path.name}")
        os.mkfifo(hidden, 0o600)
        try:
            self._reading = os.open(hidden, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            # A writer of our own, so that the pipe does not end when the last other writer closes it.
            self._writing = os.open(hidden, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            hidden.rename(self._path)
        except OSError:
            hidden.unlink(missing_ok=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._path.unlink(missing_ok=True)
        os.close(self._reading)
        os.close(self._writing)

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return self._reading

    def read(self) -> list[str]:
        """Return the topics in the pipe."""
        content = b""
        with contextlib.suppress(BlockingIOError):
            content = os.read(self._reading, CAPACITY)
        topics = content.decode("ascii", "replace").split("\n")
        return [ALL] if len(content) == CAPACITY else [topic for topic in topics if topic]
