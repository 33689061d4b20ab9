"""Conditions as lines of text: the same values as their JSON, and each fault says what would be right."""

import pytest

from esmero.people.segments.command_line import read_text
from esmero.people.segments.conditions import SegmentFault
from esmero.people.segments.serialization import read_json, write_json

OWN = {"tenure": "integer", "price": "decimal", "plan": "choice", "fibre": "boolean", "since": "date", "city": "text"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tenure > 12", {"field": "tenure", "is": ">", "value": 12}),
        ("price between 9.5, 10", {"field": "price", "is": "between", "value": [9.5, 10.0]}),
        ("not tag = vip", {"not": {"tag": "vip"}}),
        ("plan in gold, basic", {"field": "plan", "is": "in", "value": ["gold", "basic"]}),
        ("city known", {"field": "city", "is": "known"}),
        ("fibre = sí", {"field": "fibre", "is": "=", "value": True}),
        ("since >= 2024-02-29", {"field": "since", "is": ">=", "value": "2024-02-29"}),
        ("since anniversary 7", {"field": "since", "is": "anniversary", "value": 7}),
        ("added last 30", {"field": "added", "is": "last", "value": 30}),
        ("since month", {"field": "since", "is": "month"}),
        ("import = 12", {"import": 12}),
        ("list = 1001; eva@cliente.example 1001", {"list": ["1001", "eva@cliente.example"]}),
        ("did clicked", {"did": "clicked"}),
        (
            "did clicked topic a/b link https://x.example/ times 2 between 2026-01-01 2026-03-31",
            {
                "did": "clicked",
                "topic": "a/b",
                "link": "https://x.example/",
                "times": 2,
                "when": {"between": ["2026-01-01", "2026-03-31"]},
            },
        ),
        ("did got dispatch 7 last 30", {"did": "got", "dispatch": 7, "when": {"last": 30}}),
        (
            "permission a/b = granted channel phone basis consent since 2026-01-01",
            {
                "permission": "a/b",
                "state": "granted",
                "channel": "phone",
                "basis": "consent",
                "when": {"since": "2026-01-01"},
            },
        ),
    ],
)
def test_text_says_the_same_as_json(text, expected):
    node = read_text(text, custom=OWN)
    assert write_json(node) == expected
    assert read_json(expected, custom=OWN) == node


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tenure > many", "a whole number"),
        ("colour = red", "There is no field"),
        ("plan > gold", "cannot be compared"),
        ("fibre = maybe", "yes or no"),
        ("permission novedades = granted", "brand/topic"),
        ("permission a/b = perhaps", "A permission is"),
        ("permission a/b = none since 2026-01-01", "neither a basis nor a day"),
        ("since < yesterday", "a date such as"),
        ("since < 20240229", "a date such as"),
        ("since anniversary 200", "from 0 to 182"),
        ("price between 10, 9", "the smaller first"),
        ("did fly", "sent, got, clicked"),
        ("did sent link https://x.example/", "Only a click"),
        ("did sent brand a topic a/b", "not several"),
        ("did sent sometimes", "“sometimes” is not understood"),
        ("did sent between 2026-02-01 2026-01-01", "begins before it ends"),
        ("price = nan", "a number"),
        ("what?", "is no condition"),
    ],
)
def test_what_cannot_be_is_said_with_the_remedy(text, words):
    with pytest.raises(SegmentFault, match=words):
        read_text(text, custom=OWN)
