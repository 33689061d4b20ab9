"""20,000 damaged messages with SIZE=full, else a quarter: no reader crashes, and what it returns stays bounded.

`make fuzz` runs a million.
"""

import os
import random
from datetime import date

import pytest

from esmero.intake.bounces.meaning import FailureMeaning, judge
from esmero.intake.classify import Classification, classify, read_reply
from esmero.intake.reports.dmarc import UnreadableDmarcReport, read_report
from esmero.intake.webhook_events import read_webhook_event
from tests.intake.seeds import seeds

SEEDS = list(seeds())
MESSAGES = [octets for choice, octets in SEEDS if choice == b"0"]
OTHERS = [(choice, octets) for choice, octets in SEEDS if choice != b"0"]
PIECES = [
    b"", b"\r\n", b"\n\n", b"--edge", b"--edge--", b"\x00", b"\xff\xfe", b"=?utf-8?q?=C3?=", b"=?x?b?////?=", b"<>",
    b"@", b";" * 50, b">" * 50, b"(" * 500, b"<div>" * 200, b"Content-Type: multipart/mixed; boundary=e\n\n--e\n",
    b"Content-Transfer-Encoding: base64\n", b"Content-Type: message/rfc822\n\n", b"550 5.1.1 ", b" " * 2_000,
    b"a" * 3_000, "é".encode() * 300, b"Final-Recipient: ", b"\\x{110000}", b"+FF",
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


def damaged(originals, *, number, part):
    """Give (what it was, seed, what became of it) for a `part` of `number` damaged ones.

    Each original has the same share. Hypothesis would draw the same pairs of an original and a seed, and take four
    times as long for it as the readers do.
    """
    for seed in range(part, number, PARTS):
        original = originals[seed // PARTS % len(originals)]
        yield original, seed, damage(original if isinstance(original, bytes) else original[1], seed)


PARTS = 4  # side by side
MANY, FEW = (16_000, 4_000) if os.environ.get("SIZE") == "full" else (4_000, 1_000)
parts = pytest.mark.parametrize("part", range(PARTS))


@pytest.mark.slow
@parts
def test_damaged_messages(part):
    for _, seed, raw in damaged(MESSAGES, number=MANY, part=part):
        verdict = classify(raw, today=date(2026, 11, 25))
        assert isinstance(verdict, Classification), seed
        assert len(verdict.reports) <= 200, seed
        assert len(verdict.text) <= 1_048_576, seed
        assert len(verdict.reply_text) <= len(verdict.text) + 1, seed
        assert all(len(report.diagnostic) <= 2_000 for report in verdict.reports), seed


def read_part(choice, raw, *, seed):
    """Read what is no whole message with the reader that its choice names."""
    text = raw.decode("utf-8", "replace")
    if choice == b"1":
        try:
            report = read_report(raw)
        except UnreadableDmarcReport:
            return
        assert report.domain
    elif choice == b"2":
        assert len(read_reply(text, html=seed % 2 == 0)) <= len(text) + 1
    elif choice == b"3":
        assert judge("", 0, text).meaning in FailureMeaning
    else:
        assert len(read_webhook_event(raw).reports) <= 1


@pytest.mark.slow
@parts
def test_damaged_parts(part):
    for (choice, _), seed, raw in damaged(OTHERS, number=FEW, part=part):
        read_part(choice, raw, seed=seed)
