"""The difference of two texts side by side, line by line: {% diff old new %}."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT = 3
MOST_LINES = 4_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line on the left, one on the right: `kind` is same, changed, added, removed, or gap (of `skipped` lines)."""

    kind: str
    left_number: int | None = None
    left: tuple[tuple[str, bool], ...] = ()
    right_number: int | None = None
    right: tuple[tuple[str, bool], ...] = ()
    skipped: int = 0


def lay_difference(old: str, new: str) -> list[Row]:
    """Lay out two texts side by side; far from any change, lines that are the same are left out."""
    before, after = old.splitlines()[:MOST_LINES], new.splitlines()[:MOST_LINES]
    rows: list[Row] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            rows += _same(before, a, b, c, first=not rows, last=b == len(before))
        elif kind == "replace":
            rows += _replaced(before[a:b], after[c:d], a, c)
        else:
            rows += [Row("removed", a + n + 1, ((line, True),)) for n, line in enumerate(before[a:b])]
            rows += [Row("added", right_number=c + n + 1, right=((line, True),)) for n, line in enumerate(after[c:d])]
    return rows


def _same(before: list[str], a: int, b: int, c: int, *, first: bool, last: bool) -> Iterator[Row]:
    head, tail = 0 if first else CONTEXT, 0 if last else CONTEXT
    skipped = b - a - head - tail
    for n in range(b - a):
        if skipped > 1 and head <= n < b - a - tail:
            if n == head:
                yield Row("gap", skipped=skipped)
            continue
        words = ((before[a + n], False),)
        yield Row("same", a + n + 1, words, c + n + 1, words)


def _replaced(before: list[str], after: list[str], a: int, c: int) -> Iterator[Row]:
    for n in range(max(len(before), len(after))):
        if n >= len(after):
            yield Row("removed", a + n + 1, ((before[n], True),))
        elif n >= len(before):
            yield Row("added", right_number=c + n + 1, right=((after[n], True),))
        else:
            left, right = _mark_words(before[n], after[n])
            yield Row("changed", a + n + 1, left, c + n + 1, right)


def _mark_words(old: str, new: str) -> tuple[tuple[tuple[str, bool], ...], tuple[tuple[str, bool], ...]]:
    """Give the words of two lines, each run with whether it differs; very long lines are marked whole."""
    if len(old) > 2_000 or len(new) > 2_000:
        return ((old, True),), ((new, True),)
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    before, after = re.findall(r"\w+|\W", old), re.findall(r"\w+|\W", new)
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if b > a:
            left.append(("".join(before[a:b]), kind != "equal"))
        if d > c:
            right.append(("".join(after[c:d]), kind != "equal"))
    return tuple(left), tuple(right)
