"""Export the refused lines of an import for correction: the original columns, and the reason in a last column."""

import csv
from collections.abc import Iterator
from io import StringIO

from esmero.imports.files.records import CsvReader
from esmero.imports.kind import AnyKind
from esmero.imports.models import Import, ImportLine
from esmero.imports.reading import FileReading
from esmero.vault.files import path_of

REASON_COLUMN = "Esmero: reason"
_MARK = "\ufeff"  # byte order mark, so that spreadsheets read the file as UTF-8


def write_refused(import_: Import, *, kind: AnyKind) -> Iterator[bytes]:
    """Yield the CSV file line by line: UTF-8 with BOM, the original delimiter; only the header if none was refused."""
    reading = FileReading.from_json(import_.reading)
    refused = kind.lines._default_manager.filter(of=import_, verdict=ImportLine.Verdict.REFUSED).order_by("line")
    reasons = {line: f"{reason} {cell}".strip() for line, reason, cell in refused.values_list("line", "reason", "cell")}
    names = [column.name for column in reading.columns]
    yield _write([*names, REASON_COLUMN], delimiter=reading.delimiter, before=_MARK)
    if not reasons:
        return
    last = max(reasons)
    path = path_of(reading.text or import_.file.sha256)
    with CsvReader(path, reading.dialect, offset=reading.data_offset, line=reading.data_line) as records:
        for record in records:
            if record.line > last:
                return
            if record.line in reasons:
                cells = [*record.cells, *[""] * (len(names) - len(record.cells))]
                yield _write([*cells, reasons[record.line]], delimiter=reading.delimiter)


def _write(cells: list[str], *, delimiter: str, before: str = "") -> bytes:
    line = StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return (before + line.getvalue()).encode()
