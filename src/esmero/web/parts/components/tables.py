"""Describe the console's tables as values: columns, order, filters, bulk actions; pages are cut by key.

A list page defines a `Listing`; `read_table_request` parses the request's parameters, and `build_table` reads one
page. Only orders with an index exist: the last field of each is unique, so a page starts after the last row of the
previous one whatever rows are added in between.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.house.rights import Right
from esmero.web.parts.components.paging import Key, cut_page, read_key
from esmero.web.parts.row_ids import read_row_id

type Words = str | Promise
type Choice = tuple[str, Words]
type Rows = QuerySet[Any]

MOST_COUNTED = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """Describe one column.

    `cell` returns its content (HTML only as a SafeString), `plain` the value for a CSV file. `order` names the fields
    to sort by, the last of them unique; without it the column cannot be sorted. `head` is the cell that names the
    row, `quiet` cells are dimmed, `label` precedes the value on a phone.
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

    def plain_value(self, row: Any) -> str:
        """Return the value without markup; a leading formula sign is neutralised (CWE-1236)."""
        value = strip_tags(str(self.cell(row))) if self.plain is None else self.plain(row)
        text = "" if value is None else str(value)
        return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _is_number(text) else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Describe a filter of a list.

    `choices` is evaluated when the page is built; `apply` gets the rows and the chosen value.
    """

    key: str
    title: Words
    every: Words
    choices: Callable[[], Sequence[Choice]]
    apply: Callable[[Rows, str], Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAct:
    """Describe an action on many rows: `value` is sent as `act`, `ask` names a field that it needs, if any."""

    value: str
    title: Words
    permission: Right
    ask: Words = ""
    choices: Callable[[], Sequence[Choice]] | None = None
    grave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Describe a list page; `page` is the name of its URL.

    `personal`: a file of it needs a reason for the audit log. `count_found`: whether matches of a search are counted
    beyond a page; off where each row needs a lookup of a person. `prepare` looks up the facts of many rows at once
    and stores them on the rows.
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
    """Hold the parameters of a list: search text, filters, order, columns, and the key to start after."""

    text: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    columns: tuple[str, ...] = ()
    after: str | None = None

    @property
    def narrowed(self) -> bool:
        """Tell whether a search or filter applies."""
        return bool(self.text or self.chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnHead:
    """Describe a column header; `direction` is ascending, descending or empty, `query` sorts by it."""

    column: TableColumn
    direction: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """Hold one row for display."""

    pk: Any
    row: Any
    cells: list[tuple[TableColumn, str | SafeString]]


@dataclass(frozen=True, slots=True)
class RowCount:
    """Tell how many rows a list has: `number` is exact up to `counted`, else None: there are more."""

    number: int | None
    counted: int

    @property
    def rows(self) -> str:
        """Return the caption of the table."""
        if self.number is None:
            return _("more than %(shown)s rows") % {"shown": intcomma(self.counted)}
        return ngettext("%(shown)s row", "%(shown)s rows", self.number) % {"shown": intcomma(self.number)}

    @property
    def total(self) -> str:
        """Return the words below the table; "" for an empty one."""
        if self.number is None:
            return _("more than %(shown)s") % {"shown": intcomma(self.counted)}
        shown = {"shown": intcomma(self.number)}
        return ngettext("%(shown)s in all", "%(shown)s in all", self.number) % shown if self.number else ""

    @property
    def everything(self) -> str:
        """Return the words of the box that picks all rows, beyond the page."""
        if self.number is None:
            return _("all that the list shows, more than %(shown)s") % {"shown": intcomma(self.counted)}
        return _("all %(shown)s that the list shows") % {"shown": intcomma(self.number)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Hold one page of a list; `number` is exact up to `counted`, else None: there are more."""

    listing: Listing
    params: TableRequest
    heads: list[ColumnHead]
    lines: list[TableLine]
    following: str | None
    number: int | None
    counted: int
    filters: list[tuple[Filter, Sequence[Choice], str]]
    offered: list[tuple[TableColumn, bool]]
    query: str

    @property
    def count(self) -> RowCount:
        return RowCount(self.number, self.counted)

    @property
    def file_url(self) -> str:
        return f"?{self.query}&file=csv" if self.query else "?file=csv"


def read_table_request(query: QueryDict, *, listing: Listing) -> TableRequest:
    """Parse the parameters of a list; unknown ones are ignored."""
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


def narrow(rows: Rows, *, listing: Listing, params: TableRequest) -> Rows:
    """Apply the search and the filters."""
    if params.text and listing.search:
        rows = listing.search(rows, params.text)
    for one in listing.filters:
        value = params.chosen.get(one.key)
        if value and value in {choice for choice, _label in one.choices()}:
            rows = one.apply(rows, value)
    return rows


def sort(rows: Rows, *, listing: Listing, params: TableRequest) -> Rows:
    """Apply the requested order."""
    fields, backwards = _order(listing, params)
    return rows.order_by(*(f"-{name}" if backwards else name for name in fields))


