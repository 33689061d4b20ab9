"""Each wording that the reader was taught stands in phrases.tsv with who says it; a new one is a line there."""

from pathlib import Path

import pytest

from esmero.intake.bounces.meaning import PERMANENT, FailureMeaning, judge

TABLE = Path(__file__).with_name("phrases.tsv")


def rows():
    for number, line in enumerate(TABLE.read_text("utf8").splitlines(), start=1):
        if line and not line.startswith("#"):
            meaning, source, words = line.split("\t")
            yield pytest.param(meaning, words, id=f"{number}-{source}")


@pytest.mark.parametrize(("meaning", "words"), rows())
def test_what_servers_say(meaning, words):
    assert judge("", 0, words).meaning == meaning


def test_every_meaning_has_examples():
    said = {row.values[0] for row in rows()}
    assert said == set(FailureMeaning) - {
        FailureMeaning.UNDEFINED,
        FailureMeaning.FILTERED,
    }  # these two are concluded, never said


@pytest.mark.parametrize(("meaning", "words"), [row for row in rows() if row.values[0] not in PERMANENT])
def test_nothing_else_is_for_good(meaning, words):
    assert not judge("", 0, words).hard
