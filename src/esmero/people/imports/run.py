"""Run an import: five hundred records a transaction, rows and cursor together, one verdict a line.

Killed at any time, it resumes at the cursor. A blank cell erases nothing, values written by staff stay, and a list
grants no permission unless the user confirmed it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from esmero.house.happenings import ImportFinished, happen
from esmero.people.imports.chunk import ImportChunk
from esmero.people.imports.dry_run_database import copy_known, copy_rules
from esmero.people.imports.files.records import CsvReader
from esmero.people.imports.mapping import ColumnMapping, compile_mapping
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
    """Import the next five hundred records; return True at the end of the file."""
    import_ = Import.objects.select_related("brand", "topic", "file").get(pk=job.subject)
    reading, plan = _open(import_)
    offset, line = job.cursor.get("offset", reading.data_offset), job.cursor.get("line", reading.data_line)
    if not job.cursor:
        job.total = reading.records
        with transaction.atomic():
            ImportLine.objects.filter(of=import_).delete()  # lines of the dry run
            _declare(plan)
            job.cursor = {"offset": offset, "line": line}
            save_progress(job)
    rows, end = _read(import_, reading, plan, offset=offset, line=line)
    permission_counts = Counter(job.cursor.get("said", {}))
    with transaction.atomic():
        if rows:
            chunk = ImportChunk(import_, plan, rows)
            chunk.write()
            job.cursor = {"offset": end[0], "line": end[1], "said": permission_counts + chunk.permission_counts}
            job.done += len(rows)
        else:
            Import.objects.filter(pk=import_.pk).update(
                state=Import.State.DONE, counts=_sum_up(import_, permission_counts), finished_at=timezone.now()
            )
            happen(ImportFinished(import_id=import_.pk))
        save_progress(job)
    return not rows


def run_check(job: Job) -> bool:
    """Run the dry run: perform the import, roll it back and store its verdicts.

    A single chunk is rolled back in the main database. Larger files on SQLite use a scratch database with the rows that
    may match, so that other writers do not wait. PostgreSQL uses one transaction, for its writers do not block each
    other.
    """
    import_ = Import.objects.select_related("brand", "topic", "file").get(pk=job.subject)
    reading, plan = _open(import_)
    job.total, job.done = reading.records, 0
    with transaction.atomic():
        ImportLine.objects.filter(of=import_).delete()
        save_progress(job)
    use_scratch = connection.vendor == "sqlite" and reading.records > CHUNK and not connection.in_atomic_block
    permission_counts: Counter[str] = Counter()
    for counts, lines in (_check_in_scratch if use_scratch else _check_in_transaction)(import_, reading, plan):
        permission_counts += counts
        with transaction.atomic():
            ImportLine.objects.bulk_create(_as_verdicts(import_, lines))
            job.done += len(lines)
            save_progress(job)
    with transaction.atomic():
        Import.objects.filter(pk=import_.pk).update(
            state=Import.State.CHECKED, counts=_sum_up(import_, permission_counts)
        )
        save_progress(job)
    return True


def _sum_up(import_: Import, permission_counts: Counter[str]) -> dict[str, int]:
    """Return the counts per verdict, and the granted and withdrawn permissions even if zero."""
    return {
        **count_verdicts(import_),
        "granted": permission_counts["granted"],
        "withdrawn": permission_counts["withdrawn"],
    }


def _check_in_scratch(
    import_: Import, reading: FileReading, plan: ColumnMapping
) -> Iterator[tuple[Counter[str], list[ImportLine]]]:
    """Yield the permission counts and lines of each chunk, run in a scratch database as large as the file needs."""
    offset, line = reading.data_offset, reading.data_line
    with Scratch(settings.HOME / "spool") as scratch:
        copy_rules(scratch, import_)
        with scratch.in_use(), transaction.atomic():
            _declare(plan)
        while True:
            rows, (offset, line) = _read(import_, reading, plan, offset=offset, line=line)
            if not rows:
                return
            copy_known(scratch, rows)
            with scratch.in_use(), transaction.atomic():
                chunk = ImportChunk(import_, plan, rows)
                lines = chunk.write()
            yield chunk.permission_counts, lines


def _check_in_transaction(
    import_: Import, reading: FileReading, plan: ColumnMapping
) -> list[tuple[Counter[str], list[ImportLine]]]:
    """Return the permission counts and lines of each chunk, run in one transaction that is rolled back."""
    kept = []
    with transaction.atomic():
        _declare(plan)
        offset, line = reading.data_offset, reading.data_line
        while True:
            rows, (offset, line) = _read(import_, reading, plan, offset=offset, line=line)
            if not rows:
                break
            chunk = ImportChunk(import_, plan, rows)
            lines = chunk.write()
            kept.append((chunk.permission_counts, lines))
        transaction.set_rollback(True)
    return kept


def _as_verdicts(import_: Import, lines: Sequence[ImportLine]) -> list[ImportLine]:
    """Return lines without their persons, who do not exist (yet); the person's name and address go into `cell`."""
    return [
        ImportLine(
            of=import_, line=one.line, verdict=one.verdict, number=one.number, address_verdict=one.address_verdict,
            reason=one.reason, cell=one.cell or _name(one.person), warnings=one.warnings,
        )
        for one in lines
    ]  # fmt: skip


def _name(person: Person | None) -> str:
    """Return a person's name and address: "Zoe Gil, zoe@cliente.example"."""
    if person is None:
        return ""
    name = f"{person.given_name} {person.family_name}".strip()
    return ", ".join(filter(None, [name, person.address.value if person.address else ""]))[:200]


def _open(import_: Import) -> tuple[FileReading, ColumnMapping]:
    reading = FileReading.from_json(import_.reading)
    return reading, compile_mapping(reading, import_.mapping)


def _read(
    import_: Import, reading: FileReading, plan: ColumnMapping, *, offset: int, line: int
) -> tuple[list[ImportRow], tuple[int, int]]:
    with CsvReader(path_of(reading.text or import_.file.sha256), reading.dialect, offset=offset, line=line) as records:
        taken = list(islice(records, CHUNK))
    if not taken:
        return [], (offset, line)
    last = taken[-1]
    return [read_row(one, plan) for one in taken], (last.end, last.line + last.lines - 1)


def _declare(plan: ColumnMapping) -> None:
    """Create the custom fields of the mapping; an existing field keeps its type, a choice gains new values."""
    for own in plan.own:
        row, made = CustomField.objects.get_or_create(
            key=own.key, defaults={"label": {"en": own.label}, "kind": own.kind, "choices": list(own.choices)}
        )
        fresh = [choice for choice in own.choices if choice not in row.choices]
        if not made and row.kind == CustomField.Kind.CHOICE and fresh:
            row.choices = [*row.choices, *fresh]
            row.save(update_fields=["choices"])