def build_table(rows: Rows, *, listing: Listing, params: TableRequest, query: QueryDict) -> Table:
    """Read one page of the list: one query for its rows, one for their bounded count."""
    narrowed = narrow(rows, listing=listing, params=params)
    fields, backwards = _order(listing, params)
    begun = _begin(sort(narrowed, listing=listing, params=params), fields, params=params, backwards=backwards)
    found = _read_rows(begun, whole=rows, limit=listing.size + 1)
    page = cut_page(found, size=listing.size, key=lambda row: _key_of(row, fields))
    counted = MOST_COUNTED if listing.count_found or not params.text else listing.size
    number: int | None = None
    if not params.after and len(found) <= listing.size:
        number = len(found)  # the page holds all matches, so no second query counts them
    elif counted > listing.size:
        # Count keys alone, so that annotations are not computed for ten thousand rows.
        number = narrowed.order_by().values("pk")[: counted + 1].count()
    columns = _shown(listing, params)
    if listing.prepare:
        listing.prepare(page.rows)
    return Table(
        listing=listing,
        params=params,
        heads=[_head(column, listing=listing, params=params, query=query) for column in columns],
        lines=[
            TableLine(pk=row.pk, row=row, cells=[(column, column.cell(row)) for column in columns]) for row in page.rows
        ],
        following=page.following,
        number=None if number is None or number > counted else number,
        counted=counted,
        filters=[(one, one.choices(), params.chosen.get(one.key, "")) for one in listing.filters],
        offered=[(column, column in columns) for column in listing.columns if not (column.head or column.act)],
        query=_without(query, "after").urlencode(),
    )


def _read_rows(rows: Rows, *, whole: Rows, limit: int) -> list[Any]:
    """Read the first rows; with joined tables their keys first, then those rows.

    The key query has no joins that mislead the planner, and the search is not evaluated twice.
    """
    if not rows.query.select_related:
        return list(rows[:limit])
    keys = list(rows.values_list("pk", flat=True)[:limit])
    found = {row.pk: row for row in whole.filter(pk__in=keys).order_by()} if keys else {}
    # In the order of the keys, which the second query does not keep.
    return [found[key] for key in keys if key in found]


def write_csv(rows: Rows, *, listing: Listing, params: TableRequest) -> Iterator[list[str]]:
    """Yield the whole list line by line, all columns, header first; memory does not depend on its length."""
    columns = [column for column in listing.columns if not column.act]
    yield [str(column.title) for column in columns]
    wanted = sort(narrow(rows, listing=listing, params=params), listing=listing, params=params)
    for chunk in batched(wanted.iterator(chunk_size=1000), 1000):
        if listing.prepare:
            listing.prepare(chunk)
        for row in chunk:
            yield [column.plain_value(row) for column in columns]


def pick_rows(rows: Rows, *, listing: Listing, post: QueryDict) -> Rows:
    """Return the rows of a bulk action: the ticked ones, or all that the list showed."""
    if post.get("scope") == "all":
        return narrow(
            rows, listing=listing, params=read_table_request(QueryDict(post.get("query", "")), listing=listing)
        )
    # Ticks are bounded, because they come from the request; a page shows at most `size` rows.
    picked = [read_row_id(value) for value in post.getlist("pick")]
    return rows.filter(pk__in=picked[: listing.size * 4])


def _order(listing: Listing, params: TableRequest) -> tuple[tuple[str, ...], bool]:
    order = params.order or listing.order
    column = listing.column(order.removeprefix("-"))
    # `read_table_request` drops unknown orders, so this is a mistake in the listing itself.
    if column is None or not column.order:
        raise ValueError(f"The list {listing.page} is in the order of a column that cannot be sorted: {order}")
    return column.order, order.startswith("-")


def _begin(rows: Rows, fields: tuple[str, ...], *, params: TableRequest, backwards: bool) -> Rows:
    key = _read_key(rows.model, fields, params.after)
    if key is None:
        return rows
    than = "lt" if backwards else "gt"
    after = Q()
    for place, (name, value) in enumerate(zip(fields, key, strict=True)):
        same = Q(**dict(zip(fields[:place], key[:place], strict=True)))
        after |= same & Q(**{f"{name}__{than}": value})
    # Redundant, but this condition alone lets the database start within the index.
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
    """Parse the key of `cut_page`; the field of each value tells times from texts."""
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


def _shown(listing: Listing, params: TableRequest) -> list[TableColumn]:
    if not params.columns:
        return [column for column in listing.columns if column.shown]
    return [column for column in listing.columns if column.head or column.act or column.key in params.columns]


def _head(column: TableColumn, *, listing: Listing, params: TableRequest, query: QueryDict) -> ColumnHead:
    if not column.order:
        return ColumnHead(column=column, direction="", query="")
    now = params.order or listing.order
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
