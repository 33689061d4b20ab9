"""Find subjects whose text contains every word of a search text; words of one or two letters where a word begins.

The trigrams of the words name the candidates, and the folded text of each is compared, so that the result equals a
plain comparison. A single letter is only compared; without other words the texts of the kind are scanned for it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Model, OuterRef, Value
from django.db.models.functions import StrIndex

from esmero.search.folded_words import fold_words
from esmero.search.models import KEY_BITS, SearchText, SubjectKind
from esmero.search.trigram_index import quote_lexeme
from esmero.search.trigrams import cover_part, write_part

MOST_RANKED = 500
_TABLE, _INDEX = SearchText._meta.db_table, SearchText._meta.indexes[0].name


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSubject:
    """Describe one result: kind and id of the subject, and its title."""

    kind: SubjectKind
    subject_id: int
    title: str


def find_ids(kind: SubjectKind, *, text: str, most: int, brands: Collection[int] | None = None) -> list[int]:
    """Return the ids of all subjects found; if there are more than `most`, any `most` + 1 of them. One query.

    `brands` leaves out the subjects of other brands; those of the whole house are always found.
    """
    rows = _select("id", kind, fold_words(text), brands=brands, limit=most + 1)
    return [key - kind.first_key for (key,) in rows]


def search(
    text: str, *, kinds: Sequence[SubjectKind], limit: int, brands: Collection[int] | None = None
) -> list[FoundSubject]:
    """Return the best results, kind by kind, at most `limit` of each: one query a kind.

    Texts that begin with the search text come first, then those with a word that does, then the others; then by rank
    and text. Of more than MOST_RANKED results, any MOST_RANKED are ranked.
    """
    words = fold_words(text)
    if not words:
        return []
    start = " ".join(["", *words])
    found = []
    for kind in kinds:
        rows = _select("id, title, rank, folded", kind, words, brands=brands, limit=MOST_RANKED)
        rows.sort(key=lambda row: (_place_of(start, row[3]), row[2], row[3], row[0]))
        found += [
            FoundSubject(kind=kind, subject_id=key - kind.first_key, title=title) for key, title, _, _ in rows[:limit]
        ]
    return found


def has_words(kind: SubjectKind, text: str, *, column: str = "pk") -> Exists:
    """Return the condition that the text of the subject in `column` contains every word: a lookup for each row.

    For lists in which most rows are found or few are looked at; else begin with `find_ids`.
    """
    rows = SearchText.objects.filter(pk=OuterRef(column) + kind.first_key)
    for place, word in enumerate(fold_words(text)):
        found = StrIndex(F("folded"), Value(write_part(word)))
        rows = rows.alias(**{f"word_{place}": found}).filter(**{f"word_{place}__gt": 0})
    return Exists(rows)


def _place_of(start: str, folded: str) -> int:
    if folded.startswith(start):
        return 0
    return 1 if start in folded else 2


def find_first(rows: type[Model], kind: SubjectKind, *, text: str, column: str, most: int) -> Any:
    """Return the lowest value of a column among the subjects found, whose table is `rows`; None of more than `most`.

    Candidates are counted first, in the index alone: the rows of too many are not read.
    """
    words = fold_words(text)
    table = connection.ops.quote_name(rows._meta.db_table)
    candidates, about = _write_select("id", kind, words, limit=most + 1, is_compared=False)
    found, given = _write_select("id", kind, words, limit=most + 1)
    # CROSS JOIN: SQLite begins with the subjects found, not with the table.
    join = "CROSS JOIN" if connection.vendor == "sqlite" else "JOIN"
    lowest = f"SELECT min({table}.{connection.ops.quote_name(column)}) FROM ({found}) AS found"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({candidates}) AS candidates", about)  # noqa: S608 - our own names
        if cursor.fetchone()[0] > most:
            return None
        cursor.execute(f"{lowest} {join} {table} ON {table}.id = found.id - {kind.first_key}", given)
        return cursor.fetchone()[0]


def _select(
    columns: str, kind: SubjectKind, words: Sequence[str], *, brands: Collection[int] | None, limit: int
) -> list[Any]:
    statement, given = _write_select(columns, kind, words, brands=brands, limit=limit)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _write_select(
    columns: str,
    kind: SubjectKind,
    words: Sequence[str],
    *,
    limit: int,
    brands: Collection[int] | None = None,
    is_compared: bool = True,
) -> tuple[str, list[Any]]:
    """Return the statement that reads the texts found, and its values; not `is_compared`: the candidates."""
    parts = [write_part(word) for word in words]
    trigrams = sorted({trigram for part in parts for trigram in cover_part(part)})
    source, conditions, values = _TABLE, ["id BETWEEN %s AND %s"], [kind.first_key, kind.last_key]
    given: list[Any] = []
    if trigrams and connection.vendor == "sqlite":
        # CROSS JOIN: SQLite begins with the index. Candidates need no row of the table.
        source = f"{_INDEX} CROSS JOIN {_TABLE} ON id = {_INDEX}.rowid" if is_compared else _INDEX
        columns = columns if is_compared else "rowid"
        conditions = [f"{_INDEX} MATCH %s", f"{_INDEX}.rowid BETWEEN %s AND %s"]
        given.append(" AND ".join('"{}"'.format(one.replace('"', '""')) for one in trigrams))
    elif trigrams:
        # Shifted, so that PostgreSQL cannot take the range of ids for selective before it has counted the rows.
        conditions, values = ["trigrams @@ %s::tsquery", f"id >> {KEY_BITS} = %s"], [kind.value]
        given.append(" & ".join(quote_lexeme(one) for one in trigrams))
    given += values
    contains = "instr" if connection.vendor == "sqlite" else "strpos"
    for part in parts if is_compared else ():
        conditions.append(f"{contains}({_TABLE}.folded, %s) > 0")
        given.append(part)
    if brands is not None:
        places = ", ".join("%s" for _brand in brands)
        conditions.append(f"(brand_id IS NULL OR brand_id IN ({places}))" if brands else "brand_id IS NULL")
        given += brands
    shown = columns if columns == "rowid" else ", ".join(f"{_TABLE}.{name.strip()}" for name in columns.split(","))
    statement = f"SELECT {shown} FROM {source} WHERE {' AND '.join(conditions)} LIMIT %s"  # noqa: S608 - our own names
    return statement, [*given, limit]
