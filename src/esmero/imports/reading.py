"""Read a file once from beginning to end; determine its CSV dialect, and guess the meaning and type of its columns."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from esmero.imports.column_profile import ColumnProfile
from esmero.imports.fields import IGNORE, OWN, FieldSet, to_key
from esmero.imports.files.encoding import Encoding, guess_encoding
from esmero.imports.files.lines import Lines
from esmero.imports.files.problem import FileProblem
from esmero.imports.files.records import CsvDialect, CsvReader, CsvRecord

_DELIMITERS = ",;\t|"
_LOOK_AT = 60
_HEADER_WITHIN = 15


@dataclass(frozen=True, slots=True)
class FileColumn:
    """Describe a column: `guess` in the syntax of `--map`, `confidence` 0 to 1, the type of all cells, and samples.

    `needs_confirmation` says whether the guess gives a right, which the user must confirm.
    """

    name: str
    guess: str
    confidence: float
    samples: tuple[str, ...]
    kind: str
    choices: tuple[str, ...]
    day_first: bool
    filled: int
    keys: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    needs_confirmation: bool = False


@dataclass(frozen=True, slots=True)
class FileReading:
    """Describe the dialect and the columns of a file. `header_line` is 0 for a file without headers.

    For a workbook, `sheet` is the one of `sheets` that was read, and `text` the hash of the CSV exported from it.
    """

    dialect: CsvDialect
    header_line: int
    columns: tuple[FileColumn, ...]
    records: int
    data_offset: int
    data_line: int
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    text: str = ""

    @property
    def encoding(self) -> str:
        return self.dialect.encoding

    @property
    def delimiter(self) -> str:
        return self.dialect.delimiter

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> "FileReading":
        columns = tuple(
            FileColumn(
                **{
                    **column,
                    "samples": tuple(column["samples"]),
                    "choices": tuple(column["choices"]),
                    "keys": tuple((key, kind, tuple(choices)) for key, kind, choices in column["keys"]),
                }
            )
            for column in facts["columns"]
        )
        sheets = tuple(facts.get("sheets", ()))
        return cls(**{**facts, "dialect": CsvDialect(**facts["dialect"]), "columns": columns, "sheets": sheets})


def read_file(path: Path, *, fields: FieldSet, dialect: CsvDialect | None = None) -> FileReading:
    """Return the reading of a file with guesses among `fields`, its dialect guessed unless given.

    Every octet, line and quotation mark is checked, so that the import cannot fail on the format later.

    Raises:
        FileProblem: it cannot be read.

    """
    dialect = dialect or _find_dialect(path)
    with CsvReader(path, dialect) as records:
        first = list(islice(records, _HEADER_WITHIN))
    if not first:
        raise FileProblem("file-empty")
    header = _find_header(first, fields=fields)
    if header is None:
        names, offset, line, header_line = (
            _number_columns(max(len(row.cells) for row in first)),
            dialect.start,
            dialect.skipped,
            0,
        )
    else:
        row = first[header]
        names, offset, line, header_line = _name_columns(row.cells), row.end, row.line + row.lines - 1, row.line
    profiles, deep, count = _profile_columns(path, dialect, offset=offset, line=line, width=len(names))
    return FileReading(
        dialect=dialect,
        header_line=header_line,
        columns=tuple(_guess_columns(names, profiles, deep, fields=fields)),
        records=count,
        data_offset=offset,
        data_line=line,
    )


def _find_dialect(path: Path) -> CsvDialect:
    encoding = guess_encoding(path)
    newline, lines, second = _sample(path, encoding.name, encoding.mark)
    return _guess_dialect(lines, newline=newline, encoding=encoding, second=second)


def _sample(path: Path, encoding: str, mark: int) -> tuple[str, list[str], int]:
    """Return the line terminator, the first lines, and the offset of the second line."""
    with path.open("rb") as file:
        newline = "\n"
        wide = "\n".encode(encoding)
        # Some programs still end lines with a carriage return alone.
        if wide not in file.read(256 * 1024) and len(wide) == 1:
            newline = "\r"
        reader = Lines(file, encoding=encoding, newline=newline, offset=mark)
        first = list(islice(reader, 1))
        second = reader.offset
        return newline, [*first, *islice(reader, _LOOK_AT - 1)], second


def _guess_dialect(lines: Sequence[str], *, newline: str, encoding: Encoding, second: int) -> CsvDialect:
    start, skipped = encoding.mark, 0
    stated = lines[0].strip() if lines else ""
    # Excel's hint line, which states the delimiter and is no record.
    if stated.lower().startswith("sep=") and len(stated) == 5:
        delimiter, lines, start, skipped = stated[4], lines[1:], second, 1
    else:
        delimiter = max(_DELIMITERS, key=lambda candidate: _regularity(lines, candidate))
    blank_after = any(f'{delimiter} "' in text for text in lines)
    return CsvDialect(encoding.name, start, newline, delimiter, blank_after, skipped)


def _regularity(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """Score a delimiter: the share of records with the same number of cells, and that number."""
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
    except csv.Error:
        return (0.0, 0)
    if not widths:
        return (0.0, 0)
    width, times = max(widths.items(), key=lambda pair: (pair[1] if pair[0] > 1 else 0, pair[0]))
    return (times / widths.total() if width > 1 else 0.0, width)


def _find_header(first: Sequence[CsvRecord], *, fields: FieldSet) -> int | None:
    """Return the index of the header record: the one with most known headers, or a first one without data."""
    known = [sum(bool(fields.guess(cell)[0]) for cell in row.cells) for row in first]
    best = max(range(len(first)), key=lambda n: (known[n], -n))
    filled = [cell for cell in first[best].cells if cell.strip()]
    if known[best] and not any(fields.is_data(cell) for cell in filled):
        return best
    cells = [cell.strip() for cell in first[0].cells]
    plain = all(cells) and not any(fields.is_data(cell) or cell.isdigit() for cell in cells)
    return 0 if plain and len(first) > 1 else None


def _number_columns(width: int) -> list[str]:
    return [f"Column {n}" for n in range(1, width + 1)]


def _name_columns(cells: Sequence[str]) -> list[str]:
    names: list[str] = []
    for n, cell in enumerate(cells, 1):
        name = " ".join(cell.replace("\0", "").split()) or f"Column {n}"
        again = sum(old == name or old.startswith(f"{name} (") for old in names)
        names.append(f"{name} ({again + 1})" if again else name)
    return names


class _AttributeProfiles:
    """Profile the keys inside a column of JSON objects; `objects` counts the cells that hold one."""

    def __init__(self) -> None:
        self.objects = 0
        self.keys: dict[str, ColumnProfile] = {}

    def add(self, cell: str) -> None:
        for key, text in read_attributes(cell).items():
            self.keys.setdefault(key, ColumnProfile()).add(text)
        self.objects += 1


def read_attributes(cell: str) -> dict[str, str]:
    """Parse a JSON object in a cell into {key: text} (lists and objects stay JSON); raise ValueError or TypeError."""
    found = json.loads(cell)
    if not isinstance(found, dict):
        raise TypeError(cell)
    texts = {}
    for name, value in found.items():
        if value is None or not to_key(str(name)):
            continue
        texts[to_key(str(name))] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return texts


def _profile_columns(
    path: Path, dialect: CsvDialect, *, offset: int, line: int, width: int
) -> tuple[list[ColumnProfile], list[_AttributeProfiles], int]:
    profiles = [ColumnProfile() for _ in range(width)]
    deep = [_AttributeProfiles() for _ in range(width)]
    count = 0
    with CsvReader(path, dialect, offset=offset, line=line) as records:
        for record in records:
            count += 1
            for n, cell in enumerate(record.cells[:width]):
                profiles[n].add(cell)
                if cell[:1] == "{":
                    try:
                        deep[n].add(cell)
                    except (ValueError, TypeError, RecursionError):  # deeply nested JSON exhausts the stack
                        continue
    return profiles, deep, count


def _guess_columns(
    names: Sequence[str],
    profiles: Sequence[ColumnProfile],
    deep: Sequence[_AttributeProfiles],
    *,
    fields: FieldSet,
) -> Iterator[FileColumn]:
    taken: set[str] = set()
    keys: set[str] = set()
    for name, profile, inside in zip(names, profiles, deep, strict=True):
        guess, confidence = _guess(name, profile, inside, fields=fields)
        if guess in taken and not fields.may_repeat(guess):
            guess, confidence = "", 0.0
        if guess:
            taken.add(guess)
        elif not profile.filled or not to_key(name) or not fields.takes_own:
            guess, confidence = IGNORE, 1.0
        else:
            key = to_key(name)
            while key in keys:
                key += "_2"
            keys.add(key)
            guess, confidence = f"{OWN}:{key}", 0.5
        yield FileColumn(
            name=name,
            guess=guess,
            confidence=confidence,
            samples=tuple(profile.samples),
            kind=profile.kind,
            choices=tuple(profile.choices),
            day_first=profile.day_first,
            filled=profile.filled,
            keys=tuple((key, found.kind, tuple(found.choices)) for key, found in inside.keys.items()),
            needs_confirmation=guess in fields.granting,
        )


def _guess(name: str, profile: ColumnProfile, inside: _AttributeProfiles, *, fields: FieldSet) -> tuple[str, float]:
    """Return the field of a column by its header, else by its cells, and the confidence; "" and 0.0 if unknown."""
    guess, confidence = fields.guess(name)
    if guess:
        is_fit = inside.objects if guess == fields.objects else fields.requires.get(guess, bool)(profile)
        return (guess, confidence) if is_fit else ("", 0.0)
    if fields.objects and inside.objects and inside.objects == profile.filled:
        return fields.objects, 0.9
    return next(((name, 0.8) for name, fits in fields.by_cells.items() if fits(profile)), ("", 0.0))
