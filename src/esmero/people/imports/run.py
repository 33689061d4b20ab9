"""The import at work: five hundred records a transaction, rows and cursor together, one verdict a line.

Killed at any moment it goes on where it was. A cell that is blank erases nothing; what staff wrote stays; a list gives no
permission unless a person confirmed it.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from esmero.people.imports.chunk import ImportChunk
from esmero.people.imports.known import copy_known, copy_rules
from esmero.people.imports.plan import Plan, make_plan
from esmero.people.imports.reading import Reading
from esmero.people.imports.records import Records
from esmero.people.imports.report import count_verdicts
from esmero.people.imports.rows import Row, read_row
from esmero.people.models import Import, ImportLine, OwnField
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
    with transaction.atomic():
        if rows:
            ImportChunk(brought, plan, rows).write()
            job.cursor, job.done = {"offset": end[0], "line": end[1]}, job.done + len(rows)
        else:
            Import.objects.filter(pk=brought.pk).update(
                state=Import.State.DONE, counts=count_verdicts(brought), finished_at=timezone.now()
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
    for lines in (_check_apart if apart else _check_here)(brought, reading, plan):
        with transaction.atomic():
            ImportLine.objects.bulk_create(_as_verdicts(brought, lines))
            job.done += len(lines)
            save_progress(job)
    with transaction.atomic():
        Import.objects.filter(pk=brought.pk).update(state=Import.State.CHECKED, counts=count_verdicts(brought))
        save_progress(job)
    return True


def _check_apart(brought: Import, reading: Reading, plan: Plan) -> Iterator[list[ImportLine]]:
    """Yield the lines of each chunk, brought into a scratch database: its size follows that of the file."""
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
                lines = ImportChunk(brought, plan, rows).write()
            yield lines


def _check_here(brought: Import, reading: Reading, plan: Plan) -> list[list[ImportLine]]:
    """Return the lines of each chunk, brought in within one transaction that is undone."""
    kept = []
    with transaction.atomic():
        _declare(plan)
        offset, line = reading.data_offset, reading.data_line
        while True:
            rows, (offset, line) = _read(brought, reading, plan, offset=offset, line=line)
            if not rows:
                break
            kept.append(ImportChunk(brought, plan, rows).write())
        transaction.set_rollback(True)
    return kept


def _as_verdicts(brought: Import, lines: Sequence[ImportLine]) -> list[ImportLine]:
    """Return lines without the persons, whom there are not (yet)."""
    return [
        ImportLine(
            of=brought, line=one.line, verdict=one.verdict, number=one.number, address_verdict=one.address_verdict,
            reason=one.reason, cell=one.cell, warnings=one.warnings,
        )
        for one in lines
    ]  # fmt: skip


def _open(brought: Import) -> tuple[Reading, Plan]:
    reading = Reading.from_json(brought.reading)
    return reading, make_plan(reading, brought.mapping)


def _read(
    brought: Import, reading: Reading, plan: Plan, *, offset: int, line: int
) -> tuple[list[Row], tuple[int, int]]:
    with Records(path_of(reading.text or brought.file.sha256), reading.dialect, offset=offset, line=line) as records:
        taken = list(islice(records, CHUNK))
    if not taken:
        return [], (offset, line)
    last = taken[-1]
    return [read_row(one, plan) for one in taken], (last.end, last.line + last.lines - 1)


def _declare(plan: Plan) -> None:
    """Declare own fields that the file brings; a field that is there keeps its type, a choice gains what is new."""
    for own in plan.own:
        row, made = OwnField.objects.get_or_create(
            key=own.key, defaults={"label": {"en": own.label}, "kind": own.kind, "choices": list(own.choices)}
        )
        fresh = [choice for choice in own.choices if choice not in row.choices]
        if not made and row.kind == OwnField.Kind.CHOICE and fresh:
            row.choices = [*row.choices, *fresh]
            row.save(update_fields=["choices"])
