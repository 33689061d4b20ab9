"""Run an import: five hundred records a transaction, rows and cursor together, one verdict a line.

Killed at any time, it resumes at the cursor. The lines are parsed and written by the kind of the import.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from esmero.house.happenings import ImportFinished, happen
from esmero.imports.files.records import CsvReader
from esmero.imports.kind import AnyKind, Kinds
from esmero.imports.mapping import ColumnMapping, compile_mapping
from esmero.imports.models import Import, ImportLine
from esmero.imports.reading import FileReading
from esmero.vault.files import path_of
from esmero.work.jobs import save_progress
from esmero.work.models import Job
from esmero.work.sqlite.scratch import Scratch

CHUNK = 500


def run_chunk(job: Job, *, kinds: Kinds) -> bool:
    """Import the next five hundred records; return True at the end of the file."""
    import_ = Import.objects.select_related("brand", "file").get(pk=job.subject)
    kind = kinds[import_.kind]
    reading, plan = _open(import_, kind=kind)
    offset, line = job.cursor.get("offset", reading.data_offset), job.cursor.get("line", reading.data_line)
    if not job.cursor:
        job.total = reading.records
        with transaction.atomic():
            kind.lines._default_manager.filter(of=import_).delete()  # lines of the dry run
            Import.objects.filter(pk=import_.pk).update(prepared=kind.prepare(import_, plan))
            job.cursor = {"offset": offset, "line": line}
            save_progress(job)
    rows, end = _read(import_, reading, plan, kind=kind, offset=offset, line=line)
    counts = Counter(job.cursor.get("said", {}))
    with transaction.atomic():
        if rows:
            written = kind.write(import_, plan, rows)
            job.cursor = {"offset": end[0], "line": end[1], "said": counts + written.counts}
            job.done += len(rows)
        else:
            Import.objects.filter(pk=import_.pk).update(
                state=Import.State.DONE, counts=_sum_up(import_, counts, kind=kind), finished_at=timezone.now()
            )
            happen(ImportFinished(import_id=import_.pk))
        save_progress(job)
    return not rows


def run_check(job: Job, *, kinds: Kinds) -> bool:
    """Run the dry run: perform the import, roll it back and store its verdicts.

    A single chunk is rolled back in the main database. Larger files on SQLite use a scratch database with the rows that
    may match, so that other writers do not wait. PostgreSQL uses one transaction, for its writers do not block each
    other.
    """
    import_ = Import.objects.select_related("brand", "file").get(pk=job.subject)
    kind = kinds[import_.kind]
    lines = kind.lines._default_manager
    reading, plan = _open(import_, kind=kind)
    job.total, job.done = reading.records, 0
    with transaction.atomic():
        lines.filter(of=import_).delete()
        save_progress(job)
    use_scratch = connection.vendor == "sqlite" and reading.records > CHUNK and not connection.in_atomic_block
    counts: Counter[str] = Counter()
    check = _check_in_scratch if use_scratch else _check_in_transaction
    for effects, written in check(import_, reading, plan, kind=kind):
        counts += effects
        with transaction.atomic():
            lines.bulk_create([kind.as_verdict(one) for one in written])
            job.done += len(written)
            save_progress(job)
    with transaction.atomic():
        Import.objects.filter(pk=import_.pk).update(
            state=Import.State.CHECKED, counts=_sum_up(import_, counts, kind=kind)
        )
        save_progress(job)
    return True


def _sum_up(import_: Import, effects: Counter[str], *, kind: AnyKind) -> dict[str, int]:
    """Return the counts per verdict, those of the kind, and its effects even if zero."""
    lines = kind.lines._default_manager.filter(of=import_)
    verdicts = dict(lines.values_list("verdict").annotate(Count("id")).order_by())
    return {**verdicts, **kind.count(import_), **{name: effects[name] for name in kind.effects}}


def _check_in_scratch(
    import_: Import, reading: FileReading, plan: ColumnMapping, *, kind: AnyKind
) -> Iterator[tuple[Counter[str], Sequence[ImportLine]]]:
    """Yield the counts and lines of each chunk, run in a scratch database as large as the file needs."""
    offset, line = reading.data_offset, reading.data_line
    with Scratch(settings.HOME / "spool") as scratch:
        scratch.copy_rows(Import, id=[import_.pk])
        kind.copy_rules(scratch)
        with scratch.in_use(), transaction.atomic():
            kind.prepare(import_, plan)
        while True:
            rows, (offset, line) = _read(import_, reading, plan, kind=kind, offset=offset, line=line)
            if not rows:
                return
            kind.copy_known(scratch, rows)
            with scratch.in_use(), transaction.atomic():
                written = kind.write(import_, plan, rows)
            yield written.counts, written.lines


def _check_in_transaction(
    import_: Import, reading: FileReading, plan: ColumnMapping, *, kind: AnyKind
) -> list[tuple[Counter[str], Sequence[ImportLine]]]:
    """Return the counts and lines of each chunk, run in one transaction that is rolled back."""
    kept: list[tuple[Counter[str], Sequence[ImportLine]]] = []
    with transaction.atomic():
        kind.prepare(import_, plan)
        offset, line = reading.data_offset, reading.data_line
        while True:
            rows, (offset, line) = _read(import_, reading, plan, kind=kind, offset=offset, line=line)
            if not rows:
                break
            written = kind.write(import_, plan, rows)
            kept.append((written.counts, written.lines))
        transaction.set_rollback(True)
    return kept


def _open(import_: Import, *, kind: AnyKind) -> tuple[FileReading, ColumnMapping]:
    reading = FileReading.from_json(import_.reading)
    return reading, compile_mapping(reading, import_.mapping, fields=kind.fields)


def _read(
    import_: Import, reading: FileReading, plan: ColumnMapping, *, kind: AnyKind, offset: int, line: int
) -> tuple[list[Any], tuple[int, int]]:
    with CsvReader(path_of(reading.text or import_.file.sha256), reading.dialect, offset=offset, line=line) as records:
        taken = list(islice(records, CHUNK))
    if not taken:
        return [], (offset, line)
    last = taken[-1]
    return [kind.read_row(one, plan) for one in taken], (last.end, last.line + last.lines - 1)
