"""A refusal is written into logs and columns, and read again from there."""

import traceback
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.imports.files.problem import FileProblem
from esmero.refusal import Refusal

PLAIN = st.none() | st.booleans() | st.integers() | st.text()
FACTS = st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), PLAIN | st.lists(PLAIN, max_size=3), max_size=4)


@given(FACTS)
def test_what_is_written_is_read_again(facts):
    read = Refusal.read(str(Refusal("file-empty", **facts)))
    assert read is not None
    assert (read.code, read.facts) == ("file-empty", facts)


def test_it_is_read_from_the_last_line_of_a_traceback():
    last = "".join(traceback.format_exception(FileProblem("quotation-unclosed", line=12))).strip().rpartition("\n")[2]
    read = Refusal.read(last)
    assert read is not None
    assert (read.code, read.facts) == ("quotation-unclosed", {"line": 12})


@pytest.mark.parametrize("text", ["", "550 5.1.1 No such user {here}", "a-b {", "a-b {x}", "ValueError: a {}"])
def test_another_text_is_no_refusal(text):
    assert Refusal.read(text) is None


def test_a_time_is_kept_in_iso_8601():
    written = str(Refusal("too-late", at=datetime(2026, 11, 30, 8, tzinfo=UTC)))
    assert written == 'too-late {"at": "2026-11-30T08:00:00+00:00"}'
