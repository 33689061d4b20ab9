"""Tell threads, event loops and signal handlers of one process to stop, without polling."""

import contextlib
import math
import os
import select
import weakref


class StopSignal:
    """Hold a flag that is set once and that wakes every waiter.

    Like `threading.Event`, with two differences: its file descriptor becomes readable and stays so, so that a thread
    can wait for it together with other descriptors; and `set` takes no lock, so that a signal handler may call it while
    the same thread waits.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._reading, self._writing = os.pipe()
        weakref.finalize(self, _close, self._reading, self._writing)

    def set(self) -> None:
        """Set the flag and wake all waiters."""
        if not self._is_set:
            self._is_set = True
            with contextlib.suppress(OSError):
                os.write(self._writing, b".")  # nobody reads it, so the descriptor stays readable

    def is_set(self) -> bool:
        """Return whether the flag is set."""
        return self._is_set

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the flag is set, at most so many seconds; return whether it is set."""
        if not self._is_set:
            wait_readable(self._reading, seconds=seconds)
        return self._is_set

    def fileno(self) -> int:
        """Return the descriptor that is readable once the flag is set."""
        return self._reading


def wait_readable(*descriptors: int, seconds: float | None) -> set[int]:
    """Wait until one of the descriptors is readable, at most so many seconds; return those that are.

    `poll`, because `select` takes no descriptor above 1023.
    """
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    milliseconds = None if seconds is None else max(0, math.ceil(seconds * 1000))
    return {descriptor for descriptor, _event in poll.poll(milliseconds)}


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)
