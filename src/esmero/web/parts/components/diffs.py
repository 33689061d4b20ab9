"""Compare two texts side by side: equal, changed, deleted and new lines, and changed words within a line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

type Kind = Literal["same", "changed", "gone", "new", "gap"]

AROUND = 3  # lines of the same text shown beside a change
_LONGEST = 400  # words; longer lines are marked as a whole, because word comparison is quadratic
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """Hold a run of words of a line; `marked` where the other side differs."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRow:
    """Hold one row: old and new line with numbers, None where a side has none; of a gap only its length."""

    kind: Kind
    old: Sequence[DiffPiece] = ()
    new: Sequence[DiffPiece] = ()
    old_number: int | None = None
    new_number: int | None = None
    hidden: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDiff:
    """Hold all rows, and the numbers of deleted and new lines; a changed line counts as both."""

    rows: Sequence[DiffRow]
    gone: int
    new: int


def compare_texts(old: str, new: str, *, around: int = AROUND) -> TextDiff:
    """Compare two texts line by line; runs of more than 2 × `around` equal lines become a gap."""
    before, after = old.splitlines(), new.splitlines()
    rows: list[DiffRow] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    codes = matcher.get_opcodes()
    last = len(codes) - 1
    for place, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag == "equal":
            same = [_same(before[i], old=i + 1, new=j + 1) for i, j in zip(range(i1, i2), range(j1, j2), strict=True)]
            rows += _fold(same, head=around if place else 0, tail=around if place < last or not last else 0)
        else:
            rows += _pair(before, after, olds=range(i1, i2), news=range(j1, j2))
    return TextDiff(
        rows=rows,
        gone=sum(row.kind in {"changed", "gone"} for row in rows),
        new=sum(row.kind in {"changed", "new"} for row in rows),
    )


def _same(line: str, *, old: int, new: int) -> DiffRow:
    pieces = (DiffPiece(line),)
    return DiffRow(kind="same", old=pieces, new=pieces, old_number=old, new_number=new)


def _fold(same: list[DiffRow], *, head: int, tail: int) -> list[DiffRow]:
    hidden = len(same) - head - tail
    # A gap row takes the place of one line, so hiding a single line gains nothing.
    if hidden <= 1:
        return same
    return [*same[:head], DiffRow(kind="gap", hidden=hidden), *same[len(same) - tail :]]


def _pair(before: Sequence[str], after: Sequence[str], *, olds: range, news: range) -> Iterator[DiffRow]:
    """Put the lines of a replaced run side by side in order; surplus lines stay alone."""
    for i, j in zip(olds, news, strict=False):
        left, right = _mark(before[i], after[j])
        yield DiffRow(kind="changed", old=left, new=right, old_number=i + 1, new_number=j + 1)
    for i in olds[len(news) :]:
        yield DiffRow(kind="gone", old=(DiffPiece(before[i], marked=True),), old_number=i + 1)
    for j in news[len(olds) :]:
        yield DiffRow(kind="new", new=(DiffPiece(after[j], marked=True),), new_number=j + 1)


def _mark(old: str, new: str) -> tuple[Sequence[DiffPiece], Sequence[DiffPiece]]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    if max(len(before), len(after)) > _LONGEST:
        return (DiffPiece(old, marked=True),), (DiffPiece(new, marked=True),)
    left: list[DiffPiece] = []
    right: list[DiffPiece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if i2 > i1:
            left.append(DiffPiece("".join(before[i1:i2]), marked=tag != "equal"))
        if j2 > j1:
            right.append(DiffPiece("".join(after[j1:j2]), marked=tag != "equal"))
    return left, right
