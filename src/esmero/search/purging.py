"""Purge what FTS5 keeps of removed texts, so that an erased person's letters leave the file of an SQLite database.

FTS5 only marks a removed entry; its trigrams stay until the parts of the index are merged. A job merges all of them,
some pages in each transaction, and asks FTS5 where it stopped (https://www.sqlite.org/fts5.html, section 6.8).
PostgreSQL's VACUUM does the same by itself.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from esmero.search.models import SearchText
from esmero.work.jobs import enqueue, save_progress
from esmero.work.models import Job

PURGE = "purge-search"
_DELAY = timedelta(minutes=10)  # several removals share one purge
_PAGES = 200  # of the index, merged in one transaction
_INDEX = SearchText._meta.indexes[0].name


def request_purge() -> None:
    """Queue the purge on SQLite, unless one waits. Call it in the transaction of the removal."""
    if connection.vendor != "sqlite" or Job.objects.filter(kind=PURGE, state=Job.State.WAITING).exists():
        return
    enqueue(PURGE, by="search", at=timezone.now() + _DELAY)


def run_chunk(job: Job) -> bool:
    """Merge the next pages of the index; return True when all parts are one."""
    if connection.vendor != "sqlite":
        return True
    with transaction.atomic(), connection.cursor() as cursor:
        # A negative number starts a merge of all parts; positive ones continue it.
        pages = _PAGES if job.cursor else -_PAGES
        before = connection.connection.total_changes
        cursor.execute(f"INSERT INTO {_INDEX}({_INDEX}, rank) VALUES ('merge', %s)", [pages])  # noqa: S608 - our own name
        is_done = bool(connection.connection.total_changes - before < 2)  # the command itself counts as one change
        job.cursor = {"begun": True}
        job.done += _PAGES
        save_progress(job)
    return is_done
