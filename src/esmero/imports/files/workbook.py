"""Convert a sheet of a workbook (.xlsx) to CSV, each row on the line of its row number.

Values are written as displayed: dates by day, integers without a decimal point, codes with leading zeros, formulas by
their cached result. The file is streamed row by row; only its table of shared strings is held in memory.
"""

import csv
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from esmero.imports.files.problem import FileProblem
from esmero.imports.files.records import CsvDialect

# Dialect of the exported sheet, which the import reads back.
DIALECT = CsvDialect(encoding="utf-8", start=0, newline="\n", delimiter=",", blank_after=False)
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MOST_PARTS = 5_000
MOST_UNPACKED = 3_000_000_000  # octets of all parts together: over a million rows
MOST_TEXTS = 300_000_000  # octets of the table of shared strings, which is held in memory
MOST_TIMES = 250  # expansion ratio that marks a zip bomb; ordinary workbooks unpack to ten times their size
_SMALL = 100_000_000  # below this size the ratio does not matter
MOST_COLUMNS = 500
MOST_BLANK = 100
_LOOK_AT = 15

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_CODE = re.compile(r"0{2,}")


@dataclass(frozen=True, slots=True)
class Sheets:
    """Hold the names of the visible sheets, and the likeliest one."""

    names: tuple[str, ...]
    guess: str


def is_workbook(content: bytes) -> bool:
    """Return whether the content is a workbook of any kind, also one that cannot be read."""
    return content.startswith((_ZIP, _OLD))


def check_workbook(content: bytes, path: Path) -> None:
    """Refuse a file that is no readable workbook, or would not fit into memory.

    Raises:
        FileProblem: protected by a password, of an older or another program, broken, or far too large inside.

    """
    if content.startswith(_OLD):
        if _LOCKED in content:
            raise FileProblem("workbook-locked")
        raise FileProblem("workbook-xls")
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            kind = package.read("mimetype")[:100] if "mimetype" in package.namelist() else b""
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as trouble:
        raise _broken() from trouble
    names = {part.filename for part in parts}
    if b"opendocument" in kind:
        raise FileProblem("workbook-ods")
    if "xl/workbook.bin" in names:
        raise FileProblem("workbook-xlsb")
    if not any(name.startswith("xl/") for name in names):
        raise FileProblem("file-without-workbook")
    _check_size(parts, packed=len(content))


def look_at_sheets(path: Path, *, is_header: Callable[[str], bool]) -> Sheets:
    """Return the sheets of a workbook; the guess is the one with most known headers, else the fullest."""
    with _opened(path) as book:
        found: dict[str, tuple[int, int]] = {}
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            rows = list(islice(_rows(sheet), _LOOK_AT))
            known = max((sum(is_header(cell) for cell in row) for row in rows), default=0)
            found[sheet.title] = (known, sum(1 for row in rows for cell in row if cell))
    if not any(filled for _known, filled in found.values()):
        raise FileProblem("workbook-empty")
    return Sheets(tuple(found), max(found, key=lambda name: found[name]))


def write_sheet(path: Path, *, sheet: str, to: Path) -> None:
    """Write a sheet as CSV in DIALECT; row 7 of the sheet is line 7.

    A blank row between others becomes a record without content, as spreadsheets export it. A long gap, and all after
    the last row with content, becomes no record.

    Raises:
        FileProblem: there is no such sheet, or a row cannot be read.

    """
    with _opened(path) as book, to.open("w", encoding="utf-8", newline="") as file:
        if sheet not in book.sheetnames:
            raise FileProblem("sheet-unknown", sheet=sheet, list=list(book.sheetnames))
        writer = csv.writer(file, lineterminator="\n")
        blank = 0
        for row in _rows(book[sheet]):
            if not any(row):
                blank += 1
                continue
            file.write((",\n" if blank <= MOST_BLANK else "\n") * blank)
            writer.writerow(row)
            blank = 0


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a workbook for sequential reading; any error of the reader becomes a FileProblem."""
    try:
        import openpyxl  # half a second that a list in CSV need not wait for

        with path.open("rb") as file, closing(openpyxl.load_workbook(file, read_only=True, data_only=True)) as book:
            yield book
    except FileProblem:
        raise
    except Exception as trouble:  # openpyxl lets errors of its parsers through: KeyError, ValueError, XML errors
        raise _broken() from trouble


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # the stated dimensions may be wrong; read each row to its end
    for number, row in enumerate(sheet.iter_rows(), 1):
        if len(row) > MOST_COLUMNS:
            raise FileProblem("sheet-too-wide", line=number, most=MOST_COLUMNS)
        cells = [_format_cell(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def _format_cell(cell: Any) -> str:
    """Return a cell as displayed; a formula error is empty."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, str):
        return " ".join(value.split("\n")).replace("\r", "").replace("_x000D_", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _format_number(value, form=cell.number_format or "")
    return str(value)


def _format_number(value: float, *, form: str) -> str:
    if value == int(value) and abs(value) < 1e15:
        whole = str(int(value))
        return whole.zfill(len(form)) if _CODE.fullmatch(form) else whole
    short = f"{value:.15g}"
    return short if "e" not in short else f"{value:.10f}".rstrip("0").rstrip(".")


def _check_size(parts: Sequence[zipfile.ZipInfo], *, packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    texts = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    bomb = unpacked > _SMALL and unpacked > MOST_TIMES * packed
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or texts > MOST_TEXTS or bomb:
        raise FileProblem("workbook-too-large")


def _broken() -> FileProblem:
    return FileProblem("workbook-broken")
