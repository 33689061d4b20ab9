"""Paging by key: a page starts after the last row of the one before, so that rows that come in between shift nothing."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

type Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """The rows of one page, and the key after which the next one starts (None: this was the last)."""

    rows: Sequence[Row]
    following: str | None


def cut_page[Row](rows: Sequence[Row], *, size: int, key: Callable[[Row], Key]) -> Page[Row]:
    """Cut a page of `size` from rows of which one more was asked for than is shown."""
    shown = rows[:size]
    return Page(shown, json.dumps(key(shown[-1]), separators=(",", ":")) if len(rows) > size else None)


def read_key(text: str | None, *, kinds: tuple[type, ...]) -> Key | None:
    """Read the key that `cut_page` wrote; None for the first page and for anything that is no such key."""
    if not text:
        return None
    try:
        values = json.loads(text)
    except ValueError:
        return None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        return None
    return tuple(values)
