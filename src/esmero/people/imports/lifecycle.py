"""An import's way: draft (read, nothing changed) → checked (dry run) → running → done | failed.

Each move repeats the state it expects and leaves what takes time to a job.
"""

import hashlib
from collections.abc import Mapping

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.people.imports.plan import apply_mapping
from esmero.people.imports.problem import MappingProblem
from esmero.people.imports.reading import Reading, read_file
from esmero.people.models import Import, Topic
from esmero.vault.files import path_of, seal
from esmero.work.jobs import cancel, enqueue

CHECK, BRING = "import-check", "import"
State = Import.State
MOST_SOURCE = 300


class NotNow(Exception):
    """The import's state does not allow the move; the text says what to do."""


def bring_file(content: bytes, *, name: str, brand: Brand, by: User | str) -> Import:
    """Seal a file, read it and keep a draft of its import; nothing else is changed.

    Raises:
        FileProblem: it cannot be read; the text says where and what to do.

    """
    with transaction.atomic():
        file = seal(content, kind="import", media_type="text/csv", name=name)
    reading = read_file(path_of(file.sha256))
    with transaction.atomic():
        brought = Import.objects.create(
            file=file, file_name=name[:255], brand=brand, reading=reading.to_json(), created_by=str(by)
        )
        note("import.brought", by=by, subject=brought, facts={"name": name, "sha256": file.sha256})
    return brought


def begin_check(
    brought: Import, *, said: Mapping[str, str], topic: Topic | None, source: str, by: User | str
) -> Import:
    """Store what a person said about the columns and where the list is from, and queue the dry run.

    Raises:
        MappingProblem: the mapping does not fit, consent was confirmed without a topic, or no source was stated.
        NotNow: the import runs already, or has ended.

    """
    mapping = apply_mapping(Reading.from_json(brought.reading), said)
    if not source.strip():
        raise MappingProblem("Say where the list is from: a permission without a source proves nothing.")
    if len(source) > MOST_SOURCE:
        raise MappingProblem(
            f"Say where the list is from in at most {MOST_SOURCE} characters; these are {len(source)}."
        )
    if topic is None and "consent" in mapping.values():
        raise MappingProblem("Say which topic the consent is for.")
    return _begin(
        brought,
        expected=(State.DRAFT, State.CHECKED),
        to=State.CHECKING,
        kind=CHECK,
        by=by,
        mapping=mapping,
        topic=topic,
        source=source.strip(),
        counts={},
    )


def begin_import(brought: Import, *, by: User | str) -> Import:
    """Queue the import exactly as it was checked. Raises NotNow when it was not."""
    return _begin(brought, expected=(State.CHECKED,), to=State.RUNNING, kind=BRING, by=by)


def begin_now(
    brought: Import, *, said: Mapping[str, str], topic: Topic | None, source: str, dry_run: bool, by: User | str
) -> Import:
    """Queue the dry run, or the import itself without one, as a command line asks for it. Raises as begin_check does."""
    brought = begin_check(brought, said=said, topic=topic, source=source, by=by)
    if dry_run:
        return brought
    assert brought.job is not None
    cancel(brought.job)
    return _begin(brought, expected=(State.CHECKING,), to=State.RUNNING, kind=BRING, by=by)


def find_unfinished(
    content: bytes,
    *,
    brand: Brand,
    said: Mapping[str, str],
    topic: Topic | None,
    source: str,
    dry_run: bool,
    by: User | str,
) -> Import | None:
    """Return the import of these very octets, meant in the same way by the same, that was begun and has not ended."""
    rows = Import.objects.filter(
        file__sha256=hashlib.sha256(content).hexdigest(),
        brand=brand,
        topic=topic,
        source=source.strip(),
        state=State.CHECKING if dry_run else State.RUNNING,
        created_by=str(by),
    )
    for one in rows.select_related("job").order_by("-id"):
        if one.job is not None and one.mapping == apply_mapping(Reading.from_json(one.reading), said):
            return one
    return None


def reopen(brought: Import, *, by: User | str) -> Import:
    """Go back from the dry run to the columns. Raises NotNow when something is already being brought in."""
    with transaction.atomic():
        if not Import.objects.filter(pk=brought.pk, state=State.CHECKED).update(state=State.DRAFT):
            raise NotNow(f"{brought.file_name} is {brought.state}; only a checked import can be changed.")
        note("import.reopened", by=by, subject=brought)
    brought.refresh_from_db()
    return brought


def _begin(
    brought: Import, *, expected: tuple[State, ...], to: State, kind: str, by: User | str, **facts: object
) -> Import:
    with transaction.atomic():
        if not Import.objects.filter(pk=brought.pk, state__in=expected).update(state=to, **facts):
            brought.refresh_from_db()
            raise NotNow(f"{brought.file_name} is {brought.state}; this takes one that is {' or '.join(expected)}.")
        job = enqueue(kind, subject_id=brought.pk, by=str(by))
        Import.objects.filter(pk=brought.pk).update(job=job)
        note(f"import.{'checked' if kind == CHECK else 'started'}", by=by, subject=brought)
    brought.refresh_from_db()
    return brought
