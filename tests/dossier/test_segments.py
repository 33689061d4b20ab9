"""The compiler against a plain Python count over the same rows."""

import operator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esmero.dossier.segments import count, select_persons
from esmero.people.models import OwnField, Permission, PermissionEntry, Person, Segment, Tag
from esmero.people.segments import SegmentFault, read_json, read_text, read_texts, write_json
from tests.house_facts import build_house

OWN = {"tenure": "integer", "price": "decimal", "plan": "choice", "fibre": "boolean", "since": "date", "city": "text"}
PEOPLE = [
    {"tenure": 1, "price": 9.5, "plan": "basic", "fibre": True, "since": "2020-01-31", "city": "León"},
    {"tenure": 12, "price": 20, "plan": "gold", "fibre": False, "since": "2024-02-29"},
    {"tenure": 60, "plan": "gold", "city": "Lugo"},
    {"price": 0.0, "fibre": True, "since": "2024-02-29", "city": ""},
    {},
]
COMPARE = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@pytest.fixture
def people(db):
    for key, kind in OWN.items():
        OwnField.objects.create(key=key, kind=kind)
    rows = [
        Person.objects.create(number=f"n{n}", language=("es", "fr", "")[n % 3], fields=fields)
        for n, fields in enumerate(PEOPLE)
    ]
    vip = Tag.objects.create(name="vip")
    rows[0].tags.add(vip)
    rows[2].tags.add(vip)
    return rows


def holds(node, person, tags):
    """Say plainly whether a condition in JSON holds."""
    match node:
        case {"all": parts}:
            return all(holds(part, person, tags) for part in parts)
        case {"any": parts}:
            return any(holds(part, person, tags) for part in parts)
        case {"not": part}:
            return not holds(part, person, tags)
        case {"tag": name}:
            return name in tags
    value = person.language if node["field"] == "language" else person.fields.get(node["field"])
    match node["is"]:
        case "known":
            return value is not None and not (value == "" and node["field"] == "language")
        case "unknown":
            return value is None or (value == "" and node["field"] == "language")
        case "!=":
            return value is None or value != node["value"]
        case "in":
            return value in node["value"]
    return value is not None and COMPARE[node["is"]](value, node["value"])


leaves = st.one_of(
    st.builds(lambda op, v: {"field": "tenure", "is": op, "value": v}, st.sampled_from(["=", "!=", "<", ">="]), st.sampled_from([0, 1, 12, 60])),
    st.builds(lambda op, v: {"field": "price", "is": op, "value": v}, st.sampled_from(["=", "!=", "<=", ">"]), st.sampled_from([0.0, 9.5, 20.0])),
    st.builds(lambda op, v: {"field": "plan", "is": op, "value": v}, st.sampled_from(["=", "!="]), st.sampled_from(["gold", "basic"])),
    st.builds(lambda v: {"field": "plan", "is": "in", "value": v}, st.lists(st.sampled_from(["gold", "basic"]), max_size=2)),
    st.builds(lambda op, v: {"field": "since", "is": op, "value": v}, st.sampled_from(["=", "<", ">="]), st.sampled_from(["2020-01-31", "2024-02-29"])),
    st.builds(lambda op, v: {"field": "fibre", "is": op, "value": v}, st.sampled_from(["=", "!="]), st.booleans()),
    st.builds(lambda f, op: {"field": f, "is": op}, st.sampled_from([*OWN, "language"]), st.sampled_from(["known", "unknown"])),
    st.builds(lambda op, v: {"field": "language", "is": op, "value": v}, st.sampled_from(["=", "!="]), st.sampled_from(["es", "fr"])),
    st.just({"tag": "vip"}),
)  # fmt: skip
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees)
def test_the_same_people_as_a_plain_loop_finds(people, tree):
    tags = {row.pk: set(row.tags.values_list("name", flat=True)) for row in people}
    expected = [row.pk for row in people if holds(tree, row, tags[row.pk])]
    assert list(select_persons(tree).values_list("pk", flat=True)) == expected
    assert count(tree) == len(expected)
    assert write_json(read_json(tree, own=OWN)) == write_json(read_json(write_json(read_json(tree, own=OWN)), own=OWN))


def test_merged_and_erased_persons_are_never_selected(people):
    Person.objects.filter(pk=people[0].pk).update(state="merged")
    assert count({}) == len(people) - 1


def test_permission_and_other_segments(people):
    house = build_house()
    facts = {"person": people[1], "brand": house.brand, "purpose": house.topic.purpose, "topic": house.topic}
    entry = PermissionEntry.objects.create(act="granted", basis="consent", at="2026-01-01T00:00Z", source="x", **facts)
    Permission.objects.create(state="granted", entry=entry, **facts)
    granted = read_text("permission fibra-norte/novedades = granted", own=OWN)
    assert [p.pk for p in select_persons(granted)] == [people[1].pk]
    assert count(read_text("permission fibra-norte/novedades = none", own=OWN)) == len(people) - 1
    Segment.objects.create(name="Con permiso", conditions=write_json(granted))
    assert count(read_texts(["segment = Con permiso", "tenure > 5"], own=OWN)) == 1
    Segment.objects.create(name="Kreis", conditions={"segment": "Kreis"})
    with pytest.raises(SegmentFault, match="circle"):
        count({"segment": "Kreis"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tenure > 12", {"field": "tenure", "is": ">", "value": 12}),
        ("not tag = vip", {"not": {"tag": "vip"}}),
        ("plan in gold, basic", {"field": "plan", "is": "in", "value": ["gold", "basic"]}),
        ("city known", {"field": "city", "is": "known"}),
        ("fibre = sí", {"field": "fibre", "is": "=", "value": True}),
        ("since >= 2024-02-29", {"field": "since", "is": ">=", "value": date(2024, 2, 29).isoformat()}),
    ],
)
def test_text_says_the_same_as_json(text, expected):
    assert write_json(read_text(text, own=OWN)) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tenure > many", "a whole number"),
        ("colour = red", "There is no field"),
        ("plan > gold", "cannot be compared"),
        ("fibre = maybe", "yes or no"),
        ("permission novedades = granted", "brand/topic"),
        ("permission a/b = perhaps", "A permission is"),
        ("since < yesterday", "a date such as"),
        ("what?", "is no condition"),
    ],
)
def test_what_cannot_be_is_said_with_the_remedy(text, words):
    with pytest.raises(SegmentFault, match=words):
        read_text(text, own=OWN)
