"""Read records of a CSV file (RFC 4180 and its dialects) with the physical line number of each."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from esmero.imports.files.lines import Lines
from esmero.imports.files.problem import FileProblem

MOST_LINES = 1000
# Appended as a last line: the csv module accepts a quotation that is never closed without an error.
_END = "\0end of file\0"


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """Describe the format of a CSV file.

    `start` is the offset of the first record and `skipped` the number of lines before it. `blank_after` skips blanks
    after the delimiter.
    """

    encoding: str
    start: int
    newline: str
    delimiter: str
    blank_after: bool
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """Hold the cells of a record: `line` is its first physical line, `lines` their number, `end` the octet after it."""

    line: int
    lines: int
    cells: list[str]
    end: int


class CsvReader(Iterator[CsvRecord]):
    """Iterate over records from an offset, skipping blank lines. A context manager: it holds the file open."""

    def __init__(self, path: Path, dialect: CsvDialect, *, offset: int | None = None, line: int = 0) -> None:
        self._file = path.open("rb")
        start, line = (dialect.start, dialect.skipped) if offset is None else (offset, line)
        self._lines = Lines(self._file, encoding=dialect.encoding, newline=dialect.newline, offset=start, number=line)
        self._rows = csv.reader(
            self._fed(), delimiter=dialect.delimiter, skipinitialspace=dialect.blank_after, strict=False
        )
        self._first = line + 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __next__(self) -> CsvRecord:
        while True:
            self._first = self._lines.number + 1
            try:
                cells = next(self._rows)
            except csv.Error as trouble:
                raise self._unclosed() from trouble
            if cells == [_END]:
                raise StopIteration
            if cells and cells[-1].endswith(_END):
                raise self._unclosed()
            if cells:
                return CsvRecord(self._first, self._lines.number - self._first + 1, cells, self._lines.offset)

    def _fed(self) -> Iterator[str]:
        for text in self._lines:
            if self._lines.number - self._first >= MOST_LINES:
                raise self._unclosed()
            yield text
        yield _END

    def _unclosed(self) -> FileProblem:
        return FileProblem("quotation-unclosed", line=self._first)
