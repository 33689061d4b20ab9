"""From what happened to its effect: the delay of a reaction, and how many a worker carries out.

Alone: `python -m bench.happenings [NUMBER] [--postgres]`. A worker in a process of its own (the real one; its table has
one function, which writes one row a happening) first sleeps while single happenings come, a few a second; then this
process writes as fast as it can, a thousand transactions with one each, while a second writer keeps the database busy
with as many rows as imports write; then NUMBER are written at once. The delay is from the commit of the happening to
the call of the function.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bench.figures import show, tell
from bench.house import open_house

NUMBER = 10_000
SINGLE, LOADED = 50, 1_000
PATIENCE = 120.0
BAR = 2_000  # milliseconds


def run(*, number: int) -> bool:
    """Measure the three; show the delays and the rate."""
    home = open_house()
    from esmero.house.models import AuditEntry

    command = [sys.executable, "-m", "bench.happenings", "work", str(home)]
    process = subprocess.Popen(command, env={**os.environ, "ESMERO_HOME": str(home)})
    try:
        _write([0])
        _wait(1)
        begun: dict[int, float] = {}
        for one in range(1, SINGLE + 1):
            _write([one])
            begun[one] = time.time()
            time.sleep(0.05)
        _wait(SINGLE + 1)
        met = _show("idle", begun)
        begun = {}
        stop = threading.Event()
        load = threading.Thread(target=_load, args=(stop,))
        load.start()
        first = SINGLE + 1
        for one in range(first, first + LOADED):
            _write([one])
            begun[one] = time.time()
        _wait(first + LOADED)
        stop.set()
        load.join()
        met = _show("loaded", begun) and met
        first += LOADED
        start = time.perf_counter()
        for chunk in range(0, number, 500):
            _write(range(first + chunk, first + min(chunk + 500, number)))
        _wait(first + number)
        tell("happenings, written and reacted to, each second", number / (time.perf_counter() - start), unit="/s")
        effects = AuditEntry.objects.filter(action="effect")
        assert effects.values("subject_id").distinct().count() == effects.count() == first + number
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    return met


def _write(ids: "range | list[int]") -> None:
    from django.db import transaction

    from esmero.house.happenings import PersonErased, happen_all

    with transaction.atomic():
        happen_all(PersonErased(person_id=one) for one in ids)


def _wait(number: int) -> None:
    from esmero.house.models import AuditEntry

    deadline = time.monotonic() + PATIENCE
    while AuditEntry.objects.filter(action="effect").count() < number:
        if time.monotonic() > deadline:
            raise SystemExit("happenings: the worker does not react")
        time.sleep(0.02)


def _load(stop: threading.Event) -> None:
    """Write 500 rows a transaction, with the pause that jobs make, as an import does."""
    from django.db import connections, transaction

    from esmero.house.models import AuditEntry
    from esmero.work.jobs import CHUNK_PAUSE

    while not stop.wait(CHUNK_PAUSE):
        with transaction.atomic():
            AuditEntry.objects.bulk_create(AuditEntry(action="load", facts={"n": n}) for n in range(500))
    connections.close_all()


def _show(what: str, begun: dict[int, float]) -> bool:
    from esmero.house.models import AuditEntry

    rows = AuditEntry.objects.filter(action="effect", subject_id__in=list(begun)).values_list("subject_id", "facts")
    delays = sorted(1000 * (facts["at"] - begun[one]) for one, facts in rows if one is not None)
    tell(f"happenings, {what}: median delay", delays[len(delays) // 2], unit="ms")
    late = delays[len(delays) * 95 // 100]
    return show(f"happenings, {what}: 95th percentile", late, bar=BAR, unit="ms", at_most=True)


def work(home: Path) -> None:
    """Be the worker, until told to end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esmero.settings")
    import django

    django.setup()
    from esmero.house.happenings import PersonErased
    from esmero.house.models import AuditEntry
    from esmero.management.processes.process_tree import stop_on_signals
    from esmero.rounds.reactions import react
    from esmero.rounds.worker import run_worker

    def note(happened: Sequence[PersonErased]) -> None:
        at = time.time()
        AuditEntry.objects.bulk_create(
            AuditEntry(action="effect", subject_id=one.person_id, facts={"at": at}) for one in happened
        )

    reactions = [react(PersonErased, name="note", run=note)]
    run_worker(home=home, worker="bench", stop=stop_on_signals(), reactions=reactions)


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(Path(sys.argv[2]))
        sys.exit(0)
    if "--postgres" in sys.argv:
        os.environ["POSTGRES"] = "1"
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    sys.exit(0 if run(number=int(wanted[0]) if wanted else NUMBER) else 1)
