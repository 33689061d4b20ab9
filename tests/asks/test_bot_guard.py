"""What tells a person from a program."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count

import pytest

from esmero.asks.bot_guard import (
    FASTEST,
    MOST_AN_HOUR,
    MOST_UNSOLVED,
    OLDEST,
    PUZZLE_BITS,
    SubmissionAttempt,
    hash_network,
    is_human,
    is_solved,
    make_stamp,
    read_stamp,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def solve(stamp, address="ana@cliente.example"):
    """Solve the riddle as its words say, bit by bit."""
    for number in count(1):
        digest = int(sha256(f"{stamp}:{address}:{number}".encode()).hexdigest(), 16)
        if f"{digest:0256b}".startswith("0" * PUZZLE_BITS):
            return str(number)
    raise AssertionError


def knock(*, age=timedelta(seconds=10), slug="boletin", solved=False, trap=""):
    stamp = make_stamp(slug, at=NOW - age)
    return SubmissionAttempt(
        stamp=stamp, answer=solve(stamp) if solved else "", address="ana@cliente.example", honeypot=trap, network="n"
    )


def may(one, *, lately=0):
    return is_human(one, slug="boletin", at=NOW, recent=lately)


def test_a_person_passes_with_and_without_script():
    assert may(knock(solved=True))
    assert may(knock())


@pytest.mark.parametrize(
    "one",
    [
        knock(age=FASTEST - timedelta(seconds=1)),
        knock(age=OLDEST + timedelta(seconds=1)),
        knock(age=timedelta(seconds=-60)),
        knock(slug="another"),
        knock(trap="https://spam.example"),
        SubmissionAttempt(stamp="forged", answer="", address="", honeypot="", network="n"),
        SubmissionAttempt(stamp=knock().stamp + "x", answer="", address="", honeypot="", network="n"),
    ],
)
def test_a_program_does_not(one):
    assert not may(one)


def test_who_solves_the_riddle_may_come_more_often():
    assert not may(knock(), lately=MOST_UNSOLVED)
    assert may(knock(solved=True), lately=MOST_UNSOLVED)
    assert not may(knock(solved=True), lately=MOST_AN_HOUR)


def test_a_solution_is_good_for_its_stamp_and_its_address_alone():
    one, other = knock(), knock(age=timedelta(seconds=20))
    answer = solve(one.stamp)
    assert is_solved(one.stamp, answer, address=one.address)
    assert not is_solved(one.stamp, str(int(answer) + 1), address=one.address)
    assert not is_solved(other.stamp, answer, address=one.address)
    assert not is_solved(one.stamp, answer, address="eva@cliente.example")
    assert not is_solved(one.stamp, "", address=one.address)
    assert not is_solved(one.stamp, "9" * 21, address=one.address)


def test_a_stamp_says_its_moment():
    assert read_stamp(make_stamp("boletin", at=NOW), slug="boletin") == NOW


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.200", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:1:2::1", "2001:db8:1:ff::1", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
    ],
)
def test_neighbours_count_as_one_network_and_no_address_is_kept(one, other, same):
    assert (hash_network(one) == hash_network(other)) is same
    assert one not in hash_network(one)
    assert hash_network("no address") == ""
