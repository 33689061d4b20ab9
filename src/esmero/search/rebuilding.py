"""Rebuild the search texts of all subjects from their own tables, in a job that resumes at its cursor.

Needed after rows were written past the program (a restored table, SQL by hand): its own changes feed the search.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from esmero.search.indexing import remove
from esmero.search.models import SearchText, SubjectKind
from esmero.work.jobs import enqueue, save_progress
from esmero.work.models import Job

REBUILD = "rebuild-search"
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class SearchSource:
    """Name a kind of subjects, the function that counts them, and the one that indexes the next ones.

    `index_next(after, most)` takes an id, indexes at most `most` subjects after it, and returns their ids in order.
    """

    kind: SubjectKind
    count: Callable[[], int]
    index_next: Callable[[int, int], Sequence[int]]

    def count_texts(self) -> int:
        """Return the number of texts of this kind."""
        return SearchText.objects.filter(pk__range=(self.kind.first_key, self.kind.last_key)).count()


def request_rebuild(*, by: str) -> Job:
    """Queue the rebuild; return the waiting or running one if there is one."""
    with transaction.atomic():
        now = Job.objects.filter(kind=REBUILD, state__in=(Job.State.WAITING, Job.State.RUNNING)).first()
        return now or enqueue(REBUILD, by=by)


def rebuild_chunk(job: Job, *, sources: Sequence[SearchSource]) -> bool:
    """Index the next subjects and remove the texts of those that are gone; return True after the last source."""
    if not job.cursor:
        job.total = sum(source.count() for source in sources)
    place, after = job.cursor.get("source", 0), job.cursor.get("after", 0)
    if place == len(sources):
        return True
    source = sources[place]
    with transaction.atomic():
        ids = source.index_next(after, _CHUNK)
        is_last = len(ids) < _CHUNK
        last_key = source.kind.last_key if is_last else source.kind.key_of(ids[-1])
        texts = SearchText.objects.filter(pk__gt=source.kind.key_of(after), pk__lte=last_key)
        known = {key - source.kind.first_key for key in texts.values_list("pk", flat=True)}
        remove(source.kind, known.difference(ids))
        job.cursor = {"source": place + 1, "after": 0} if is_last else {"source": place, "after": ids[-1]}
        job.done += len(ids)
        save_progress(job)
    return False


def empty_index() -> None:
    """Remove all texts and make their index anew, even a damaged one. Call it outside of transactions.

    Until the rebuild has ended, not everything is found.
    """
    [parts] = SearchText._meta.indexes
    with connection.schema_editor() as editor:
        editor.remove_index(SearchText, parts)  # with the triggers of SQLite, which would follow each row
        editor.execute(f"DELETE FROM {editor.quote_name(SearchText._meta.db_table)}")  # noqa: S608 - our own name
        editor.add_index(SearchText, parts)
