"""Move an import through its states: draft (file read) → checked (dry run) → running → done → undoing → undone.

Each transition repeats the expected state in its UPDATE and leaves long work to a job.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.imports.fields import FieldSet
from esmero.imports.files.problem import MappingProblem
from esmero.imports.files.workbook import (
    DIALECT,
    MEDIA_TYPE,
    check_workbook,
    is_workbook,
    look_at_sheets,
    write_sheet,
)
from esmero.imports.kind import AnyKind
from esmero.imports.mapping import apply_mapping
from esmero.imports.models import Import, ImportState
from esmero.imports.reading import FileReading, read_file
from esmero.refusal import Refusal
from esmero.vault.files import path_of, seal, seal_file
from esmero.vault.models import StoredFile
from esmero.work.jobs import cancel, enqueue

CHECK, IMPORT, UNDO = "import-check", "import", "import-undo"
_ACTIONS = {CHECK: "import.checked", IMPORT: "import.started", UNDO: "import.undo-started"}
State = Import.State
MOST_SOURCE = 300


def create_import(content: bytes, *, kind: AnyKind, name: str, brand: Brand, by: User | str, sheet: str = "") -> Import:
    """Store an uploaded file, read it and create a draft Import. Of a workbook, read `sheet` or the likeliest one.

    Raises:
        FileProblem: it cannot be read.

    """
    workbook = is_workbook(content)
    # Stored first: the readers take a path and use constant memory.
    with transaction.atomic():
        file = seal(content, kind="import", media_type=MEDIA_TYPE if workbook else "text/csv", name=name)
    path = path_of(file.sha256)
    if workbook:
        check_workbook(content, path)
    reading = _read_workbook(file, sheet=sheet, fields=kind.fields) if workbook else read_file(path, fields=kind.fields)
    with transaction.atomic():
        import_ = Import.objects.create(
            kind=kind.name,
            file=file,
            file_name=name[:255],
            brand=brand,
            reading=reading.to_json(),
            created_by=str(by),
        )
        note("import.brought", by=by, subject=import_, facts={"name": name, "sha256": file.sha256, "kind": kind.name})
    return import_


def choose_sheet(import_: Import, *, kind: AnyKind, sheet: str, by: User | str) -> Import:
    """Read another sheet of the workbook; the mapping is reset.

    Raises:
        FileProblem: the sheet cannot be read; nothing is changed.
        Refusal: the import is no longer a draft, or no workbook.

    """
    if not FileReading.from_json(import_.reading).sheets:
        raise Refusal("import-without-sheets", file=import_.file_name)
    reading = _read_workbook(import_.file, sheet=sheet, fields=kind.fields)
    with transaction.atomic():
        drafts = Import.objects.filter(pk=import_.pk, state=State.DRAFT)
        if not drafts.update(reading=reading.to_json(), mapping={}):
            raise Refusal("import-not-a-draft", file=import_.file_name)
        note("import.sheet", by=by, subject=import_, facts={"sheet": reading.sheet})
    import_.refresh_from_db()
    return import_


def begin_check(
    import_: Import,
    *,
    kind: AnyKind,
    choices: Mapping[str, str],
    options: Mapping[str, Any],
    source: str,
    by: User | str,
) -> Import:
    """Store the column mapping, the options of the kind and the source of the list, and queue the dry run.

    Raises:
        MappingProblem: the mapping or the options do not fit, or no source was stated.
        Refusal: the import is running, or has ended.

    """
    mapping = apply_mapping(FileReading.from_json(import_.reading), choices, fields=kind.fields)
    if not source.strip():
        raise MappingProblem("source-missing")
    if len(source) > MOST_SOURCE:
        raise MappingProblem("source-too-long", most=MOST_SOURCE, number=len(source))
    kind.check_options(options, mapping=mapping)
    return _begin(
        import_,
        expected=(State.DRAFT, State.CHECKED),
        to=State.CHECKING,
        job_kind=CHECK,
        by=by,
        mapping=mapping,
        options=dict(options),
        source=source.strip(),
        counts={},
    )


def begin_import(import_: Import, *, by: User | str) -> Import:
    """Queue the import exactly as it was checked. Raises Refusal if it was not."""
    return _begin(import_, expected=(State.CHECKED,), to=State.RUNNING, job_kind=IMPORT, by=by)


def begin_unchecked(
    import_: Import,
    *,
    kind: AnyKind,
    choices: Mapping[str, str],
    options: Mapping[str, Any],
    source: str,
    dry_run: bool,
    by: User | str,
) -> Import:
    """Queue the dry run, or the import itself without one, for the command line. Raises as begin_check does."""
    import_ = begin_check(import_, kind=kind, choices=choices, options=options, source=source, by=by)
    if dry_run:
        return import_
    assert import_.job is not None
    # begin_check validates the mapping, but also queues a dry run, which is not wanted here.
    cancel(import_.job)
    return _begin(import_, expected=(State.CHECKING,), to=State.RUNNING, job_kind=IMPORT, by=by)


def begin_undo(import_: Import, *, kind: AnyKind, by: User | str) -> Import:
    """Queue taking a finished import back. Raises Refusal if it is not finished, or there is nothing to take back."""
    if import_.state == State.DONE and not select_undoable(import_, kind=kind).exists():
        raise Refusal("import-nothing-to-undo", file=import_.file_name)
    return _begin(import_, expected=(State.DONE,), to=State.UNDOING, job_kind=UNDO, by=by)


def select_undoable(import_: Import, *, kind: AnyKind) -> "QuerySet[Any]":
    """Select the lines that changed the database and were not taken back; their record has a term of storage."""
    return kind.lines._default_manager.filter(of=import_, wrote__isnull=False, undo="")


def find_unfinished(
    content: bytes,
    *,
    kind: AnyKind,
    brand: Brand,
    choices: Mapping[str, str],
    options: Mapping[str, Any],
    source: str,
    dry_run: bool,
    by: User | str,
) -> Import | None:
    """Return the unfinished import of the same file content, mapping, options, source and user."""
    rows = Import.objects.filter(
        kind=kind.name,
        file__sha256=hashlib.sha256(content).hexdigest(),
        brand=brand,
        source=source.strip(),
        state=State.CHECKING if dry_run else State.RUNNING,
        created_by=str(by),
    )
    for one in rows.select_related("job").order_by("-id"):
        mapping = apply_mapping(FileReading.from_json(one.reading), choices, fields=kind.fields)
        if one.job is not None and (one.mapping, one.options) == (mapping, dict(options)):
            return one
    return None


def reopen(import_: Import, *, by: User | str) -> Import:
    """Return from the dry run to the mapping. Raises Refusal once the import runs."""
    with transaction.atomic():
        if not Import.objects.filter(pk=import_.pk, state=State.CHECKED).update(state=State.DRAFT):
            raise Refusal("import-not-checked", file=import_.file_name)
        note("import.reopened", by=by, subject=import_)
    import_.refresh_from_db()
    return import_


def _read_workbook(file: StoredFile, *, sheet: str, fields: FieldSet) -> FileReading:
    """Export a sheet as CSV, store it beside the workbook, and read it."""
    path = path_of(file.sha256)
    sheets = look_at_sheets(path, is_header=lambda cell: bool(fields.guess(cell)[0]))
    wanted = sheet or sheets.guess
    with TemporaryDirectory() as folder:
        written = Path(folder) / "sheet.csv"
        write_sheet(path, sheet=wanted, to=written)
        reading = read_file(written, fields=fields, dialect=DIALECT)
        with transaction.atomic():
            text = seal_file(written, kind="import-sheet", media_type="text/csv", name=f"{file.name} {wanted}.csv")
    return replace(reading, sheet=wanted, sheets=sheets.names, text=text.sha256)


def _begin(
    import_: Import,
    *,
    expected: tuple[ImportState, ...],
    to: ImportState,
    job_kind: str,
    by: User | str,
    **facts: object,
) -> Import:
    with transaction.atomic():
        if not Import.objects.filter(pk=import_.pk, state__in=expected).update(state=to, **facts):
            import_.refresh_from_db()
            raise Refusal("import-moved-on", file=import_.file_name)
        job = enqueue(job_kind, subject_id=import_.pk, by=str(by))
        Import.objects.filter(pk=import_.pk).update(job=job)
        note(_ACTIONS[job_kind], by=by, subject=import_)
    import_.refresh_from_db()
    return import_
