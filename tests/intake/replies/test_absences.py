"""Days of return and successors in six languages: absences.tsv, one answer a line."""

from datetime import date
from pathlib import Path

import pytest

from esmero.intake.classify import InboundKind, classify
from tests.intake.samples import make_mail

TABLE = Path(__file__).with_name("absences.tsv")
TODAY = date(2026, 11, 25)


def rows():
    for number, line in enumerate(TABLE.read_text("utf8").splitlines(), start=1):
        if line and not line.startswith("#"):
            yield pytest.param(*line.split("\t"), id=f"{number}-{line.split(chr(9))[0]}")


@pytest.mark.parametrize(("language", "until", "change", "who", "text"), rows())
def test_what_absent_people_say(language, until, change, who, text):
    verdict = classify(make_mail(text, Auto_Submitted="auto-replied"), today=TODAY)
    assert verdict.kind is InboundKind.AUTOREPLY
    assert (verdict.absent_until.isoformat() if verdict.absent_until else "") == until
    assert verdict.successor == who
    assert {"left": verdict.left, "moved": verdict.moved}.get(change, not verdict.left and not verdict.moved)


@pytest.mark.parametrize(("language", "until", "change", "who", "text"), rows())
def test_an_empty_return_path_is_sign_enough_with_such_words(language, until, change, who, text):
    assert classify(make_mail(text, Return_Path="<>"), today=TODAY).kind is InboundKind.AUTOREPLY


@pytest.mark.parametrize(("language", "until", "change", "who", "text"), rows())
def test_the_same_words_from_a_person_are_a_reply(language, until, change, who, text):
    lived = f"Hello, I heard this from our reception and wanted to tell you before you call again. {text}" + " x" * 600
    assert classify(make_mail(lived), today=TODAY).kind is InboundKind.REPLY


def test_without_today_no_day_is_read():
    raw = make_mail("I am away until 7 December 2026.", Auto_Submitted="auto-replied")
    assert classify(raw).absent_until is None
