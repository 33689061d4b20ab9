"""One process tree a house; and a second worker of one name is refused before it touches a row."""

import os

import pytest

from esmero.management.processes.process_tree import RESTART_DELAYS, ChildProcess, ProcessTree, hold_serve_lock
from esmero.refusal import Refusal
from tests.postfix import wait_for


def test_a_second_tree_over_the_same_house_is_refused_with_the_number_of_the_first(tmp_path):
    with hold_serve_lock(tmp_path):
        with (
            pytest.raises(Refusal, match=rf'^house-served-already .*"{tmp_path}".*"{os.getpid()}"'),
            hold_serve_lock(tmp_path),
        ):
            pass
        with hold_serve_lock(tmp_path.parent):
            pass
    with hold_serve_lock(tmp_path):
        pass


def test_a_child_that_dies_again_and_again_is_started_with_growing_pauses_and_said():
    said = []
    tree = ProcessTree([ChildProcess("broken", ("no-such-command",))], say=said.append)
    tree.start()
    child = tree.children[0]

    def has_died_three_times():
        tree._update(child)
        return child.quick_exits >= 3

    try:
        wait_for(has_died_three_times, what="it died three times", progress=lambda: child.quick_exits)
    finally:
        tree.end()
    assert child.process is None
    told = [line for line in said if line.startswith("broken ended with 2")]
    assert [line.rpartition("again ")[2] for line in told[:3]] == [
        "at once",
        f"in {RESTART_DELAYS[1]:g} s",
        f"in {RESTART_DELAYS[2]:g} s",
    ]
