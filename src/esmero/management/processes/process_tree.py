"""The process tree of `esmero serve`: web, worker, listener; each is started again when it dies.

Each child has a process group of its own, so that what a killed child left behind (the web server's own processes) is
ended before the next takes its place. Children die with this process, also when it is killed.
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from esmero.management.command import CommandFault

LOOK = 0.1  # seconds between two looks at the children
STEADY = 10.0  # a child that lived so long is started again at once
BACK_OFF = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
GRACE = 40.0  # seconds to drain before a child is killed
PARENT = "ESMERO_PARENT"  # tells a child whose death it follows


@dataclass
class Child:
    """One process to keep alive: the arguments of `esmero`, and the (host, port) that shows that it is up, if any."""

    name: str
    arguments: Sequence[str]
    door: tuple[str, int] | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    deaths: int = 0
    is_up: bool = field(default=False)


class Tree:
    """Children under one roof. `say` gets one line whenever the health of the house changes."""

    def __init__(self, children: Sequence[Child], *, say: Callable[[str], None]) -> None:
        self.children = list(children)
        self._say = say

    def start(self) -> None:
        """Start all children."""
        for child in self.children:
            self._start(child)

    def watch(self, stop: threading.Event) -> None:
        """Keep the children alive until `stop`, then let them drain."""
        try:
            while not stop.wait(LOOK):
                changed = [self._look(child) for child in self.children]
                if any(changed):
                    self._say(self.health())
        finally:
            self.end()

    def health(self) -> str:
        """Return one line: each child, its process and whether it is up."""
        return " · ".join(
            f"{child.name} {'up' if child.is_up else 'starting'}"
            + (f" (process {child.process.pid})" if child.process else "")
            for child in self.children
        )

    def end(self) -> None:
        """Tell all children to finish, wait, and kill what does not."""
        alive = [child for child in self.children if child.process is not None]
        for child in alive:
            _signal_group(child, signal.SIGTERM, leader_only=True)
        deadline = time.monotonic() + GRACE
        for child in alive:
            assert child.process is not None
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            _signal_group(child, signal.SIGKILL)
            child.process.wait()
            child.process = None

    def _start(self, child: Child) -> None:
        child.started_at = time.monotonic()
        child.is_up = False
        child.process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
            [sys.executable, "-m", "esmero", *child.arguments],
            env={**os.environ, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _look(self, child: Child) -> bool:
        """Bring a child forward; True when its health changed."""
        if child.process is None:
            if time.monotonic() < child.start_at:
                return False
            self._start(child)
            return True
        code = child.process.poll()
        if code is not None:
            self._bury(child, code)
            return True
        if not child.is_up:
            child.is_up = _answers(child.door) if child.door else time.monotonic() - child.started_at > 1
            return child.is_up
        return False

    def _bury(self, child: Child, code: int) -> None:
        lived = time.monotonic() - child.started_at
        if lived > STEADY:
            child.deaths = 0
        pause = BACK_OFF[min(child.deaths, len(BACK_OFF) - 1)]
        child.deaths += 1
        _signal_group(child, signal.SIGKILL)
        child.process, child.is_up = None, False
        child.start_at = time.monotonic() + pause
        how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        self._say(f"{child.name} {how}; it starts again {f'in {pause:g} s' if pause else 'at once'}")


def _signal_group(child: Child, number: int, *, leader_only: bool = False) -> None:
    assert child.process is not None
    with contextlib.suppress(ProcessLookupError):
        if leader_only:
            child.process.send_signal(number)
        else:
            os.killpg(child.process.pid, number)


def _answers(door: tuple[str, int]) -> bool:
    try:
        socket.create_connection(door, timeout=0.2).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the house: a second process tree over the same folder is refused with the number of the first."""
    path = home / "serve.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            holder = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
            raise CommandFault(
                f"`esmero serve` runs already for {home} (process {holder}). End that one first, or use another ESMERO_HOME."
            ) from taken
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode("ascii"))
        yield
    finally:
        os.close(handle)


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = threading.Event()

    def end(number: int, frame: object) -> None:  # noqa: ARG001
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return stop
