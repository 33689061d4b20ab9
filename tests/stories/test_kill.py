"""Kill the sender at any moment: nobody is lost, nobody gets it twice, and the few in doubt are named."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sink import open_sink

KILLS = 5
NUMBER = 10_000
SCRIPT = Path(__file__).parent / "kill_house.py"
ROOT = Path(__file__).resolve().parents[2]


def run(home, act, *rest):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ESMERO_DATABASE_URL": ""}
    command = [sys.executable, str(SCRIPT), act, str(home), *map(str, rest)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def states(home):
    database = sqlite3.connect(f"file:{home}/esmero.sqlite3?mode=ro", uri=True)
    try:
        return database.execute("SELECT address, state FROM esmero_message").fetchall()
    finally:
        database.close()


def await_progress(worker, home, at_least):
    """Wait until so many messages have left (or the worker has ended); progress is the clock, not seconds."""
    while worker.poll() is None:
        if sum(state == "sent" for _, state in states(home)) >= at_least:
            return


@pytest.mark.relay
@pytest.mark.slow
def test_five_kills_lose_nobody_and_write_to_nobody_twice(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    sinkhole = tmp_path / "sink"
    sinkhole.mkdir()
    rng = random.Random(20261124)
    with open_sink(sinkhole) as sink:
        made = run(home, "make", sink.port, NUMBER)
        assert made.wait() == 0, made.stderr.read().decode()
        begun_unanswered = 0
        for moment in sorted(rng.randrange(0, NUMBER * 8 // 10) for _ in range(KILLS)):
            worker = run(home, "work")
            await_progress(worker, home, moment)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            begun_unanswered += count_begun_unanswered(home)
        last = run(home, "work")
        assert last.wait() == 0, last.stderr.read().decode()
        arrived = sink.recipients()
    found = dict(states(home))
    assert len(found) == NUMBER
    assert set(found.values()) <= {"sent", "doubt"}
    sent = {address for address, state in found.items() if state == "sent"}
    doubts = set(found) - sent
    assert not [address for address in sent if arrived[address] != 1]
    assert not [address for address, times in arrived.items() if times > 1]
    assert set(arrived) <= sent | doubts
    assert len(doubts) <= begun_unanswered
    print(f"{len(doubts)} in doubt of {begun_unanswered} begun and unanswered at {KILLS} kills")


def count_begun_unanswered(home):
    """Read the journals as a stranger would: b lines without an a or o line."""
    open_ = 0
    for journal in (home / "journals" / "w").glob("*.journal"):
        begun, answered = set(), set()
        for line in journal.read_bytes().rstrip(b"\0").decode().splitlines():
            (begun if line[0] == "b" and not line.startswith("boot") else answered if line[0] in "ao" else set()).add(
                line[1:].split()[0]
            )
        open_ += len(begun - answered)
    return open_
