"""Take a finished import back: five hundred lines a transaction, the last first, rows and cursor together.

Each line records what it created and replaced (ImportLine.wrote). Killed at any time, the undo resumes at the cursor:
the number of the last line that it took back.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import batched

from django.db import transaction
from django.utils import timezone

from esmero.house.audit import note
from esmero.house.happenings import ImportUndone, happen
from esmero.imports.kind import AnyKind, Kinds
from esmero.imports.lifecycle import select_undoable
from esmero.imports.models import Import, ImportLine
from esmero.work.jobs import save_progress
from esmero.work.models import Job

CHUNK = 500
MOST_PREVIEWED = 20_000  # lines that a page may judge before it answers
KEPT = "kept"


def run_undo(job: Job, *, kinds: Kinds) -> bool:
    """Take the next five hundred lines back; return True when none is left."""
    import_ = Import.objects.select_related("brand", "file").get(pk=job.subject)
    kind = kinds[import_.kind]
    rows = select_undoable(import_, kind=kind)
    if not job.cursor:
        job.total = rows.count()
        job.cursor = {"line": None, "said": {}}
    counts = Counter(job.cursor["said"])
    with transaction.atomic():
        if job.cursor["line"] is not None:
            rows = rows.filter(line__lt=job.cursor["line"])
        lines = list(rows.order_by("-line")[:CHUNK])
        if lines:
            counts += _undo(import_, lines, kind=kind)
            job.cursor = {"line": lines[-1].line, "said": counts}
            job.done += len(lines)
        else:
            kind.finish_undo(import_)
            Import.objects.filter(pk=import_.pk).update(
                state=Import.State.UNDONE, undo_counts=counts, undone_at=timezone.now(), prepared={}
            )
            happen(ImportUndone(import_id=import_.pk))
            note("import.undone", by=job.created_by, subject=import_, facts=dict(counts))
        save_progress(job)
    return not lines


def preview_undo(import_: Import, *, kind: AnyKind) -> dict[str, int] | None:
    """Return the counts that an undo would have now; None for an import with too many lines. Nothing is changed."""
    rows = select_undoable(import_, kind=kind)
    if rows.count() > MOST_PREVIEWED:
        return None
    counts: Counter[str] = Counter()
    for lines in batched(rows.order_by("-line").iterator(chunk_size=CHUNK), CHUNK):
        judged = kind.undo(import_, lines, dry_run=True)
        counts += judged.counts + _count(judged.outcomes.values())
    return dict(counts)


def _undo(import_: Import, lines: Sequence[ImportLine], *, kind: AnyKind) -> Counter[str]:
    undone = kind.undo(import_, lines)
    by_outcome: dict[str, list[int]] = {}
    for pk, outcome in undone.outcomes.items():
        by_outcome.setdefault(outcome, []).append(pk)
    for outcome, ids in by_outcome.items():
        kind.lines._default_manager.filter(pk__in=ids).update(undo=outcome)
    return undone.counts + _count(undone.outcomes.values())


def _count(outcomes: Iterable[str]) -> Counter[str]:
    return Counter(ImportLine.UNDONE if outcome.startswith(ImportLine.UNDONE) else KEPT for outcome in outcomes)
