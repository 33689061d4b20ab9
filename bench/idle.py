"""What a house costs that has nothing to do: the processor time of all its processes.

Alone: `python -m bench.idle [SECONDS] [--empty] [--postgres]`. Starts the demo (or with `--empty` a house without
people) in a folder of its own, waits until it has settled, and sums what the kernel counted for each process of the
tree over five minutes, or so many seconds. The bar is one per cent of a processor for all together.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import show, tell
from bench.house import serve_postgres
from bench.sink import free_port

SECONDS = 300.0
STARTING = 300.0  # seconds that the start may take
SETTLED, LOOK, LONGEST = 0.01, 5.0, 180.0  # so little of a processor for so many seconds; given up after so many
TICKS = os.sysconf("SC_CLK_TCK")


def run(*, seconds: float, empty: bool) -> bool:
    """Start the house, wait, measure and end it; show the share of each process and of all."""
    home = Path(tempfile.mkdtemp(prefix="esmero-idle-"))
    try:
        serve_postgres(home)
        log = home / "idle.log"
        process = _start(home, log=log, empty=empty)
        try:
            _wait_until_settled(process, log=log, mark="web up" if empty else "log-ins")
            before, begun = _read_times(process.pid), time.monotonic()
            time.sleep(seconds)
            after, passed = _read_times(process.pid), time.monotonic() - begun
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    shares = {name: 100 * (spent - before.get(name, 0.0)) / passed for name, spent in after.items()}
    house = "an empty house" if empty else "the demo"
    for (pid, words), share in sorted(shares.items()):
        tell(f"idle, {words} (process {pid}), hundredths of a per cent", 100 * share, unit="")
    total = 100 * sum(shares.values())
    return show(f"idle, all of {house}, hundredths of a per cent", total, bar=100, unit="", at_most=True)


def _start(home: Path, *, log: Path, empty: bool) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "ESMERO_HOME": str(home),
        "ESMERO_WEB_PORT": str(free_port()),
        "ESMERO_INBOUND_PORT": str(free_port()),
    }
    esmero = [sys.executable, "-m", "esmero"]
    if empty:
        subprocess.run([*esmero, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
    with log.open("wb") as file:
        return subprocess.Popen(
            [*esmero, "serve" if empty else "demo"], env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )


def _wait_until_settled(process: "subprocess.Popen[bytes]", *, log: Path, mark: str) -> None:
    """Wait for a word in what the house says, and then until its processes rest."""
    deadline = time.monotonic() + STARTING
    while mark not in log.read_text(errors="replace"):
        if time.monotonic() > deadline or process.poll() is not None:
            raise SystemExit(f"idle: the house did not start\n{log.read_text(errors='replace')}")
        time.sleep(0.2)
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        before = _read_times(process.pid)
        time.sleep(LOOK)
        if sum(_read_times(process.pid).values()) - sum(before.values()) < SETTLED * LOOK:
            return


def _read_times(root: int) -> dict[tuple[int, str], float]:
    """Return the processor seconds (user and system) of a process and all below it, by (id, what it is)."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        # proc(5): after the name come state, parent, …; utime and stime are the 14th and 15th of the line.
        parents[int(folder.name)] = int(fields[1])
        spent[int(folder.name)] = (int(fields[11]) + int(fields[12])) / TICKS
    tree = {root}
    while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return {(pid, _name(pid)): spent[pid] for pid in tree if pid in spent}


def _name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "ended"
    return " ".join(words[words.index("esmero") + 1 :]).strip() if "esmero" in words else words[0]


if __name__ == "__main__":
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    if "--postgres" in sys.argv:
        os.environ["POSTGRES"] = "1"
    sys.exit(0 if run(seconds=float(wanted[0]) if wanted else SECONDS, empty="--empty" in sys.argv) else 1)
