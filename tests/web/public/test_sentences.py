"""Hold the sentences of the public pages that depend on several facts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from esmero.mailroom.planning.explanation import MessageExplanation
from esmero.people.models import PermissionEntry
from esmero.web.public.my_data import list_data_notices, tell_erasure
from esmero.web.public.unsubscribe import tell_state
from esmero.web.public.why_answers import list_why_answers, tell_sending
from tests.web.document import read_document

DAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
NOTHING = {"permission": None, "rules": (), "gap": None, "before": None, "known": (), "needed": True}


def answer(*, is_known=True, left=False, reason="", data="", shared="", **facts) -> dict[str, str]:
    """Return {question: what the answer says}."""
    found = MessageExplanation(**{**NOTHING, **facts})
    answers = list_why_answers(found, reason=reason, is_known=is_known, left=left, data=data, shared=shared)
    return {one.question: " ".join([*one.paragraphs, one.source, one.folded]).strip() for one in answers}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "We find none in our records"),
        ({"needed": False}, "This message needed none"),
        ({"is_known": False}, "We know nobody, or nobody any more"),
        ({"left": True}, "You have taken it back since"),
        (
            {"permission": PermissionEntry(basis="consent", at=DAY, wording="Yes, news", source="form")},
            "You said yes to it. On May 4, 2026 it said: “Yes, news” Where from: form.",
        ),
        (
            {"permission": PermissionEntry(basis="consent", at=DAY, source="shop")},
            "You said yes to it. It stands in our records since May 4, 2026.",
        ),
    ],
)
def test_the_permission_is_told(facts, told):
    assert told in answer(**facts)["Your permission"]


def test_a_question_without_an_answer_is_left_out():
    assert list(answer()) == ["Your permission", "How often"]


def test_each_fact_has_its_question():
    told = answer(
        reason="You bought a bicycle.",
        gap=timedelta(days=30),
        before=DAY,
        rules=("G01", "G02"),
        known=("name",),
        data="/d",
        shared="/s",
    )
    assert told["The reason"] == "You bought a bicycle."
    assert told["How often"] == "You asked for at least 30 days between two. The one before left on May 4, 2026."
    assert told["What we checked before it left"] == "2 rules, each of which this message passed"
    assert told["What we know of you"].startswith("Your e-mail address, your name. Whoever gets this message")
    assert read_document(told["To share it"]).links() == ["/s"]


@pytest.mark.parametrize(
    ("subject", "at", "told"),
    [
        ("News", DAY, "“News”, sent on May 4, 2026 at "),
        ("", DAY, "Sent on May 4, 2026 at "),
        ("News", None, "“News”, for n…@example.com"),
        ("", None, "For n…@example.com"),
    ],
)
def test_the_message_is_named(subject, at, told):
    assert tell_sending(subject=subject, address="n…@example.com", at=at).startswith(told)


@pytest.mark.parametrize(
    ("topic", "left", "title", "lead"),
    [
        ("News", True, "You will get no more of these", "Güell no longer writes to you about “News”."),
        ("", True, "You will get no more of these", "Güell no longer sends you advertising."),
        ("News", False, "Do you want no more", "Güell will no longer write to you about “News”."),
        ("", False, "Do you want no more", "Güell will no longer send you advertising."),
    ],
)
def test_leaving_is_told(topic, left, title, lead):
    found = tell_state("Güell", topic=topic, left=left, is_known=True)
    assert found[0].startswith(title)
    assert found[1].startswith(lead)


def test_nobody_has_nothing_to_leave():
    assert tell_state("Güell", topic="News", left=False, is_known=False)[0] == "Unsubscribe"


def test_acts_faults_and_waiting_erasures_have_their_notices():
    assert list_data_notices(told="") == []
    assert [one.title for one in list_data_notices(told="corrected")] == ["Corrected."]
    assert [one.title for one in list_data_notices(told="move")] == ["Please look into your new mailbox."]
    fault, wish = list_data_notices(told="", fault="No.", answer_by=date(2026, 6, 1))
    assert (fault.state, fault.text, fault.role) == ("broken", "No.", "alert")
    assert wish.text == "A person answers it by June 1, 2026 at the latest."


def test_an_erasure_happens_at_once_or_by_a_day():
    assert tell_erasure(at_once=True, due=date(2026, 6, 1)).startswith("It happens at once")
    assert "by June 1, 2026" in tell_erasure(at_once=False, due=date(2026, 6, 1))
