"""Conditions as lines of text: the same values as their JSON, printed and parsed back, and each fault has its code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.people.segments.text_form import parse, parse_all, write
from esmero.people.segments.tree import read_json, write_json
from esmero.people.segments.values import KnownNames, SegmentFault

OWN = {"tenure": "integer", "price": "decimal", "plan": "choice", "fibre": "boolean", "since": "date", "city": "text"}
KNOWN = KnownNames.of({**OWN, "tag": "text", "not": "text", "did": "integer", "all": "text", "field": "text"})


def compare(field, comparison="=", value=None, **more):
    said = {"kind": "field", "field": field, "comparison": comparison, "value": value, **more}
    return {name: one for name, one in said.items() if one is not None and (name, one) != ("comparison", "=")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tenure > 12", compare("tenure", ">", 12)),
        ("price between 9.5, 10", compare("price", "between", [9.5, 10.0])),
        ("not tag = vip", {"kind": "tag", "name": "vip", "negated": True}),
        ("not not tag = vip", {"kind": "tag", "name": "vip"}),
        ("plan in gold, basic", compare("plan", "in", ["gold", "basic"])),
        ("plan != gold", compare("plan", "=", "gold", negated=True)),
        ("city known", compare("city", "known")),
        ("city unknown", compare("city", "known", negated=True)),
        ("not city unknown", compare("city", "known")),
        ("fibre = sí", compare("fibre", "=", True)),
        ("since >= 2024-02-29", compare("since", ">=", "2024-02-29")),
        ("since anniversary 7", compare("since", "anniversary", 7)),
        ("added last 30", compare("added", "last", 30)),
        ("since month", compare("since", "month")),
        ("field tag = x", compare("tag", "=", "x")),
        ("import = 12", {"kind": "import", "number": 12}),
        ("tag = Gran Familia", {"kind": "tag", "name": "Gran Familia"}),
        ('tag = "a;b"', {"kind": "tag", "name": "a;b"}),
        ("list = 1001; eva@cliente.example 1001", {"kind": "list", "values": ["1001", "eva@cliente.example"]}),
        ("did clicked", {"kind": "did", "act": "clicked"}),
        (
            "did clicked topic a/b link https://x.example/?a=1 times 2 between 2026-01-01 2026-03-31",
            {
                "kind": "did",
                "act": "clicked",
                "of": "topic:a/b",
                "link": "https://x.example/?a=1",
                "times": 2,
                "when": {"kind": "between", "first": "2026-01-01", "last": "2026-03-31"},
            },
        ),
        (
            "did got dispatch 7 last 30",
            {"kind": "did", "act": "got", "of": "dispatch:7", "when": {"kind": "last", "days": 30}},
        ),
        (
            'permission a/b = granted channel phone basis "soft opt-in" since 2026-01-01',
            {
                "kind": "permission",
                "topic": "a/b",
                "state": "granted",
                "channel": "phone",
                "basis": "soft opt-in",
                "when": {"kind": "since", "first": "2026-01-01"},
            },
        ),
        (
            "any (tag = a; not all (city known; tag = b))",
            {
                "kind": "any",
                "parts": [
                    {"kind": "tag", "name": "a"},
                    {
                        "kind": "none",
                        "parts": [
                            {"kind": "all", "parts": [compare("city", "known"), {"kind": "tag", "name": "b"}]},
                        ],
                    },
                ],
            },
        ),
    ],
)
def test_text_says_the_same_as_json_and_is_printed_so_that_it_is_read_back(text, expected):
    node = parse(text, known=KNOWN)
    assert write_json(node) == expected
    assert read_json(expected, known=KNOWN) == node
    assert parse(write(node), known=KNOWN) == node


@given(
    st.sampled_from(["city", "tag", "not", "all", "field"]),
    st.text(min_size=1).filter(lambda text: text.strip() and "\0" not in text),
    st.text(alphabet='ab ,;()"\\=', min_size=1).filter(str.strip),
)
def test_any_text_survives_in_every_place(field, first, second):
    leaves = [
        compare(field, "=", first),
        compare(field, "in", [first, second]),
        {"kind": "tag", "name": second, "negated": True},
        {"kind": "list", "values": [first, second]},
        {"kind": "did", "act": "clicked", "link": second},
        {"kind": "permission", "topic": "a =/b", "state": "granted", "basis": first},
        {"kind": "topic", "topic": '"a/b', "wanted": True},
    ]
    tree = read_json({"kind": "any", "parts": [*leaves, {"kind": "none", "parts": leaves}]}, known=KNOWN)
    assert parse(write(tree), known=KNOWN) == tree


def test_lines_are_joined_and_a_fault_leads_to_its_line():
    assert parse_all([]) == read_json({})
    assert parse_all([], one_is_enough=True) == read_json({})
    assert write(parse_all(["city known", "tag = a"], known=KNOWN, one_is_enough=True)) == "any (city known; tag = a)"
    with pytest.raises(SegmentFault) as caught:
        parse_all(["city known", "tenure > many"], known=KNOWN)
    assert (caught.value.code, caught.value.path) == ("condition-whole-number", ("parts", 1, "value"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tenure > many", "condition-whole-number"),
        ("colour = red", "condition-no-field"),
        ("plan > gold", "condition-comparison"),
        ("fibre = maybe", "condition-boolean"),
        ("permission novedades = granted", "condition-topic"),
        ("permission a/b = perhaps", "condition-not-among"),
        ("permission a/b = none since 2026-01-01", "condition-never-given"),
        ("since < yesterday", "condition-day"),
        ("since < 20240229", "condition-day"),
        ("since anniversary 200", "condition-out-of-range"),
        ("price between 10, 9", "condition-values-reversed"),
        ("price between 10", "condition-unfinished"),
        ("did fly", "condition-not-among"),
        ("did sent link https://x.example/", "condition-link"),
        ("did sent brand a topic a/b", "condition-two-scopes"),
        ("did sent sometimes", "condition-no-word"),
        ("did sent between 2026-02-01 2026-01-01", "condition-days-reversed"),
        ("price = nan", "condition-number"),
        ("what?", "condition-no-text"),
        ("all (tag = a; any ())", "condition-empty-group"),
        ("not (" * 3, "condition-no-text"),
    ],
)
def test_what_cannot_be_is_refused(text, code):
    with pytest.raises(SegmentFault) as caught:
        parse(text, known=KNOWN)
    assert caught.value.code == code
