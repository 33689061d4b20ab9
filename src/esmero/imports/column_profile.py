"""Profile the cells of one column: type, choices and samples, in one pass and constant memory."""

import re
from collections.abc import Collection

from esmero.imports.cell_values import (
    NO,
    YES,
    CellKind,
    ValueMisfit,
    is_blank,
    read_date,
    read_decimal,
    read_integer,
)
from esmero.text_folding import fold

_Kind = CellKind
MOST_CHOICES = 12
_SAMPLES = 3
_LONGEST_CHOICE = 60
# Texts that repeat this often on average are a set of choices.
_REPEATS = 3
_LEADING_PAIR = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}")


class ColumnProfile:
    """Collect statistics of the cells of a column and derive its type."""

    __slots__ = ("_numbers", "_open", "_second_over", "addresses", "distinct", "filled", "first_over", "samples")

    def __init__(self) -> None:
        self.filled = 0
        self.addresses = 0
        self.samples: list[str] = []
        self.distinct: set[str] | None = set()
        self.first_over = False
        self._second_over = False
        self._open = {_Kind.INTEGER.value, _Kind.DECIMAL.value, _Kind.DATE.value}
        self._numbers = 0

    def add(self, cell: str) -> None:
        """Add one cell; blank cells are ignored."""
        text = cell.strip()
        if is_blank(text):
            return
        self.filled += 1
        if self.distinct is not None and text not in self.distinct:
            if len(self.samples) < _SAMPLES:
                self.samples.append(text[:80])
            self.distinct.add(text)
            if len(self.distinct) > MOST_CHOICES:
                self.distinct = None
        elif self.distinct is not None:
            return
        if self._open:
            self._narrow(text)
        if "@" in text:
            self.addresses += 1

    def _narrow(self, text: str) -> None:
        for kind, read in ((_Kind.INTEGER, read_integer), (_Kind.DECIMAL, read_decimal)):
            if kind in self._open:
                try:
                    read(text)
                except ValueMisfit:
                    self._open.discard(kind)
        if _Kind.DATE in self._open:
            pair = _LEADING_PAIR.match(text)
            if pair:
                self.first_over |= int(pair[1]) > 12
                self._second_over |= int(pair[2]) > 12
            try:
                read_date(text, day_first=not self._second_over or self.first_over)
            except ValueMisfit:
                self._open.discard(_Kind.DATE)

    def holds_only(self, words: Collection[str]) -> bool:
        """Return whether the cells hold few values, all of them among these folded words."""
        return self.distinct is not None and all(fold(text) in words for text in self.distinct)

    @property
    def day_first(self) -> bool:
        """Return whether dates such as 03/04/2026 begin with the day: True unless a cell of the column disproves it."""
        return self.first_over or not self._second_over

    @property
    def kind(self) -> str:
        """Return the type that every cell of the column fits."""
        words = {fold(text) for text in self.distinct} if self.distinct else None
        if words and words <= (YES | NO) and (words & NO) and (len(words) > 1 or not words <= {"0"}):
            return _Kind.YES_NO
        for kind in (_Kind.INTEGER, _Kind.DECIMAL, _Kind.DATE):
            if self.filled and kind in self._open:
                return kind
        is_choice = self.distinct is not None and self.filled >= _REPEATS * max(len(self.distinct), 2)
        if self.distinct is not None and is_choice and all(len(text) <= _LONGEST_CHOICE for text in self.distinct):
            return _Kind.CHOICE
        return _Kind.TEXT

    @property
    def choices(self) -> list[str]:
        """Return the sorted values of a column of choices."""
        return sorted(self.distinct) if self.distinct is not None and self.kind == _Kind.CHOICE else []
