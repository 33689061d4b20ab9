"""Define the import of persons: fields, parsing, writing, dry run, report and undo of the lines of a list."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from esmero.imports.files.problem import MappingProblem
from esmero.imports.files.records import CsvRecord
from esmero.imports.kind import ImportKind, UndoneChunk, WrittenChunk
from esmero.imports.mapping import ColumnMapping
from esmero.imports.models import Import
from esmero.people.imports import dry_run_database
from esmero.people.imports.chunk import ImportChunk
from esmero.people.imports.declared_fields import declare_fields, remove_fields
from esmero.people.imports.fields import PERSON_FIELDS
from esmero.people.imports.person_undo import PersonUndo
from esmero.people.imports.references import UpperRecords
from esmero.people.imports.report import count_addresses, write_report
from esmero.people.imports.rows import ImportRow, read_row
from esmero.people.models import Person, PersonLine
from esmero.work.sqlite.scratch import Scratch


class PersonImports(ImportKind[ImportRow, PersonLine]):
    """Import persons with their consent. Options: {"topic": id of the topic of the consent, None for none}.

    `records` are needed for the undo.
    """

    name = "persons"
    lines = PersonLine
    fields = PERSON_FIELDS
    effects = ("granted", "withdrawn")
    report_columns = ("line", "id", "verdict", "address", "shared", "commercial")

    def __init__(self, records: UpperRecords) -> None:
        self.records = records

    def check_options(self, options: Mapping[str, Any], *, mapping: Mapping[str, str]) -> None:
        """Refuse a column of consent without the topic of the consent."""
        if options.get("topic") is None and "consent" in mapping.values():
            raise MappingProblem("consent-without-topic")

    def read_row(self, record: CsvRecord, plan: ColumnMapping) -> ImportRow:
        """Parse a record into the values of a person."""
        return read_row(record, plan)

    def prepare(self, import_: Import, plan: ColumnMapping) -> dict[str, Any]:  # noqa: ARG002
        """Declare the custom fields of the mapping."""
        return declare_fields(plan)

    def write(self, import_: Import, plan: ColumnMapping, rows: Sequence[ImportRow]) -> WrittenChunk[PersonLine]:
        """Match and write persons, contact points, tags, permissions and suppressions."""
        chunk = ImportChunk(import_, plan, rows)
        return WrittenChunk(chunk.write(), chunk.permission_counts)

    def as_verdict(self, line: PersonLine) -> PersonLine:
        """Return a line without its person; their name and address go into `cell`."""
        return PersonLine(
            of_id=line.of_id, line=line.line, verdict=line.verdict, number=line.number,
            address_verdict=line.address_verdict, reason=line.reason, cell=line.cell or _name(line.person),
            warnings=line.warnings,
        )  # fmt: skip

    def copy_rules(self, scratch: Scratch) -> None:
        """Copy brands, purposes, topics, blocked domains, custom fields and tags."""
        dry_run_database.copy_rules(scratch)

    def copy_known(self, scratch: Scratch, rows: Sequence[ImportRow]) -> None:
        """Copy the persons that these rows may match."""
        dry_run_database.copy_known(scratch, rows)

    def count(self, import_: Import) -> dict[str, int]:
        """Return the counts of addresses."""
        return count_addresses(import_)

    def write_report(self, import_: Import) -> Iterator[tuple[str | int, ...]]:
        """Yield line, number, verdict, address, shared, and whether they may get advertising."""
        return write_report(import_)

    def undo(self, import_: Import, lines: Sequence[PersonLine], *, dry_run: bool = False) -> UndoneChunk:
        """Remove the persons that the lines added, and restore the values that they replaced."""
        undo = PersonUndo(import_, lines, records=self.records)
        if not dry_run:
            undo.write()
        return UndoneChunk(undo.outcomes, undo.counts)

    def finish_undo(self, import_: Import) -> None:
        """Remove the custom fields that the import declared, unless a person has a value."""
        remove_fields(import_.prepared)


def _name(person: Person | None) -> str:
    """Return a person's name and address: "Zoe Gil, zoe@cliente.example"."""
    if person is None:
        return ""
    name = f"{person.given_name} {person.family_name}".strip()
    return ", ".join(filter(None, [name, person.address.value if person.address else ""]))[:200]
