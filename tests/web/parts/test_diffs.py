"""The difference side by side: nothing of either text is lost, and the same lines stand beside each other."""

from hypothesis import given
from hypothesis import strategies as st

from esmero.web.parts.diffs import lay_difference

texts = st.lists(st.sampled_from(["uno", "dos", "tres tres", "", "cuatro: 5"]), max_size=25).map("\n".join)


@given(texts, texts)
def test_both_texts_can_be_read_off_it(old, new):
    rows = lay_difference(old, new)
    for text, side in ((old, 0), (new, 1)):
        lines = text.splitlines()
        shown = {
            number: "".join(words for words, _differs in pieces)
            for row in rows
            for number, pieces in [((row.left_number, row.left), (row.right_number, row.right))[side]]
            if number
        }
        skipped = sum(row.skipped for row in rows)
        assert all(lines[number - 1] == words for number, words in shown.items())
        assert len(shown) + skipped == len(lines)


@given(texts)
def test_a_text_has_no_difference_from_itself(text):
    assert {row.kind for row in lay_difference(text, text)} <= {"same", "gap"}


def test_only_the_words_that_differ_are_marked():
    (row,) = lay_difference("Hola a todos", "Hola a todas")
    assert row.kind == "changed"
    assert [words for words, differs in row.left if differs] == ["todos"]
    assert [words for words, differs in row.right if differs] == ["todas"]
