"""Comparing two texts: nothing is lost on either side, and what is marked is what differs."""

import difflib

from hypothesis import given
from hypothesis import strategies as st

from esmero.web.parts.components.diffs import compare_texts

TEXTS = st.lists(st.text(alphabet="ab ñ<{.", max_size=6), max_size=12).map("\n".join)


def side(rows, name):
    return [
        "".join(piece.text for piece in getattr(row, name))
        for row in rows
        if getattr(row, f"{name}_number") is not None
    ]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_again_from_the_rows(old, new):
    diff = compare_texts(old, new, around=1_000)
    assert side(diff.rows, "old") == old.splitlines()
    assert side(diff.rows, "new") == new.splitlines()


@given(TEXTS, TEXTS)
def test_as_many_lines_are_the_same_as_the_standard_comparison_says(old, new):
    rows = compare_texts(old, new, around=1_000).rows
    told = list(difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False).get_matching_blocks())
    assert sum(row.kind == "same" for row in rows) == sum(block.size for block in told)


def test_the_words_that_changed_are_marked():
    (row,) = compare_texts("Hola {{ name }}, buenos días", "Hola {{ given }}, buenos días").rows
    assert row.kind == "changed"
    assert [piece.text for piece in row.old if piece.marked] == ["name"]
    assert [piece.text for piece in row.new if piece.marked] == ["given"]


def test_what_is_the_same_for_long_is_folded_away_and_counted():
    lines = [f"line {number}" for number in range(40)]
    diff = compare_texts("\n".join(lines), "\n".join([*lines[:20], "new", *lines[20:]]))
    assert [(row.kind, row.hidden) for row in diff.rows if row.kind == "gap"] == [("gap", 17), ("gap", 17)]
    assert (diff.gone, diff.new) == (0, 1)


def test_equal_texts_have_no_difference():
    diff = compare_texts("a\nb", "a\nb")
    assert (diff.gone, diff.new) == (0, 0)


def test_a_line_without_end_is_not_compared_word_by_word():
    (row,) = compare_texts("a " * 5_000, "b " * 5_000).rows
    assert len(row.old) == len(row.new) == 1
