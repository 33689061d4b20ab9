"""Read the ids of rows from a request, where anybody may have written anything."""

from collections.abc import Iterable

_DIGITS = 18  # every number of so many fits a column of 64 bits; SQLite fails on larger ones


def read_id(text: str) -> int:
    """Return the id that a text names, 0, which no row has, if it names none."""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else 0


def read_ids(texts: Iterable[str]) -> list[int]:
    """Return the ids that texts name, without those that name none."""
    return [found for text in texts if (found := read_id(text))]
