"""The Range field: the examples of RFC 9110, section 14.1.2, and fields that nobody should send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.web.files.ranges import ByteRange, read_range


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-499", ByteRange(0, 500)),
        ("bytes=500-999", ByteRange(500, 500)),
        ("bytes=-500", ByteRange(9500, 500)),
        ("bytes=9500-", ByteRange(9500, 500)),
        ("bytes=0-0", ByteRange(0, 1)),
        ("bytes=-1", ByteRange(9999, 1)),
        ("BYTES = 0 - 9", ByteRange(0, 10)),
        ("bytes=9990-20000", ByteRange(9990, 10)),
        ("bytes=-20000", ByteRange(0, 10_000)),
        # Nothing lies within: 416.
        ("bytes=10000-", ByteRange(10_000, 0)),
        ("bytes=20000-30000", ByteRange(20_000, 0)),
        ("bytes=-0", ByteRange(10_000, 0)),
        # Several or malformed ones: the whole file.
        ("bytes=0-0,-1", None),
        ("bytes=500-600,601-999", None),
        ("bytes=9-5", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=--5", None),
        ("bytes=1-2-3", None),
        ("lines=0-5", None),
        ("bytes=٣-٤", None),
        (f"bytes={'9' * 5000}-", None),
    ],
)
def test_a_range_of_ten_thousand_octets(header, part):
    assert read_range(header, size=10_000) == part


@given(st.text() | st.from_regex(r"bytes=[\d-]{0,12}"), st.integers(0, 50))
def test_no_range_leaves_the_file(header, size):
    part = read_range(header, size=size)
    assert part is None or part.length == 0 or 0 <= part.start < part.start + part.length <= size


def test_an_empty_file_has_no_part():
    assert read_range("bytes=0-0", size=0).length == 0
