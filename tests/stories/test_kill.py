"""Kill the worker at any moment.

Nobody is lost, nobody gets it twice, the few in doubt are named, and the house goes on.
"""

import os
import random
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.foundation import lay
from tests.postfix import wait_for
from tests.sink import free_port, open_sink
from tests.stories.houses import OwnHouse, once

FULL = os.environ.get("SIZE") == "full"
KILLS, NUMBER = (5, 10_000) if FULL else (3, 3_000)
SCRIPT = Path(__file__).parent / "kill_house.py"
REST = ("sent", "doubt", "refused", "gave-up", "cancelled")
pytestmark = [pytest.mark.relay, pytest.mark.slow, once]


@pytest.fixture
def sink(tmp_path):
    folder = tmp_path / "sink"
    folder.mkdir()
    with open_sink(folder) as running:
        yield running


def make_house(home, *, of, port, number):
    lay(home, of=of)
    house = OwnHouse(home, web_port=free_port(), inbound_port=free_port(), worker_name="w")
    command = [sys.executable, str(SCRIPT), str(home), str(port), str(number)]
    subprocess.run(command, env=house.environment, check=True, stdin=subprocess.DEVNULL)
    return house


@contextmanager
def serving(house, log):
    """Run the whole house; give the process that watches over the others."""
    process = house.start("serve", log=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def states(house):
    return dict(house.ask("SELECT address, state FROM esmero_message"))


def count(house, *of):
    """Count the messages in these states."""
    marks = ", ".join(f"'{state}'" for state in of)
    return house.ask(f"SELECT count(*) FROM esmero_message WHERE state IN ({marks})")[0][0]


def worker_of(log):
    """Give the process that the house says its worker is now; 0 while it says none."""
    found = re.findall(r"worker (?:up|starting) \(process (\d+)\)", log.read_text())
    return int(found[-1]) if found else 0


def kill_worker(serve, log, house):
    """Kill the worker while the house is held still, and count what its journals say was begun and not answered."""
    serve.send_signal(signal.SIGSTOP)
    pid = worker_of(log)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: is_dead(pid), what="the worker is dead")
    begun = count_begun_unanswered(house.home)
    serve.send_signal(signal.SIGCONT)
    wait_for(lambda: worker_of(log) not in {0, pid}, what="another worker is there")
    return begun


def is_dead(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


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


def test_kills_lose_nobody_and_write_to_nobody_twice(tmp_path, sink, foundation):
    house, log = make_house(tmp_path / "home", of=foundation, port=sink.port, number=NUMBER), tmp_path / "log"
    rng = random.Random(20261124)
    moments = sorted(rng.randrange(0, NUMBER * 8 // 10) for _ in range(KILLS))
    begun_unanswered = 0
    with serving(house, log) as serve:
        wait_for(lambda: worker_of(log) > 0, what="the worker is there")
        for moment in moments:
            reached = lambda moment=moment: count(house, "sent") >= moment  # noqa: E731
            wait_for(reached, what=f"{moment} are sent", progress=lambda: count(house, "sent"))
            begun_unanswered += kill_worker(serve, log, house)
        over = lambda: count(house, *REST)  # noqa: E731
        wait_for(lambda: over() == NUMBER, what="nobody waits any more", progress=over)
        arrived = sink.recipients()
    found = states(house)
    assert len(found) == NUMBER
    assert set(found.values()) <= {"sent", "doubt"}
    sent = {address for address, state in found.items() if state == "sent"}
    doubts = set(found) - sent
    assert not [address for address in sent if arrived[address] != 1]
    assert not [address for address, times in arrived.items() if times > 1]
    assert set(arrived) <= sent | doubts
    assert len(doubts) <= begun_unanswered
    assert log.read_text().count("worker was ended by signal 9") == KILLS
    print(f"{len(doubts)} in doubt of {begun_unanswered} begun and unanswered at {KILLS} kills")


@pytest.mark.long
def test_told_to_end_it_finishes_what_is_on_the_wire_and_leaves_no_doubt(tmp_path, sink, foundation):
    number = 3_000
    house, log = make_house(tmp_path / "home", of=foundation, port=sink.port, number=number), tmp_path / "log"
    with serving(house, log):
        wait_for(lambda: count(house, "sent") > 500, what="it sends", progress=lambda: count(house, "sent"))
    found = list(states(house).values())
    assert set(found) <= {"sent", "planned"}, "nothing is on the wire, claimed or in doubt"
    assert 500 < found.count("sent") < number, "it was told in the middle"
    assert sink.recipients().total() == found.count("sent")
    assert not list((house.home / "journals" / "w").glob("*.journal"))
    with serving(house, log):
        wait_for(lambda: count(house, "sent") == number, what="all are sent", progress=lambda: count(house, "sent"))
    assert set(sink.recipients().values()) == {1}
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(house.environment["ESMERO_WEB_PORT"])))
