"""Read ids of rows that a request names outside its address: a button, a choice, a hidden field."""

_LONGEST = 18  # digits: any number of them fits into a BigIntegerField


def read_row_id(text: str | None) -> int:
    """Return the id, 0 (the id of no row) for anything else than a number."""
    return int(text) if text and text.isdecimal() and len(text) <= _LONGEST else 0
