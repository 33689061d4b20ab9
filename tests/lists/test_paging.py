import pytest

from esmero.lists.paging import cut_page, read_key


def pages(rows, size):
    """Walk through all pages as a reader does, by the key that each one gives."""
    seen, after = [], None
    while True:
        key = read_key(after, kinds=(int,))
        found = [row for row in rows if key is None or row > key[0]][: size + 1]
        page = cut_page(found, size=size, key=lambda row: (row,))
        seen += page.rows
        if page.following is None:
            return seen
        after = page.following


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 9])
def test_every_row_is_seen_once(number):
    assert pages(list(range(number)), 3) == list(range(number))


@pytest.mark.parametrize("text", ["", None, "x", "{}", '["a"]', "[1,2]", "[true]", "[1.5]", "null"])
def test_what_is_no_key_starts_at_the_first_page(text):
    assert read_key(text, kinds=(int,)) is None
