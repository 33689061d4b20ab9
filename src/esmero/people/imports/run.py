"""The import at work: five hundred records a transaction, rows and cursor together, one verdict a line.

Killed at any moment it goes on where it was. A cell that is blank erases nothing; what staff wrote stays; a list gives no
permission unless a person confirmed it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from esmero.people.imports.chunk import ImportChunk
from esmero.people.imports.dry_run_database import copy_known, copy_rules
from esmero.people.imports.files.records import CsvReader
from esmero.people.imports.mapping import ColumnMapping, make_plan
from esmero.people.imports.reading import FileReading
from esmero.people.imports.report import count_verdicts
from esmero.people.imports.rows import ImportRow, read_row
from esmero.people.models import CustomField, Import, ImportLine, Person
from esmero.vault.files import path_of
from esmero.work.jobs import save_progress
from esmero.work.models import Job
from esmero.work.sqlite.scratch import Scratch

CHUNK = 500


def run_chunk(job: Job) -> bool:
    """Bring the next five hundred records in; True when the file has ended."""
    brought = Import.objects.select_related("brand", "topic", "file").get(pk=job.subject)
    reading, plan = _open(brought)
    offset, line = job.cursor.get("offset", reading.data_offset), job.cursor.get("line", reading.data_line)
    if not job.cursor:
        job.total = reading.records
        with transaction.atomic():
            ImportLine.objects.filter(of=brought).delete()
            _declare(plan)
            job.cursor = {"offset": offset, "line": line}
            save_progress(job)
    rows, end = _read(brought, reading, plan, offset=offset, line=line)
    said = Counter(job.cursor.get("said", {}))
    with transaction.atomic():
        if rows:
            chunk = ImportChunk(brought, plan, rows)
            chunk.write()
            job.cursor = {"offset": end[0], "line": end[1], "said": said + chunk.said}
            job.done += len(rows)
        else:
            Import.objects.filter(pk=brought.pk).update(
                state=Import.State.DONE, counts=_sum_up(brought, said), finished_at=timezone.now()
            )
        save_progress(job)
    return not rows


def check(job: Job) -> bool:
    """Make the dry run: the whole import done and undone, its verdicts kept.

    What fits into one chunk is rolled back. More, on SQLite, is done in a scratch database that holds what the rows can
    meet, lest all other writers wait; on PostgreSQL, where they do not, in one transaction.
    """
    brought = Import.objects.select_related("brand", "topic", "file").get(pk=job.subject)
    reading, plan = _open(brought)
    job.total, job.done = reading.records, 0
    with transaction.atomic():
        ImportLine.objects.filter(of=brought).delete()
        save_progress(job)
    apart = connection.vendor == "sqlite" and reading.records > CHUNK and not connection.in_atomic_block
    said: Counter[str] = Counter()
    for told, lines in (_check_apart if apart else _check_here)(brought, reading, plan):
        said += told
        with transaction.atomic():
            ImportLine.objects.bulk_create(_as_verdicts(brought, lines))
            job.done += len(lines)
            save_progress(job)
    with transaction.atomic():
        Import.objects.filter(pk=brought.pk).update(state=Import.State.CHECKED, counts=_sum_up(brought, said))
        save_progress(job)
    return True


def _sum_up(brought: Import, said: Counter[str]) -> dict[str, int]:
    """Return the counts of the verdicts, with the permissions that were given and taken back, also where there are none."""
    return {**count_verdicts(brought), "granted": said["granted"], "withdrawn": said["withdrawn"]}


def _check_apart(
    brought: Import, reading: FileReading, plan: ColumnMapping
) -> Iterator[tuple[Counter[str], list[ImportLine]]]:
    """Yield what each chunk said and its lines, brought into a scratch database: its size follows that of the file."""
    offset, line = reading.data_offset, reading.data_line
    with Scratch(settings.HOME / "spool") as scratch:
        copy_rules(scratch, brought)
        with scratch.in_use(), transaction.atomic():
            _declare(plan)
        while True:
            rows, (offset, line) = _read(brought, reading, plan, offset=offset, line=line)
            if not rows:
                return
            copy_known(scratch, rows)
            with scratch.in_use(), transaction.atomic():
                chunk = ImportChunk(brought, plan, rows)
                lines = chunk.write()
            yield chunk.said, lines


def _check_here(
    brought: Import, reading: FileReading, plan: ColumnMapping
) -> list[tuple[Counter[str], list[ImportLine]]]:
    """Return what each chunk said and its lines, brought in within one transaction that is undone."""
    kept = []
    with transaction.atomic():
        _declare(plan)
        offset, line = reading.data_offset, reading.data_line
        while True:
            rows, (offset, line) = _read(brought, reading, plan, offset=offset, line=line)
            if not rows:
                break
            chunk = ImportChunk(brought, plan, rows)
            lines = chunk.write()
            kept.append((chunk.said, lines))
        transaction.set_rollback(True)
    return kept


def _as_verdicts(brought: Import, lines: Sequence[ImportLine]) -> list[ImportLine]:
    """Return lines without the persons, whom there are not (yet); who each would be stands in its cell, in words."""
    return [
        ImportLine(
            of=brought, line=one.line, verdict=one.verdict, number=one.number, address_verdict=one.address_verdict,
            reason=one.reason, cell=one.cell or _name(one.person), warnings=one.warnings,
        )
        for one in lines
    ]  # fmt: skip


def _name(person: Person | None) -> str:
    """Say who somebody is: "Zoe Gil, zoe@cliente.example"."""
    if person is None:
        return ""
    name = f"{person.given_name} {person.family_name}".strip()
    return ", ".join(filter(None, [name, person.address.value if person.address else ""]))[:200]


def _open(brought: Import) -> tuple[FileReading, ColumnMapping]:
    reading = FileReading.from_json(brought.reading)
    return reading, make_plan(reading, brought.mapping)


def _read(
    brought: Import, reading: FileReading, plan: ColumnMapping, *, offset: int, line: int
) -> tuple[list[ImportRow], tuple[int, int]]:
    with CsvReader(path_of(reading.text or brought.file.sha256), reading.dialect, offset=offset, line=line) as records:
        taken = list(islice(records, CHUNK))
    if not taken:
        return [], (offset, line)
    last = taken[-1]
    return [read_row(one, plan) for one in taken], (last.end, last.line + last.lines - 1)


def _declare(plan: ColumnMapping) -> None:
    """Declare own fields that the file brings; a field that is there keeps its type, a choice gains what is new."""
    for own in plan.own:
        row, made = CustomField.objects.get_or_create(
            key=own.key, defaults={"label": {"en": own.label}, "kind": own.kind, "choices": list(own.choices)}
        )
        fresh = [choice for choice in own.choices if choice not in row.choices]
        if not made and row.kind == CustomField.Kind.CHOICE and fresh:
            row.choices = [*row.choices, *fresh]
            row.save(update_fields=["choices"])
