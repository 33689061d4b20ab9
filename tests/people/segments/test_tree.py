"""The JSON of a tree: each fault has its code and its path, names are known or refused, and mentions are renamed."""

import json

import pytest

from esmero.people.segments.mentions import find_mentions, rename
from esmero.people.segments.tree import EVERYBODY, TREE, Group, read_json, write_json
from esmero.people.segments.values import KnownNames, SegmentFault
from esmero.people.segments.vocabulary import MOST_DEPTH

KNOWN = KnownNames(
    kinds={"tenure": "integer", "plan": "choice", "since": "date"},
    choices={"tag": {"vip"}, "of": {"brand:a"}, "field:plan": {"gold"}},
)


def inside(leaf):
    return {"kind": "all", "parts": [{"kind": "tag", "name": "vip"}, {"kind": "any", "parts": [leaf]}]}


@pytest.mark.parametrize(
    ("leaf", "code", "path"),
    [
        ({"kind": "field", "field": "gone"}, "condition-no-field", ("field",)),
        ({"kind": "field", "field": "tenure", "comparison": "starts"}, "condition-comparison", ("comparison",)),
        ({"kind": "field", "field": "tenure", "value": "12.5"}, "condition-whole-number", ("value",)),
        ({"kind": "field", "field": "tenure", "value": None}, "condition-unfinished", ("value",)),
        ({"kind": "field", "field": "tenure", "value": [1]}, "condition-unreadable", ("value",)),
        ({"kind": "field", "field": "tenure", "value": 2**60}, "condition-out-of-range", ("value",)),
        ({"kind": "field", "field": "plan", "value": "silver"}, "condition-no-choice", ("value",)),
        (
            {"kind": "field", "field": "since", "comparison": "between", "value": ["2026-02-01", "2026-01-01"]},
            "condition-days-reversed",
            ("value", 1),
        ),
        (
            {"kind": "field", "field": "tenure", "comparison": "between", "value": [1, "x"]},
            "condition-whole-number",
            ("value", 1),
        ),
        ({"kind": "tag", "name": "gone"}, "condition-no-such", ("name",)),
        ({"kind": "tag"}, "condition-unfinished", ("name",)),
        ({"kind": "tag", "name": "vip", "colour": "red"}, "condition-unreadable", ("colour",)),
        ({"kind": "tag", "name": "v\0p"}, "condition-unfinished", ("name",)),
        ({"kind": "did", "act": "clicked", "of": "brand:b"}, "condition-gone", ("of",)),
        ({"kind": "did", "act": "clicked", "of": "planet:b"}, "condition-unreadable", ("of",)),
        ({"kind": "did", "act": "clicked", "of": "dispatch:x"}, "condition-whole-number", ("of",)),
        ({"kind": "did", "act": "danced"}, "condition-not-among", ("act",)),
        ({"kind": "did", "act": "sent", "times": 0}, "condition-out-of-range", ("times",)),
        (
            {"kind": "did", "act": "sent", "when": {"kind": "last", "days": "many"}},
            "condition-whole-number",
            ("when", "days"),
        ),
        ({"kind": "did", "act": "sent", "when": {"kind": "last"}}, "condition-unfinished", ("when", "days")),
        (
            {"kind": "did", "act": "sent", "when": {"kind": "since", "first": "2026-01-01", "days": 3}},
            "condition-unreadable",
            ("when", "days"),
        ),
        ({"kind": "list", "values": []}, "condition-unfinished", ("values",)),
        ({"kind": "list", "values": ["1", ""]}, "condition-unfinished", ("values", 1)),
        ({"kind": "any", "parts": []}, "condition-empty-group", ()),
        ({"kind": "dance"}, "condition-unreadable", ()),
        ("vip", "condition-unreadable", ()),
    ],
)
def test_a_fault_has_a_code_and_leads_to_its_place(leaf, code, path):
    with pytest.raises(SegmentFault) as caught:
        read_json(inside(leaf), known=KNOWN)
    assert (caught.value.code, caught.value.path) == (code, ("parts", 1, "parts", 0, *path))


def test_everybody_is_nothing_and_the_depth_has_an_end():
    assert read_json({}) == read_json(None) == read_json({"kind": "all", "parts": []}) == EVERYBODY
    assert write_json(EVERYBODY) == {}
    for odd in ([], "", 0, False):
        with pytest.raises(SegmentFault, match="condition-unreadable"):
            read_json(odd)
    tree = {"kind": "tag", "name": "vip"}
    for _level in range(MOST_DEPTH):
        tree = {"kind": "all", "parts": [tree]}
    assert read_json(tree, known=KNOWN)
    with pytest.raises(SegmentFault, match="condition-too-deep"):
        read_json({"kind": "all", "parts": [tree]}, known=KNOWN)
    for _level in range(600):
        tree = {"kind": "all", "parts": [tree]}
    with pytest.raises(SegmentFault, match=r"condition-unreadable|condition-too-deep"):
        read_json(tree, known=KNOWN)


def test_the_schema_tells_the_kinds_apart_by_a_literal():
    schema = TREE.json_schema()
    kinds = {"all", "any", "none", "field", "tag", "permission", "topic", "segment", "did", "import", "list"}
    kinds |= {"role", "stage", "membership"}
    assert set(schema["discriminator"]["mapping"]) == kinds
    assert json.loads(json.dumps(schema)) == schema


NAMING = {
    "kind": "any",
    "parts": [
        {"kind": "segment", "name": "A", "negated": True},
        {"kind": "none", "parts": [{"kind": "segment", "name": "B"}, {"kind": "tag", "name": "A"}]},
        {"kind": "field", "field": "A", "comparison": "known"},
        {"kind": "topic", "topic": "a/b", "wanted": True},
        {"kind": "permission", "topic": "a/c", "state": "granted"},
        {"kind": "did", "act": "sent", "of": "topic:a/b"},
        {"kind": "did", "act": "sent", "of": "dispatch:7"},
        {"kind": "did", "act": "sent"},
        {"kind": "import", "number": 3},
        {"kind": "list", "values": ["A"]},
    ],
}


def test_what_a_tree_names_is_found_and_renamed_by_its_subject():
    found = {
        subject: find_mentions(NAMING, subject=subject)
        for subject in ("segment", "tag", "field", "topic", "brand", "dispatch", "import")
    }
    assert found == {
        "segment": {"A", "B"},
        "tag": {"A"},
        "field": {"A"},
        "topic": {"a/b", "a/c"},
        "brand": set(),
        "dispatch": {"7"},
        "import": {"3"},
    }
    renamed = rename(NAMING, subject="segment", old="A", new="Z")
    assert find_mentions(renamed, subject="segment") == {"Z", "B"}
    assert find_mentions(renamed, subject="tag") == {"A"}
    assert rename(renamed, subject="segment", old="Z", new="A") == read_json(NAMING)
    moved = rename(NAMING, subject="topic", old="a/b", new="a/d")
    assert isinstance(moved, Group)
    assert find_mentions(moved, subject="topic") == {"a/c", "a/d"}
