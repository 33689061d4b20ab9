"""20,000 damaged messages: no reader crashes, and what it returns stays bounded (`make fuzz` runs a million)."""

import random
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esmero.intake.classify import Verdict, classify, read_reply
from esmero.intake.dmarc import Unreadable, read_report
from esmero.intake.hooks import read_hook
from esmero.intake.meaning import Meaning, judge
from tests.intake.seeds import seeds

SEEDS = list(seeds())
MESSAGES = [octets for choice, octets in SEEDS if choice == b"0"]
OTHERS = [(choice, octets) for choice, octets in SEEDS if choice != b"0"]
PIECES = [
    b"", b"\r\n", b"\n\n", b"--edge", b"--edge--", b"\x00", b"\xff\xfe", b"=?utf-8?q?=C3?=", b"=?x?b?////?=", b"<>", b"@",
    b";" * 50, b">" * 50, b"(" * 500, b"<div>" * 200, b"Content-Type: multipart/mixed; boundary=e\n\n--e\n",
    b"Content-Transfer-Encoding: base64\n", b"Content-Type: message/rfc822\n\n", b"550 5.1.1 ", b" " * 2_000, b"a" * 3_000,
    "é".encode() * 300, b"Final-Recipient: ", b"\\x{110000}", b"+FF",
]  # fmt: skip


def damage(octets, seed):
    """Cut, repeat, swap and insert, as broken relays and attackers do."""
    chance = random.Random(seed)
    out = bytearray(octets)
    for _ in range(chance.randint(1, 6)):
        at, end = sorted(chance.randint(0, len(out)) for _ in range(2))
        out[at:end] = chance.choice(
            [chance.choice(PIECES), out[at:end] * 2, bytes(reversed(out[at:end])), bytes(out[:at]), chance.randbytes(5)]
        )[:3_000]
    return bytes(out[:6_144])


@pytest.mark.slow
@settings(max_examples=16_000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.sampled_from(MESSAGES), st.integers(0, 2**32))
def test_damaged_messages(octets, seed):
    raw = damage(octets, seed)
    verdict = classify(raw, today=date(2026, 11, 25))
    assert isinstance(verdict, Verdict)
    assert len(verdict.reports) <= 200
    assert len(verdict.text) <= 1_048_576
    assert len(verdict.reply_text) <= len(verdict.text) + 1
    assert all(len(report.diagnostic) <= 2_000 for report in verdict.reports)


@pytest.mark.slow
@settings(max_examples=4_000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.sampled_from(OTHERS), st.integers(0, 2**32))
def test_damaged_parts(part, seed):
    choice, octets = part
    raw = damage(octets, seed)
    text = raw.decode("utf-8", "replace")
    if choice == b"1":
        try:
            report = read_report(raw)
        except Unreadable:
            return
        assert report.domain
    elif choice == b"2":
        assert len(read_reply(text, html=seed % 2 == 0)) <= len(text) + 1
    elif choice == b"3":
        assert judge("", 0, text).meaning in Meaning
    else:
        assert len(read_hook(raw).reports) <= 1
