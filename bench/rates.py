"""A relay's rate over several sending processes on PostgreSQL: together it holds, and none starves another.

Alone: `python -m bench.rates [SECONDS]`. Every process sends to the sink of this one, which tells them apart by the
name they say in EHLO. What arrives in the first five seconds is not counted: a second's tokens leave at once. The bar
is 2 % for all together and 60 % of an equal share for each.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from bench.figures import show, tell
from bench.house import open_house
from bench.sending import fill
from bench.sink import free_port

PER_SECOND = 20
PROCESSES = 2
SETTLING = 5.0
SECONDS = 120.0
STARTING = 60.0


class Sink:
    """Accepts everything, and notes who brought it and when."""

    def __init__(self) -> None:
        self.arrived: list[tuple[float, str]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
        self.arrived.append((time.monotonic(), session.host_name))
        return "250 2.0.0 OK"


def run(*, seconds: float) -> bool:
    """Send for so long from several processes; show how far off the rate is, and the least share."""
    os.environ["POSTGRES"] = "1"
    home = open_house()
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        fill(int(PER_SECOND * (seconds + SETTLING) * 1.2) + 500, port=controller.port)
        from esmero.outbox.models import Relay

        Relay.objects.update(per_second=PER_SECOND)
        names = [f"process-{number + 1}" for number in range(PROCESSES)]
        begin = _send(home, names, sink=sink, seconds=seconds)
    finally:
        controller.stop()
    counted = dict.fromkeys(names, 0)
    for at, name in sink.arrived:
        if begin <= at < begin + seconds:
            counted[name] += 1
    total = sum(counted.values())
    for name, number in counted.items():
        tell(f"rate, messages of {name} in {seconds:.0f} s", number, unit="")
    tell(f"rate, messages of all in {seconds:.0f} s at {PER_SECOND}/s", total, unit="")
    off = abs(total / (PER_SECOND * seconds) - 1)
    least = min(counted.values()) / max(total, 1)
    met = show("rate, all together off by", 1_000 * off, bar=20, unit="‰", at_most=True)
    return show("rate, the least of a process", 100 * least, bar=60 / PROCESSES, unit="%") and met


def _send(home: Path, names: Sequence[str], *, sink: Sink, seconds: float) -> float:
    """Let the processes send; return when the counted time began."""
    command = [sys.executable, "-m", "bench.rates", "send", str(home)]
    processes = [subprocess.Popen([*command, name]) for name in names]
    try:
        deadline = time.monotonic() + STARTING
        while {name for _, name in sink.arrived} != set(names):
            if time.monotonic() > deadline or any(one.poll() is not None for one in processes):
                raise SystemExit("rates: a sending process did not begin")
            time.sleep(0.05)
        begin = time.monotonic() + SETTLING
        time.sleep(SETTLING + seconds)
    finally:
        for one in processes:
            one.send_signal(signal.SIGTERM)
        for one in processes:
            one.wait(60)
    return begin


def send(home: Path, *, name: str) -> None:
    """Be one of the processes, until told to end."""
    os.environ["ESMERO_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esmero.settings")
    import django

    django.setup()
    from esmero.mailroom.sending.sender import Sender
    from esmero.outbox.retry_schedule import RetrySchedule
    from esmero.rounds.worker import run_sender
    from esmero.work.stop_signal import StopSignal

    stop = StopSignal()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_sender(Sender(home=home, worker=name, schedule=RetrySchedule(()), helo=name), stop=stop)


if __name__ == "__main__":
    if sys.argv[1:2] == ["send"]:
        send(Path(sys.argv[2]), name=sys.argv[3])
        sys.exit(0)
    sys.exit(0 if run(seconds=float(sys.argv[1]) if sys.argv[1:] else SECONDS) else 1)
