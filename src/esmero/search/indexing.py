"""Write and remove the search texts of subjects. Packages call it in the transaction of their own change."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import batched

from esmero.search.models import SearchText, SubjectKind
from esmero.search.purging import request_purge
from esmero.search.text_folding import fold_fields

LONGEST = 20_000  # characters of a text that are searched
_CHUNK = 1_000
_TITLE = 300


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
    """Write the texts of subjects of a kind, new and changed ones alike; one statement for each thousand."""
    for several in batched(entries, _CHUNK):
        rows = []
        for one in several:
            folded = fold_fields(one.fields)[:LONGEST]
            rows.append(
                SearchText(
                    id=kind.key_of(one.subject_id),
                    brand_id=one.brand_id,
                    rank=one.rank,
                    title=one.title.replace("\0", " ")[:_TITLE],
                    folded=folded,
                    trigrams=folded,
                )
            )
        SearchText.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["brand", "rank", "title", "folded", "trigrams"],
        )


def remove(kind: SubjectKind, ids: Collection[int]) -> None:
    """Remove the texts of subjects; what FTS5 keeps of their letters goes in a job of its own (search/purging.py)."""
    gone = 0
    for several in batched(ids, _CHUNK):
        gone += SearchText.objects.filter(pk__in=[kind.key_of(one) for one in several]).delete()[0]
    if gone:
        request_purge()
