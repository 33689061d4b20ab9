"""Whom a segment never selects, and segments that cannot be compiled; test_one_tree.py compares with an oracle."""

import pytest

from esmero.dossier.segments.selection import count
from esmero.people.models import Person, Segment
from esmero.people.segments.values import SegmentCycle, SegmentFault
from tests.dossier.plain import PEOPLE, furnish

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(db):
    return furnish()


def segment(name):
    return {"kind": "segment", "name": name}


def test_merged_and_erased_persons_are_never_selected(house):
    ids = house[0]
    Person.objects.filter(pk=ids[0]).update(state="merged")
    assert count({}) == len(PEOPLE) - 1
    assert count({"kind": "none", "parts": [{"kind": "tag", "name": "none such"}]}) == len(PEOPLE) - 1


def test_a_circle_is_refused_with_its_path(house):
    Segment.objects.create(name="A", conditions={"kind": "all", "parts": [segment("B")]})
    Segment.objects.create(name="B", conditions={"kind": "none", "parts": [segment("C")]})
    Segment.objects.create(name="C", conditions=segment("A"))
    with pytest.raises(SegmentCycle) as caught:
        count(segment("A"))
    assert (caught.value.code, caught.value.facts) == ("segment-cycle", {"path": ("A", "B", "C", "A")})
    with pytest.raises(SegmentFault) as caught:
        count(segment("D"))
    assert (caught.value.code, caught.value.facts) == ("segment-missing", {"name": "D"})


def test_a_list_of_ten_thousand_is_one_parameter_and_more_is_refused(house):
    many = {"kind": "list", "values": [*map(str, range(9_998)), "eva@león.example", "EVA@León.example"]}
    assert count({"kind": "any", "parts": [many, many]}) == 5
    with pytest.raises(SegmentFault) as caught:
        count({"kind": "list", "values": [str(number) for number in range(10_001)]})
    assert caught.value.facts == {"most": 10_000}
