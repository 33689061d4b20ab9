from hypothesis import given
from hypothesis import strategies as st

from esmero.web.parts.components.bars import BarSegment, place_segments


def laid(*amounts, total):
    return place_segments([BarSegment(amount=amount, fill=1) for amount in amounts], total=total)


def test_segments_stand_side_by_side():
    first, second = laid(30, 20, total=100)
    assert (first.x, first.width) == ("0.00", "30.00")
    assert (second.x, second.width) == ("30.00", "20.00")


def test_nothing_has_no_width_and_a_little_can_be_seen():
    assert laid(0, total=100) == []
    assert laid(5, total=0) == []
    assert laid(1, total=100_000)[0].width == "0.50"


@given(st.lists(st.integers(0, 10_000), max_size=8), st.integers(0, 20_000))
def test_a_bar_never_leaves_its_frame(amounts, total):
    for rectangle in laid(*amounts, total=total):
        assert 0 <= float(rectangle.x) <= 100.01
        assert float(rectangle.x) + float(rectangle.width) <= 100.02
