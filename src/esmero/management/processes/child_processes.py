"""End child processes when their parent ends, even by SIGKILL (Linux: prctl PR_SET_PDEATHSIG)."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, *, by: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when `parent` ends; end at once if it has ended already."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, by, 0, 0, 0)
    # The parent may have ended before prctl was called; then the kernel sends nothing.
    if os.getppid() != parent:
        os.kill(os.getpid(), by)
