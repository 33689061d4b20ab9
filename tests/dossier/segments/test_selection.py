"""The compiler against a plain Python reading of the same conditions over the same people (tests/dossier/plain.py)."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esmero.dossier.segments.selection import count, count_each, find_matching, read_context, select_persons
from esmero.people.models import Person, Segment
from esmero.people.segments.conditions import SegmentFault
from esmero.people.segments.serialization import read_json, write_json
from tests.dossier import plain
from tests.dossier.plain import LINKS, OWN, PEOPLE, TODAY, furnish, holds

pytestmark = pytest.mark.postgres

DAYS = ["2020-02-29", "2024-02-29", "2026-01-30", "2026-02-10", "2026-02-28", "2026-03-01"]
NEAR = st.sampled_from([0, 1, 2, 9, 30, 31, 60, 400])


def field(names, comparisons, values):
    return st.builds(
        lambda name, how, value: {"field": name, "is": how, "value": value},
        st.sampled_from(names),
        st.sampled_from(comparisons),
        values,
    )


def pairs(values):
    return st.lists(st.sampled_from(values), min_size=2, max_size=2).map(sorted)


ORDER = ["=", "!=", "<", "<=", ">", ">="]
days = st.sampled_from(DAYS)
spans = st.one_of(
    st.none(),
    st.builds(lambda n: {"last": n}, NEAR),
    st.builds(lambda n: {"ago": n}, NEAR),
    st.builds(lambda d: {"since": d}, days),
    st.builds(lambda d: {"before": d}, days),
    st.builds(lambda d: {"between": d}, pairs(DAYS)),
)


def with_span(build, *parts):
    def make(when, *given_parts):
        said = build(*given_parts)
        if when and said.get("state") != "none":
            said["when"] = when
        return {key: value for key, value in said.items() if value is not None}

    return st.builds(make, spans, *parts)


leaves = st.one_of(
    field(["tenure"], ORDER, st.sampled_from([0, 1, 12, 60])),
    field(["price"], ORDER, st.sampled_from([0.0, 9.5, 20.0])),
    field(["tenure"], ["between"], pairs([0, 1, 12, 60])),
    field(["plan"], ["=", "!="], st.sampled_from(["gold", "basic", "5"])),
    field(["plan", "city"], ["in"], st.lists(st.sampled_from(["gold", "León", "lugo"]), max_size=2)),
    field(["city", "given_name", "organisation"], ["=", "!=", "contains", "starts"],
          st.sampled_from(["León", "LEON", "leo", "lugo", "5", "ñANDU", "acme", "Acme", "ambar", "%", "_"])),
    field(["address", "domain"], ["=", "!=", "contains", "starts"],
          st.sampled_from(["eva@león.example", "león.example", "LEON", "cliente.example"])),
    field(["language", "standing", "number"], ["=", "!="], st.sampled_from(["es", "fr", "ok", "1", "6"])),
    field(["since", "added"], ORDER, days),
    field(["since", "added"], ["between"], pairs(DAYS)),
    field(["since", "added"], ["last", "next", "ago", "ahead"], NEAR),
    field(["since", "added"], ["anniversary"], st.sampled_from([0, 1, 2, 60, 182])),
    st.builds(lambda name: {"field": name, "is": "month"}, st.sampled_from(["since", "added"])),
    st.builds(lambda name, how: {"field": name, "is": how},
              st.sampled_from([*OWN, "language", "organisation", "address", "number", "added"]),
              st.sampled_from(["known", "unknown"])),
    st.builds(lambda name: {"tag": name}, st.sampled_from(["vip", "new", "none such"])),
    st.builds(lambda wanted: {"topic": "fibra-norte/novedades", "wanted": wanted}, st.booleans()),
    st.just({"segment": "Inner"}),
    st.just({"import": "IMPORT"}),
    st.builds(lambda values: {"list": values},
        st.lists(st.sampled_from(["1", "6", "99", "BOB@cliente.example"]), max_size=3)),
    with_span(lambda state, channel, basis: {"permission": "fibra-norte/novedades", "state": state,
              "channel": None if channel == "email" else channel, "basis": None if state == "none" else basis},
              st.sampled_from(["granted", "withdrawn", "requested", "none"]), st.sampled_from(["email", "phone"]),
              st.sampled_from([None, "consent"])),
    with_span(lambda act, scope, link, times: {"did": act, **scope, "link": link if act == "clicked" else None,
              "times": times},
              st.sampled_from(["sent", "got", "clicked", "answered", "returned", "complained", "left"]),
              st.sampled_from([{}, {"topic": "fibra-norte/novedades"}, {"topic": "fibra-norte/ofertas"},
                               {"brand": "fibra-norte"}, {"dispatch": 0}, {"dispatch": 1}]),
              st.sampled_from([None, *LINKS]), st.sampled_from([None, None, 2])),
)  # fmt: skip
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(
            lambda how, parts: {how: parts}, st.sampled_from(["all", "any", "none"]), st.lists(inner, max_size=3)
        ),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)


@pytest.fixture
def house(db):
    return furnish()


def name(tree, *, context):
    """Put the real ids of sendings and import in the place of their stand-ins."""
    if isinstance(tree, list):
        return [name(part, context=context) for part in tree]
    if isinstance(tree, dict):
        return {
            key: context[0][value]
            if key == "dispatch"
            else context[1]
            if key == "import"
            else name(value, context=context)
            for key, value in tree.items()
        }
    return tree


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees)
def test_the_same_people_as_a_plain_reading_finds(house, tree):
    ids, dispatches, brought = house
    context = ([dispatch.pk for dispatch in dispatches], brought.pk)
    tree = name(tree, context=context)
    expected = [pk for pk, row in zip(ids, PEOPLE, strict=True) if holds(tree, row, context=context)]
    now = read_context(today=TODAY)
    near = replace(now, per_person=True, compiled={})  # each person looked up by themselves, as for an estimate
    assert list(select_persons(tree, context=near).values_list("pk", flat=True)) == expected
    assert list(select_persons(tree, context=now).values_list("pk", flat=True)) == expected
    assert count_each({"a": tree, "b": {"not": tree}}, context=now) == {
        "a": len(expected),
        "b": len(ids) - len(expected),
    }
    told = find_matching(list(Person.objects.order_by("pk")), parts={"a": tree}, context=now)
    assert [pk for pk, keys in told.items() if keys] == expected
    node = read_json(tree, custom=OWN)
    assert read_json(write_json(node), custom=OWN) == node


def test_the_plain_house_has_something_for_every_kind_of_condition(house):
    _ids, dispatches, brought = house
    context = ([dispatch.pk for dispatch in dispatches], brought.pk)
    for act in ("sent", "got", "clicked", "answered", "returned", "complained", "left"):
        found = [holds({"did": act}, row, context=context) for row in PEOPLE]
        assert any(found), act
        assert not all(found), act
    assert plain.compares({"field": "since", "is": "anniversary", "value": 1}, PEOPLE[0])  # 29 February, on 1 March


def test_merged_and_erased_persons_are_never_selected(house):
    ids = house[0]
    Person.objects.filter(pk=ids[0]).update(state="merged")
    assert count({}) == len(PEOPLE) - 1
    assert count({"none": []}) == len(PEOPLE) - 1
    assert count({"any": []}) == 0


def test_a_circle_is_refused_with_its_path(house):
    Segment.objects.create(name="A", conditions={"all": [{"segment": "B"}]})
    Segment.objects.create(name="B", conditions={"none": [{"segment": "C"}]})
    Segment.objects.create(name="C", conditions={"segment": "A"})
    with pytest.raises(SegmentFault, match="circle: A → B → C → A"):
        count({"segment": "A"})
    with pytest.raises(SegmentFault, match="no segment “D”"):
        count({"segment": "D"})


def test_a_list_of_ten_thousand_is_one_parameter_and_more_is_refused(house):
    many = [*map(str, range(9_998)), "eva@león.example", "EVA@León.example"]
    assert count({"any": [{"list": many}, {"list": many}]}) == 5
    with pytest.raises(SegmentFault, match="at most 10,000"):
        count({"list": [str(number) for number in range(10_001)]})
