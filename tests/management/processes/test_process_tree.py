"""One process tree a house; and a second worker of one name is refused before it touches a row."""

import os

import pytest

from esmero.management.command import CommandFault
from esmero.management.processes.process_tree import BACK_OFF, Child, Tree, only_one
from tests.postfix import wait_for


def test_a_second_tree_over_the_same_house_is_refused_with_the_number_of_the_first(tmp_path):
    with only_one(tmp_path):
        with (
            pytest.raises(CommandFault, match=rf"runs already for {tmp_path} \(process {os.getpid()}\)"),
            only_one(tmp_path),
        ):
            pass
        with only_one(tmp_path.parent):
            pass
    with only_one(tmp_path):
        pass


def test_a_child_that_dies_again_and_again_is_started_with_growing_pauses_and_said():
    said = []
    tree = Tree([Child("broken", ("no-such-command",))], say=said.append)
    tree.start()
    child = tree.children[0]

    def has_died_three_times():
        tree._look(child)
        return child.deaths >= 3

    try:
        wait_for(has_died_three_times, what="it died three times", progress=lambda: child.deaths)
    finally:
        tree.end()
    assert child.process is None
    told = [line for line in said if line.startswith("broken ended with 2")]
    assert [line.rpartition("again ")[2] for line in told[:3]] == [
        "at once",
        f"in {BACK_OFF[1]:g} s",
        f"in {BACK_OFF[2]:g} s",
    ]
