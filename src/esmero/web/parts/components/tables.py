"""Tables of the console, described once: columns, order, filters and bulk acts are values; the page is cut by key.

A list page states a `Listing`; `read_wish` takes from the address what the reader wants of it, and `lay_table` reads one
page. Orders are kept to what an index serves: the last field of each is unique, so a page starts after the last row of
the one before whatever comes in between.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from esmero.web.parts.components.paging import Key, cut_page, read_key

type Words = str | Promise
type Choice = tuple[str, Words]
type Rows = QuerySet[Any]

MOST_COUNTED = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """One column. `cell` gives what stands there (HTML only where it is a SafeString), `plain` the value for a CSV file.

    `order` names the fields to sort by, the last of them unique; without it the column cannot be sorted. `head` is the
    cell that names the row, `quiet` is said softly, `label` stands before the value on a phone.
    """

    key: str
    title: Words
    cell: Callable[[Any], str | SafeString]
    plain: Callable[[Any], object] | None = None
    order: tuple[str, ...] = ()
    head: bool = False
    numeric: bool = False
    quiet: bool = False
    label: Words = ""
    shown: bool = True
    act: bool = False

    def say_plainly(self, row: Any) -> str:
        """Return the value without any markup; a leading sign of a formula is made harmless (CWE-1236)."""
        value = strip_tags(str(self.cell(row))) if self.plain is None else self.plain(row)
        text = "" if value is None else str(value)
        return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _is_number(text) else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A choice that narrows a list; `choices` may be read late. `apply` gets the rows and the chosen value."""

    key: str
    title: Words
    every: Words
    choices: Callable[[], Sequence[Choice]]
    apply: Callable[[Rows, str], Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAct:
    """What can be done to many rows at once: `value` is sent as `act`, `ask` names a field that it needs, if any."""

    value: str
    title: Words
    permission: str
    ask: Words = ""
    choices: Callable[[], Sequence[Choice]] | None = None
    grave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list page: `page` is the name of its address. `personal`: a file of it needs a reason, which is written down.

    `count_found`: whether what a search finds is counted beyond a page; not where each row needs a look at a person.
    `prepare` looks up for many rows at once what their cells say, and notes it on them.
    """

    page: str
    columns: tuple[TableColumn, ...]
    order: str
    filters: tuple[Filter, ...] = ()
    search: Callable[[Rows, str], Rows] | None = None
    search_title: Words = ""
    acts: tuple[BulkAct, ...] = ()
    personal: bool = False
    size: int = 50
    count_found: bool = True
    prepare: Callable[[Sequence[Any]], None] | None = None

    def column(self, key: str) -> TableColumn | None:
        return next((column for column in self.columns if column.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRequest:
    """What a reader asks of a list: words to search, chosen filters, order, columns, and after which row to begin."""

    text: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    columns: tuple[str, ...] = ()
    after: str | None = None

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order was asked for."""
        return bool(self.text or self.chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnHead:
    """A column's head as drawn; `direction` is ascending, descending or empty, `query` the address that sorts by it."""

    column: TableColumn
    direction: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """One row as drawn."""

    pk: Any
    row: Any
    cells: list[tuple[TableColumn, str | SafeString]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One page of a list, ready to be drawn. `number` is exact up to `counted`, else None: there are more."""

    listing: Listing
    wish: TableRequest
    heads: list[ColumnHead]
    lines: list[TableLine]
    following: str | None
    number: int | None
    counted: int
    filters: list[tuple[Filter, Sequence[Choice], str]]
    offered: list[tuple[TableColumn, bool]]
    query: str


def read_wish(query: QueryDict, *, listing: Listing) -> TableRequest:
    """Take what the address asks for; what the list does not know is left out."""
    order = query.get("sort", "")
    column = listing.column(order.removeprefix("-"))
    known = [column.key for column in listing.columns]
    chosen = {one.key: value for one in listing.filters if (value := query.get(one.key))}
    return TableRequest(
        text=query.get("q", "")[:200].strip() if listing.search else "",
        chosen=chosen,
        order=order if column and column.order else listing.order,
        columns=tuple(key for key in query.getlist("cols") if key in known),
        after=query.get("after"),
    )


def narrow(rows: Rows, *, listing: Listing, wish: TableRequest) -> Rows:
    """Return the rows that the search and the filters leave."""
    if wish.text and listing.search:
        rows = listing.search(rows, wish.text)
    for one in listing.filters:
        value = wish.chosen.get(one.key)
        if value and value in {choice for choice, _words in one.choices()}:
            rows = one.apply(rows, value)
    return rows


def sort(rows: Rows, *, listing: Listing, wish: TableRequest) -> Rows:
    """Return the rows in the order that was asked for."""
    fields, backwards = _order(listing, wish)
    return rows.order_by(*(f"-{name}" if backwards else name for name in fields))


def lay_table(rows: Rows, *, listing: Listing, wish: TableRequest, query: QueryDict) -> Table:
    """Read one page of the list: one query for its rows, one for their bounded number."""
    narrowed = narrow(rows, listing=listing, wish=wish)
    fields, backwards = _order(listing, wish)
    begun = _begin(sort(narrowed, listing=listing, wish=wish), fields, wish=wish, backwards=backwards)
    found = _read_rows(begun, whole=rows, limit=listing.size + 1)
    page = cut_page(found, size=listing.size, key=lambda row: _key_of(row, fields))
    counted = MOST_COUNTED if listing.count_found or not wish.text else listing.size
    number: int | None = None
    if not wish.after and len(found) <= listing.size:
        number = len(found)  # these are all: who looks for a needle in the hay looks once
    elif counted > listing.size:
        # By its key alone, so that nothing that was annotated is worked out ten thousand times.
        number = narrowed.order_by().values("pk")[: counted + 1].count()
    columns = _shown(listing, wish)
    if listing.prepare:
        listing.prepare(page.rows)
    return Table(
        listing=listing,
        wish=wish,
        heads=[_head(column, listing=listing, wish=wish, query=query) for column in columns],
        lines=[
            TableLine(pk=row.pk, row=row, cells=[(column, column.cell(row)) for column in columns]) for row in page.rows
        ],
        following=page.following,
        number=None if number is None or number > counted else number,
        counted=counted,
        filters=[(one, one.choices(), wish.chosen.get(one.key, "")) for one in listing.filters],
        offered=[(column, column in columns) for column in listing.columns if not (column.head or column.act)],
        query=_without(query, "after").urlencode(),
    )


def _read_rows(rows: Rows, *, whole: Rows, limit: int) -> list[Any]:
    """Read the first rows; with joined tables their keys alone at first, and then those rows of the whole list.

    So no table misleads a planner, and what was searched is not asked of the rows once more.
    """
    if not rows.query.select_related:
        return list(rows[:limit])
    keys = list(rows.values_list("pk", flat=True)[:limit])
    found = {row.pk: row for row in whole.filter(pk__in=keys).order_by()} if keys else {}
    return [found[key] for key in keys if key in found]


def write_csv(rows: Rows, *, listing: Listing, wish: TableRequest) -> Iterator[list[str]]:
    """Give the whole list line by line, all columns, heads first; memory does not depend on its length."""
    columns = [column for column in listing.columns if not column.act]
    yield [str(column.title) for column in columns]
    wanted = sort(narrow(rows, listing=listing, wish=wish), listing=listing, wish=wish)
    for chunk in batched(wanted.iterator(chunk_size=1000), 1000):
        if listing.prepare:
            listing.prepare(chunk)
        for row in chunk:
            yield [column.say_plainly(row) for column in columns]


def pick_rows(rows: Rows, *, listing: Listing, post: QueryDict) -> Rows:
    """Return the rows that a bulk act is meant for: those that were ticked, or all that the list showed."""
    if post.get("scope") == "all":
        return narrow(rows, listing=listing, wish=read_wish(QueryDict(post.get("query", "")), listing=listing))
    picked = [int(value) for value in post.getlist("pick") if value.isdecimal()]
    return rows.filter(pk__in=picked[: listing.size * 4])


def _order(listing: Listing, wish: TableRequest) -> tuple[tuple[str, ...], bool]:
    order = wish.order or listing.order
    column = listing.column(order.removeprefix("-"))
    if column is None or not column.order:
        raise ValueError(f"The list {listing.page} is in the order of a column that cannot be sorted: {order}")
    return column.order, order.startswith("-")


def _begin(rows: Rows, fields: tuple[str, ...], *, wish: TableRequest, backwards: bool) -> Rows:
    key = _read_key(rows.model, fields, wish.after)
    if key is None:
        return rows
    than = "lt" if backwards else "gt"
    after = Q()
    for place, (name, value) in enumerate(zip(fields, key, strict=True)):
        same = Q(**dict(zip(fields[:place], key[:place], strict=True)))
        after |= same & Q(**{f"{name}__{than}": value})
    # The first condition alone lets the database begin in the index.
    return rows.filter(Q(**{f"{fields[0]}__{than}e": key[0]}) & after)


def _key_of(row: Any, fields: tuple[str, ...]) -> Key:
    values = []
    for name in fields:
        value = row
        for part in name.split("__"):
            value = getattr(value, part)
        values.append(value.isoformat() if isinstance(value, date) else value)
    return tuple(values)


def _read_key(model: type[Model], fields: tuple[str, ...], text: str | None) -> tuple[Any, ...] | None:
    """Read the key of `cut_page`; moments are told from words by their field."""
    try:
        kinds = tuple(type(value) for value in json.loads(text or "null") or ())
        key = read_key(text, kinds=kinds)
    except (ValueError, TypeError):
        return None
    if not key or len(key) != len(fields) or any(kind not in {str, int} for kind in kinds):
        return None
    try:
        return tuple(_read_value(model, name, value) for name, value in zip(fields, key, strict=True))
    except ValueError:
        return None


def _read_value(model: type[Model], name: str, value: str | int) -> Any:
    names = {
        each.name: each.get_internal_type() for each in model._meta.get_fields() if hasattr(each, "get_internal_type")
    }
    kind = names.get(name, "")
    if kind == "DateTimeField":
        return datetime.fromisoformat(str(value))
    if kind == "DateField":
        return date.fromisoformat(str(value))
    if kind.endswith(("AutoField", "IntegerField")) or name in {"id", "pk"}:
        return int(value)
    return value


def _shown(listing: Listing, wish: TableRequest) -> list[TableColumn]:
    if not wish.columns:
        return [column for column in listing.columns if column.shown]
    return [column for column in listing.columns if column.head or column.act or column.key in wish.columns]


def _head(column: TableColumn, *, listing: Listing, wish: TableRequest, query: QueryDict) -> ColumnHead:
    if not column.order:
        return ColumnHead(column=column, direction="", query="")
    now = wish.order or listing.order
    ascending, descending = now == column.key, now == f"-{column.key}"
    changed = _without(query, "after")
    changed["sort"] = f"-{column.key}" if ascending else column.key
    direction = "ascending" if ascending else "descending" if descending else ""
    return ColumnHead(column=column, direction=direction, query=changed.urlencode())


def _without(query: QueryDict, *names: str) -> QueryDict:
    changed = query.copy()
    for name in names:
        changed.pop(name, None)
    return changed


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
