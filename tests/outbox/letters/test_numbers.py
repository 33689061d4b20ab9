"""Numbers of letters: what is printed is read, and a slip of the pen finds no other letter."""

from hypothesis import given
from hypothesis import strategies as st

from esmero.outbox.letters.numbers import read_number, write_number

IDS = st.integers(min_value=1, max_value=10**16)


@given(IDS)
def test_a_number_is_read_back(pk):
    assert read_number(f" {write_number(pk)} ") == pk


@given(IDS, st.data())
def test_one_wrong_digit_is_no_number(pk, data):
    text = write_number(pk)
    place = data.draw(st.sampled_from([at for at, one in enumerate(text) if one.isdigit()]))
    other = data.draw(st.sampled_from([one for one in "0123456789" if one != text[place]]))
    assert read_number(text[:place] + other + text[place + 1 :]) is None


def test_a_known_number_of_the_standard():
    assert write_number(7992739871) == "7992739871-3"  # the example of ISO/IEC 7812-1's algorithm
    for text in ("", "7", "7-", "x-1", "7 5", "١-٢"):
        assert read_number(text) is None
