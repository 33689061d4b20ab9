"""`make demo` without the installing.

The invented group is seeded, written to and answered for; twice, without harm.
"""

import os
import re
import sqlite3
import subprocess
import sys

import pytest

from tests.sink import free_port
from tests.stories.houses import once

ANSWERS = {"clicked": 18, "replied": 8, "absent": 6, "returned-for-good": 6, "returned-for-now": 4, "complained": 2}


def run_demo(home):
    environment = {
        **os.environ,
        "ESMERO_HOME": str(home),
        "ESMERO_DATABASE_URL": "",
        "ESMERO_WEB_PORT": str(free_port()),
        "ESMERO_INBOUND_PORT": str(free_port()),
    }
    command = [sys.executable, "-m", "esmero", "demo", "--once"]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def count(home, what):
    database = sqlite3.connect(f"file:{home}/esmero.sqlite3?mode=ro", uri=True)
    try:
        return dict(database.execute(what).fetchall())
    finally:
        database.close()


def with_what_is_due(states):
    """What answers gave rise to may still be due when the demo stops; the next run sends it, and nothing twice."""
    return {**states, "sent": states["sent"] + states.get("planned", 0), "planned": 0}


@once
@pytest.mark.slow
def test_the_demo_runs_and_runs_again(tmp_path):
    home = tmp_path / "demo"
    told = run_demo(home)
    assert re.search(r"first mail in the catcher after [\d.]+ s", told)
    assert "trouble" not in told
    states = "SELECT state, count(*) FROM esmero_message GROUP BY 1"
    events = "SELECT kind, count(*) FROM esmero_messageevent GROUP BY 1"
    first = count(home, states)
    caught = count(home, "SELECT 'mails', count(*) FROM esmero_captured")
    assert count(home, events) == ANSWERS
    signs = "SELECT machine, count(*) FROM esmero_messageevent WHERE kind = 'clicked' GROUP BY 1"
    assert count(home, signs) == {"": ANSWERS["clicked"]}  # people's, though all come from this machine
    people = count(home, "SELECT language, count(*) FROM esmero_person GROUP BY 1")
    assert people == {"es": 2000, "fr": 2000, "en": 2000}
    assert first["waiting"] == ANSWERS["returned-for-now"]
    assert first["sent"] + first["waiting"] == caught["mails"]

    first = with_what_is_due(first)

    again = run_demo(home)
    for words in (told, again):
        assert "/console/" in words
        assert len(re.findall(r"^ +\S+@\S+ +(?:owner|manager|agent|reader) ", words, re.MULTILINE)) == 4
    assert "the house is as you left it" in again
    assert "trouble" not in again
    assert with_what_is_due(count(home, states)) == first
    assert count(home, events) == ANSWERS
