"""Describe small tables of a report: at most about fifty rows, also returned as a CSV file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

type Words = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallTableCell:
    """Hold a cell: text, link, and the value for a file (else the text); `quiet` cells are dimmed."""

    text: Words
    url: str = ""
    plain: object = None
    quiet: bool = False
    look: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallTable:
    """Describe a small table.

    `key` names it in the URL of its file; numbers are right-aligned; `note` is shown below it.
    """

    key: str
    title: Words
    heads: Sequence[Words]
    rows: Sequence[Sequence[SmallTableCell | int | Words]] = field(default_factory=list)
    note: Words = ""
    empty: Words = ""

    @property
    def lines(self) -> list[list[tuple[Words, SmallTableCell | int | Words]]]:
        """Return the rows for display, each cell with its header."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]

    @property
    def numeric(self) -> list[tuple[Words, bool]]:
        """Return the headers, each with whether its column holds numbers or rates."""
        first = self.rows[0] if self.rows else [""] * len(self.heads)
        return [
            (head, isinstance(cell, int) or (isinstance(cell, SmallTableCell) and cell.quiet))
            for head, cell in zip(self.heads, first, strict=True)
        ]

    def write(self) -> list[list[str]]:
        """Return the lines of the CSV file, header first; formula signs are neutralised (CWE-1236)."""
        return [[str(head) for head in self.heads], *([_plain(cell) for cell in row] for row in self.rows)]


def _plain(cell: SmallTableCell | int | Words) -> str:
    value = (cell.text if cell.plain is None else cell.plain) if isinstance(cell, SmallTableCell) else cell
    text = str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not isinstance(value, (int, float)) else text
