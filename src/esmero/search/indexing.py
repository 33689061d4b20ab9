"""Write and remove the search texts of subjects. Packages call it in the transaction of their own change."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.db import connection

from esmero.search.folded_words import fold_fields
from esmero.search.models import SearchText, SubjectKind
from esmero.search.purging import request_purge

LONGEST = 20_000  # characters of a text that are searched
_CHUNK = 1_000
_TITLE = 300
_TABLE, _VECTOR = SearchText._meta.db_table, SearchText._meta.get_field("trigrams")
# By hand, because bulk_create takes longer to make the statement than the database to run it.
_UPSERT = f"""
    INSERT INTO {_TABLE} (id, brand_id, rank, title, folded, trigrams) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (id) DO UPDATE SET brand_id = excluded.brand_id, rank = excluded.rank, title = excluded.title,
        folded = excluded.folded, trigrams = excluded.trigrams
"""  # noqa: S608 - our own names


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEntry:
    """Describe one subject: its id, the title shown in results, and the fields that are searched.

    `brand_id` is None for what belongs to the whole house. Of equal results, those of a lower `rank` come first.
    """

    subject_id: int
    title: str
    fields: tuple[str, ...]
    brand_id: int | None = None
    rank: int = 0


def index(kind: SubjectKind, entries: Iterable[SearchEntry]) -> None:
    """Write the texts of subjects of a kind, new and changed ones alike; in thousands."""
    for several in batched(entries, _CHUNK):
        with connection.cursor() as cursor:
            cursor.executemany(_UPSERT, [_make_row(kind, one) for one in several])


def remove(kind: SubjectKind, ids: Collection[int]) -> None:
    """Remove the texts of subjects; what FTS5 keeps of their letters goes in a job of its own (search/purging.py)."""
    gone = 0
    for several in batched(ids, _CHUNK):
        gone += SearchText.objects.filter(pk__in=[kind.key_of(one) for one in several]).delete()[0]
    if gone:
        request_purge()


def _make_row(kind: SubjectKind, one: SearchEntry) -> tuple[Any, ...]:
    folded = fold_fields(one.fields)[:LONGEST]
    title = one.title.replace("\0", " ")[:_TITLE]
    vector = _VECTOR.get_db_prep_value(folded, connection)
    return kind.key_of(one.subject_id), one.brand_id, one.rank, title, folded, vector
