"""A print batch outlives its worker: killed after each step, no letter is lost, and none is in two batches."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from esmero.mailroom.sending import print_batches
from esmero.outbox.models import Message, PrintBatch
from esmero.vault.files import read
from tests.house_facts import build_house
from tests.letters import add_neighbours, make_batch, write_letters
from tests.printed import read_pages

# Each costs a start of the program; the other steps are tried in one process by test_print_batches.py.
STEPS = ("print_letters", "mark_printed")
if os.environ.get("SIZE") == "full":
    STEPS = ("claim_messages", "save_progress", "ask_gate", "print_letters", "seal", "mark_printed")
SCRIPT = Path(__file__).parent / "killed_printer.py"
ROOT = Path(__file__).resolve().parents[3]
pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def print_in_another_process(batch, step):
    code = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, str(SCRIPT), str(connection.settings_dict["NAME"]), str(batch.pk), step]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": code}, stdin=subprocess.DEVNULL, check=False)


def test_killed_after_each_step_it_prints_each_letter_once():
    house = build_house(kind="capture")
    letters = write_letters(house, add_neighbours(house, 25))
    batch = print_batches.request_batch(house.brand, both_sides=False, by="test")
    for step in STEPS:
        assert print_in_another_process(batch, step).returncode == -signal.SIGKILL, step
        assert set(Message.objects.values_list("state", flat=True)) <= {"planned", "claimed"}, step
        assert PrintBatch.objects.get().state == "making", step
    assert print_in_another_process(batch, "").returncode == 0
    batch.refresh_from_db()
    assert (batch.state, batch.letters) == ("printed", 25)
    assert {one.print_batch_id for one in Message.objects.filter(state="printed")} == {batch.pk}
    seen = "".join(read_pages(read(batch.pdf)))
    assert seen.count("Buenos días:") == len(letters)
    assert make_batch(house).state == "empty"
