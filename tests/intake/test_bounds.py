"""Enormous messages are read in bounded memory, and what was left out is said (the time: bench/intake.py)."""

import tracemalloc

import pytest

from bench.intake import _hostile
from esmero.intake.classify import classify
from esmero.intake.mime.message import MAX_PARTS, parse_message

pytestmark = pytest.mark.slow

MOST = 200_000_000


@pytest.mark.parametrize(("name", "raw"), [pytest.param(name, raw, id=name) for name, raw in _hostile()])
def test_fifty_megabytes_or_five_thousand_parts(name, raw):
    tracemalloc.start()
    verdict = classify(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert verdict.truncated
    assert peak < MOST
    assert len(parse_message(raw).parts) <= MAX_PARTS
