"""Define the interface of a kind of import: persons, exclusion lists; later contracts, usage, statements of a bank.

The engine of this package reads files, moves an import through its states, cuts it into chunks and keeps its lines. All
that is known of the subject of the lines is in one object per kind; the table of all kinds is rounds/import_kinds.py.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from esmero.imports.fields import FieldSet
from esmero.imports.files.records import CsvRecord
from esmero.imports.mapping import ColumnMapping
from esmero.imports.models import Import, ImportLine
from esmero.work.sqlite.scratch import Scratch


@dataclass(frozen=True, slots=True)
class WrittenChunk[Line: ImportLine]:
    """Hold the stored lines of a chunk, one per record, and counts of its effects by name."""

    lines: Sequence[Line]
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class UndoneChunk:
    """Hold the result of taking lines back: {line id: UNDONE or the reason why it was kept}, and counts of effects."""

    outcomes: Mapping[int, str]
    counts: Counter[str] = field(default_factory=Counter)


class ImportKind[Row, Line: ImportLine](ABC):
    """Know the subject of the lines of an import: parse, write and take back up to five hundred of them at once.

    `lines` is the table of its lines. `name` is stored in Import.kind and never changes. `effects` are the names of
    counts that are stored even if zero, and `report_columns` those of the report.
    """

    name: ClassVar[str]
    lines: ClassVar[type[ImportLine]]
    fields: ClassVar[FieldSet]
    effects: ClassVar[tuple[str, ...]] = ()
    report_columns: ClassVar[tuple[str, ...]] = ("line", "verdict", "reason")

    def check_options(self, options: Mapping[str, Any], *, mapping: Mapping[str, str]) -> None:  # noqa: B027
        """Raise MappingProblem if the choices of the user do not fit the mapping."""

    @abstractmethod
    def read_row(self, record: CsvRecord, plan: ColumnMapping) -> Row:
        """Parse a record by the column mapping, without a database."""

    def prepare(self, import_: Import, plan: ColumnMapping) -> dict[str, Any]:  # noqa: ARG002
        """Create the rows that all lines share, before the first chunk; return a record of them for the undo."""
        return {}

    @abstractmethod
    def write(self, import_: Import, plan: ColumnMapping, rows: Sequence[Row]) -> WrittenChunk[Line]:
        """Match and write rows with their lines, in the caller's transaction; each line's `wrote` allows to undo it."""

    @abstractmethod
    def as_verdict(self, line: Line) -> Line:
        """Return an unsaved line of a dry run, whose rows do not exist: their names go into `cell`."""

    @abstractmethod
    def copy_rules(self, scratch: Scratch) -> None:
        """Copy the tables that every row may refer to into the database of a dry run."""

    @abstractmethod
    def copy_known(self, scratch: Scratch, rows: Sequence[Row]) -> None:
        """Copy the rows of the database that `write` may look up for these rows."""

    def count(self, import_: Import) -> dict[str, int]:  # noqa: ARG002
        """Return further counts of the stored lines, besides those of their verdicts."""
        return {}

    def write_report(self, import_: Import) -> Iterator[tuple[str | int, ...]]:
        """Yield the `report_columns` of every line in order."""
        rows = self.lines._default_manager.filter(of=import_).order_by("line")
        yield from rows.values_list(*self.report_columns).iterator(chunk_size=1000)

    @abstractmethod
    def undo(self, import_: Import, lines: Sequence[Line], *, dry_run: bool = False) -> UndoneChunk:
        """Take lines back, the last first, in the caller's transaction; `dry_run` decides and changes nothing.

        A line is kept as it is if somebody else changed or used its rows since.
        """

    def finish_undo(self, import_: Import) -> None:  # noqa: B027
        """Remove the rows that `prepare` made and nobody uses, after the last chunk."""


type AnyKind = ImportKind[Any, Any]
type Kinds = Mapping[str, AnyKind]
