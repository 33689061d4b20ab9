"""Supervise the processes of `esmero serve` (web, worker, listener) and restart each one that exits.

Each child has its own process group, so that the processes which a killed child left behind (those of the web server)
are killed before its successor starts. Children end with this process, also when it is killed.
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from esmero.refusal import Refusal
from esmero.work.stop_signal import StopSignal, wait_readable

POLL_INTERVAL = 0.1  # seconds between two checks of children that start
LONGEST_WAIT = 60.0  # seconds between two checks of children that are up; their exit is noticed at once
STEADY_UPTIME = 10.0  # seconds; a child that ran so long is restarted at once
RESTART_DELAYS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)  # seconds, by the number of quick exits before
SHUTDOWN_TIMEOUT = 40.0  # seconds; a child that has not drained by then is killed
PARENT_VARIABLE = "ESMERO_PARENT"  # process id of the parent that a child ends with


@dataclass
class ChildProcess:
    """Describe a supervised process: its `esmero` arguments, and the (host, port), if any, that it listens on."""

    name: str
    arguments: Sequence[str]
    address: tuple[str, int] | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    quick_exits: int = 0
    is_up: bool = field(default=False)
    exit_descriptor: int = -1  # readable when the process has ended; -1 where the system has none (Linux: pidfd_open)


class ProcessTree:
    """Supervise ChildProcesses; call `say` with one line whenever the health of one changes."""

    def __init__(self, children: Sequence[ChildProcess], *, say: Callable[[str], None]) -> None:
        self.children = list(children)
        self._say = say

    def start(self) -> None:
        """Start all child processes."""
        for child in self.children:
            self._start(child)

    def watch(self, stop: StopSignal) -> None:
        """Restart children that exit until `stop` is set, then end all."""
        try:
            while not stop.is_set():
                descriptors = [child.exit_descriptor for child in self.children if child.exit_descriptor >= 0]
                wait_readable(stop.fileno(), *descriptors, seconds=self._seconds_to_wait())
                changed = [self._update(child) for child in self.children] if not stop.is_set() else []
                if any(changed):
                    self._say(self.health())
        finally:
            self.end()

    def _seconds_to_wait(self) -> float:
        is_settled = all(child.is_up and child.exit_descriptor >= 0 for child in self.children)
        return LONGEST_WAIT if is_settled else POLL_INTERVAL

    def health(self) -> str:
        """Return one line: each child, its process id and whether it is up."""
        return " · ".join(
            f"{child.name} {'up' if child.is_up else 'starting'}"
            + (f" (process {child.process.pid})" if child.process else "")
            for child in self.children
        )

    def end(self) -> None:
        """Send SIGTERM to all children, wait for them to drain, and kill those that exceed SHUTDOWN_TIMEOUT."""
        alive = [child for child in self.children if child.process is not None]
        for child in alive:
            # Only the leader: the web server ends its own processes in order.
            _signal_group(child, signal.SIGTERM, leader_only=True)
        deadline = time.monotonic() + SHUTDOWN_TIMEOUT
        for child in alive:
            assert child.process is not None
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            _signal_group(child, signal.SIGKILL)
            child.process.wait()
            _forget_process(child)

    def _start(self, child: ChildProcess) -> None:
        child.started_at = time.monotonic()
        child.is_up = False
        child.process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, "-m", "esmero", *child.arguments],
            env={**os.environ, PARENT_VARIABLE: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        with contextlib.suppress(AttributeError, OSError):  # not Linux, or a container that forbids it
            child.exit_descriptor = os.pidfd_open(child.process.pid)

    def _update(self, child: ChildProcess) -> bool:
        """Update the state of a child, restart it when due; return True if its health changed."""
        if child.process is None:
            if time.monotonic() < child.start_at:
                return False
            self._start(child)
            return True
        code = child.process.poll()
        if code is not None:
            self._record_exit(child, code)
            return True
        if not child.is_up:
            child.is_up = (
                _accepts_connections(child.address) if child.address else time.monotonic() - child.started_at > 1
            )
            return child.is_up
        return False

    def _record_exit(self, child: ChildProcess, code: int) -> None:
        uptime = time.monotonic() - child.started_at
        if uptime > STEADY_UPTIME:
            child.quick_exits = 0
        pause = RESTART_DELAYS[min(child.quick_exits, len(RESTART_DELAYS) - 1)]
        child.quick_exits += 1
        _signal_group(child, signal.SIGKILL)
        _forget_process(child)
        child.start_at = time.monotonic() + pause
        outcome = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        self._say(f"{child.name} {outcome}; it starts again {f'in {pause:g} s' if pause else 'at once'}")


def _signal_group(child: ChildProcess, number: int, *, leader_only: bool = False) -> None:
    assert child.process is not None
    with contextlib.suppress(ProcessLookupError):
        if leader_only:
            child.process.send_signal(number)
        else:
            os.killpg(child.process.pid, number)


def _forget_process(child: ChildProcess) -> None:
    child.process, child.is_up = None, False
    if child.exit_descriptor >= 0:
        os.close(child.exit_descriptor)
        child.exit_descriptor = -1


def _accepts_connections(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=0.2).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def hold_serve_lock(home: Path) -> Iterator[None]:
    """Hold the lock of the home folder; raise Refusal with the process id if another process tree holds it."""
    path = home / "serve.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            holder = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
            raise Refusal("house-served-already", home=str(home), process=holder) from taken
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode("ascii"))
        yield
    finally:
        os.close(handle)


def stop_on_signals() -> StopSignal:
    """Return a stop signal that SIGTERM and SIGINT set."""
    stop = StopSignal()

    def end(number: int, frame: object) -> None:  # noqa: ARG001
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return stop
