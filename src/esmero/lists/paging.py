"""Page by key: a page starts after the last row of the previous one, so that new rows shift nothing."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

type Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """Hold the rows of one page, and the key after which the next one starts (None: last page)."""

    rows: Sequence[Row]
    following: str | None


def cut_page[Row](rows: Sequence[Row], *, size: int, key: Callable[[Row], Key]) -> Page[Row]:
    """Cut a page of `size` rows; the caller queries one row more to know whether a next page exists."""
    shown = rows[:size]
    return Page(shown, json.dumps(key(shown[-1]), separators=(",", ":")) if len(rows) > size else None)


def read_key(text: str | None, *, kinds: tuple[type, ...]) -> Key | None:
    """Parse the key that `cut_page` wrote; None for the first page and for an invalid key."""
    if not text:
        return None
    try:
        values = json.loads(text)
    except ValueError:
        return None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        return None
    return tuple(values)
