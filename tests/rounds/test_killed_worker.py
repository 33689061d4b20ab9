"""Happenings outlive their worker: each function has each exactly once in effect."""

import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction

from esmero.house.happenings import PersonErased, happen_all
from esmero.house.models import AuditEntry, HappeningDelivery
from tests.postfix import wait_for

NUMBER = 10_000 if os.environ.get("SIZE") == "full" else 300
CHUNK = 100
SCRIPT = Path(__file__).parent / "killed_worker.py"
ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@contextmanager
def working():
    code = f"{ROOT}{os.pathsep}{ROOT / 'src'}"
    command = [sys.executable, str(SCRIPT), str(connection.settings_dict["NAME"])]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": code}, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def effects(name):
    return AuditEntry.objects.filter(action=name).count()


def reach(name, number, process):
    def has_reached():
        assert process.poll() is None, "the worker ended by itself"
        return effects(name) >= number

    wait_for(has_reached, what=f"{number} effects of {name}", progress=lambda: effects(name))


def test_each_function_has_each_happening_once_in_effect_though_it_fails_and_its_worker_is_killed():
    for start in range(0, NUMBER, CHUNK):
        with transaction.atomic():
            happen_all(PersonErased(person_id=number) for number in range(start, start + CHUNK))
    for moment in (NUMBER // 5, NUMBER // 2):
        with working() as process:
            reach("shaky", moment, process)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(60)
    assert effects("shaky") < NUMBER, "it was killed in the middle"
    with working() as process:
        reach("shaky", NUMBER, process)
        reach("steady", NUMBER, process)
        with transaction.atomic():
            happen_all([PersonErased(person_id=NUMBER)])  # it sleeps by now, and is woken
        reach("shaky", NUMBER + 1, process)
        reach("steady", NUMBER + 1, process)
    for name in ("shaky", "steady"):
        found = Counter(AuditEntry.objects.filter(action=name).values_list("subject_id", flat=True))
        assert found == Counter(range(NUMBER + 1)), name
    assert not HappeningDelivery.objects.filter(done_at=None).exists()
    print(f"{HappeningDelivery.objects.filter(tries__gt=0).count()} of {2 * NUMBER + 2} deliveries failed first")
