"""Import an exclusion list: addresses and customer numbers that a brand must not write to, with the source of the list.

Each becomes a Suppression of the brand, kept as a hash only. A number need not be known: it silences its person as soon
as there is one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from esmero.house.models import Brand
from esmero.imports.cell_values import is_blank
from esmero.imports.fields import FieldSet
from esmero.imports.files.problem import MappingProblem
from esmero.imports.files.records import CsvRecord
from esmero.imports.kind import ImportKind, UndoneChunk, WrittenChunk
from esmero.imports.mapping import ColumnMapping
from esmero.imports.models import Import, ImportLine
from esmero.people.addresses.parsing import read_addresses
from esmero.people.addresses.suppression import StatedSuppression, hash_key, key_of_number, suppress_many
from esmero.people.imports.columns import HEADERS, WEAK_HEADERS
from esmero.people.imports.fields import ALIASES, holds_addresses, is_data
from esmero.people.models import ExclusionLine, Suppression
from esmero.work.sqlite.scratch import Scratch

REASON = "exclusion-list"
_MEANINGS = {
    "email": "e-mail address that must not be written to",
    "number": "the operator's own number of a person who must not be written to",
    "ignore": "leave this column out",
}
_V = ExclusionLine.Verdict


@dataclass(slots=True)
class ExclusionRow:
    """Hold the parsed values of a record. `cell` is the cell to show if the row is refused."""

    line: int
    addresses: list[str] = field(default_factory=list)
    number: str = ""
    cell: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """Return the keys of the suppressions."""
        return [*self.addresses, *([key_of_number(self.number)] if self.number else [])]


class ExclusionImports(ImportKind[ExclusionRow, ExclusionLine]):
    """Import suppressions of a brand. Options: {"scope": Suppression.Scope}, "commercial" for advertising alone."""

    name = "exclusions"
    lines = ExclusionLine
    fields = FieldSet(
        meanings=_MEANINGS,
        headers={header: name for header, name in HEADERS.items() if name in _MEANINGS},
        weak_headers=WEAK_HEADERS,
        aliases={alias: name for alias, name in ALIASES.items() if name in _MEANINGS},
        repeatable=frozenset({"email"}),
        by_cells={"email": holds_addresses},
        is_data=is_data,
    )
    effects = ("suppressed",)

    def check_options(self, options: Mapping[str, Any], *, mapping: Mapping[str, str]) -> None:
        """Refuse an unknown scope, and a list without a column of addresses or numbers."""
        if options.get("scope") not in Suppression.Scope.values:
            raise MappingProblem("exclusion-scope-missing")
        if not {"email", "number"} & set(mapping.values()):
            raise MappingProblem("exclusion-without-column")

    def read_row(self, record: CsvRecord, plan: ColumnMapping) -> ExclusionRow:
        """Parse a record into addresses and a number; an address that cannot be is the cell of the refused line."""
        row = ExclusionRow(record.line)
        for n in plan.columns.get("email", ()):
            cell = record.cells[n].replace("\0", "") if n < len(record.cells) else ""
            for one in [] if is_blank(cell) else read_addresses(cell):
                if one.usable:
                    row.addresses.append(one.normalised)
                elif one.state == "invalid":
                    row.cell = f"{plan.names[n]}: {cell}"[:200]
                    row.warnings.append(f"address-{one.note}")
        for n in plan.columns.get("number", ()):
            cell = record.cells[n].replace("\0", "") if n < len(record.cells) else ""
            row.number = "" if is_blank(cell) else " ".join(cell.split())[:80]
        return row

    def write(
        self,
        import_: Import,
        plan: ColumnMapping,  # noqa: ARG002
        rows: Sequence[ExclusionRow],
    ) -> WrittenChunk[ExclusionLine]:
        """Suppress the addresses and numbers of the rows for the brand."""
        stated = [
            StatedSuppression(
                key,
                scope=import_.options["scope"],
                reason=REASON,
                evidence=f"{import_.source} · {import_.file_name} line {row.line}",
                brand=import_.brand_id,
            )
            for row in rows
            for key in row.keys
        ]
        found = suppress_many(stated, at=timezone.now())
        earlier = self._earlier(import_, [one.suppression for one in found if not one.is_new])
        effects = iter(found)
        lines, counts = [], Counter[str]()
        for row in rows:
            made = [next(effects) for _ in row.keys]
            fresh = [one.suppression for one in made if one.is_new]
            known = [one.suppression for one in made if not one.is_new]
            line = ExclusionLine(of=import_, line=row.line, warnings=row.warnings)
            if not made:
                line.verdict, line.reason, line.cell = _V.REFUSED, "no-identity", row.cell
            elif fresh:
                line.verdict, line.wrote = _V.ADDED, {"suppressions": fresh}
            else:
                line.verdict = _V.MERGED if earlier & set(known) else _V.UNCHANGED
            line.suppression_id = next((one.suppression for one in made), None)
            earlier |= set(fresh)
            counts["suppressed"] += len(fresh)
            lines.append(line)
        ExclusionLine.objects.bulk_create(lines)
        return WrittenChunk(lines, counts)

    def as_verdict(self, line: ExclusionLine) -> ExclusionLine:
        """Return a line without its suppression."""
        return ExclusionLine(
            of_id=line.of_id, line=line.line, verdict=line.verdict, reason=line.reason, cell=line.cell,
            warnings=line.warnings,
        )  # fmt: skip

    def copy_rules(self, scratch: Scratch) -> None:
        """Copy the brands."""
        scratch.copy_all(Brand)

    def copy_known(self, scratch: Scratch, rows: Sequence[ExclusionRow]) -> None:
        """Copy the suppressions of the addresses and numbers of these rows."""
        scratch.copy_rows(Suppression, hash={hash_key(key) for row in rows for key in row.keys})

    def undo(self, import_: Import, lines: Sequence[ExclusionLine], *, dry_run: bool = False) -> UndoneChunk:  # noqa: ARG002
        """Remove the suppressions that the lines created, unless somebody has lifted one since."""
        made = {pk for line in lines for pk in line.written["suppressions"]}
        standing = set(Suppression.objects.filter(pk__in=made, lifted_at=None).values_list("id", flat=True))
        outcomes = {
            line.pk: ImportLine.UNDONE if set(line.written["suppressions"]) <= standing else "changed-since: lifted"
            for line in lines
        }
        going = {pk for line in lines for pk in line.written["suppressions"] if outcomes[line.pk] == ImportLine.UNDONE}
        if not dry_run:
            ExclusionLine.objects.filter(suppression__in=going).update(suppression=None)
            Suppression.objects.filter(pk__in=going).delete()
        return UndoneChunk(outcomes, Counter({"suppressions-removed": len(going)}))

    def _earlier(self, import_: Import, known: Sequence[int]) -> set[int]:
        """Return those of these suppressions that earlier lines of this import name."""
        rows = ExclusionLine.objects.filter(of=import_, suppression__in=known)
        return {pk for pk in rows.values_list("suppression_id", flat=True) if pk is not None}
