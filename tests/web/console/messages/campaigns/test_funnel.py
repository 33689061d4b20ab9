"""Colours of reasons: each colour stands for one thing only, and nobody is lost in the rest."""

from hypothesis import given
from hypothesis import strategies as st

from esmero.web.console.messages.campaigns.funnel import sort_reasons

CODES = [f"G{number:02}" for number in range(1, 15)]


@given(st.dictionaries(st.sampled_from(CODES), st.integers(1, 9999)))
def test_no_colour_is_given_twice_and_everybody_is_in_the_bar(reasons):
    told = sort_reasons(reasons)
    fills = [fill for _code, _number, fill in told.named] + ([told.others[0][2]] if told.others else [])
    assert len(set(fills)) == len(fills) <= 5
    assert {code: number for code, number, _fill in [*told.named, *told.others]} == reasons
    assert sum(part.amount for part in told.parts) == sum(reasons.values())
    assert len(told.others) != 1
    numbers = [number for _code, number, _fill in [*told.named, *told.others]]
    assert numbers == sorted(numbers, reverse=True)
