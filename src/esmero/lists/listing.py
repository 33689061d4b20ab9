"""Describe a list and read it: a page starts after the last row of the previous one, whatever is added in between.

Only orders with an index exist. A request names values that were shown; everything else in it is ignored.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from typing import Any

from django.db.models import Model, Q
from django.http import QueryDict

from esmero.lists.columns import Column, Words
from esmero.lists.filters import Filter, Rows
from esmero.lists.paging import Key, Page, cut_page, read_key

MOST_COUNTED = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Describe a list; `page` is its name, in addresses, files and the audit log.

    `personal`: a file of it needs a reason for the audit log. `count_found`: whether matches of a search are counted
    beyond a page; off where each row needs a lookup of a person. `prepare` looks up the facts of many rows at once
    and stores them on the rows.
    """

    page: str
    columns: tuple[Column, ...]
    order: str
    filters: tuple[Filter, ...] = ()
    search: Callable[[Rows, str], Rows] | None = None
    search_title: Words = ""
    personal: bool = False
    size: int = 50
    count_found: bool = True
    prepare: Callable[[Sequence[Any]], None] | None = None

    def column(self, key: str) -> Column | None:
        return next((column for column in self.columns if column.key == key), None)

    def sort_fields(self, order: str) -> tuple[tuple[str, ...], bool]:
        """Return the fields of an order ("name", "-name"), and whether it is descending; "" is the list's own."""
        wanted = order or self.order
        column = self.column(wanted.removeprefix("-"))
        # `read_list_request` drops unknown orders, so this is a mistake in the listing itself.
        if column is None or not column.order:
            raise ValueError(f"The list {self.page} is in the order of a column that cannot be sorted: {wanted}")
        return column.order, wanted.startswith("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
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
class ListPage:
    """Hold the rows of one page and the key of the next; `number` is exact up to `counted`, else None: more."""

    rows: Sequence[Any]
    following: str | None
    number: int | None
    counted: int


def read_list_request(query: QueryDict, *, listing: Listing) -> ListRequest:
    """Parse the parameters of a list; unknown ones are ignored."""
    order = query.get("sort", "")
    column = listing.column(order.removeprefix("-"))
    known = [column.key for column in listing.columns]
    return ListRequest(
        text=query.get("q", "")[:200].strip() if listing.search else "",
        chosen={one.key: value for one in listing.filters if (value := query.get(one.key))},
        order=order if column and column.order else listing.order,
        columns=tuple(key for key in query.getlist("cols") if key in known),
        after=query.get("after"),
    )


def narrow(rows: Rows, *, listing: Listing, params: ListRequest) -> Rows:
    """Apply the search and the filters."""
    if params.text and listing.search:
        rows = listing.search(rows, params.text)
    for one in listing.filters:
        value = params.chosen.get(one.key)
        if value and value in one.list_values():
            rows = one.apply(rows, value)
    return rows


def sort(rows: Rows, *, listing: Listing, params: ListRequest) -> Rows:
    """Apply the requested order."""
    fields, backwards = listing.sort_fields(params.order)
    return rows.order_by(*(f"-{name}" if backwards else name for name in fields))


def read_list_page(rows: Rows, *, listing: Listing, params: ListRequest) -> ListPage:
    """Read one page of the list: one query for its rows, one for their bounded count."""
    narrowed = narrow(rows, listing=listing, params=params)
    fields, backwards = listing.sort_fields(params.order)
    begun = _begin(sort(narrowed, listing=listing, params=params), fields, params=params, backwards=backwards)
    found = _read_rows(begun, whole=rows, limit=listing.size + 1)
    page: Page[Any] = cut_page(found, size=listing.size, key=lambda row: _key_of(row, fields))
    counted = MOST_COUNTED if listing.count_found or not params.text else listing.size
    number: int | None = None
    if not params.after and len(found) <= listing.size:
        number = len(found)  # the page holds all matches, so no second query counts them
    elif counted > listing.size:
        # Count keys alone, so that annotations are not computed for ten thousand rows.
        number = narrowed.order_by().values("pk")[: counted + 1].count()
    if listing.prepare:
        listing.prepare(page.rows)
    return ListPage(
        rows=page.rows,
        following=page.following,
        number=None if number is None or number > counted else number,
        counted=counted,
    )


def read_all(rows: Rows, *, listing: Listing, params: ListRequest) -> Iterator[Any]:
    """Yield all rows of the list in its order; memory does not depend on their number."""
    narrowed = narrow(rows, listing=listing, params=params)
    wanted = sort(narrowed, listing=listing, params=params)
    for chunk in batched(wanted.iterator(chunk_size=1000), 1000):
        if listing.prepare:
            listing.prepare(chunk)
        yield from chunk


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


def _begin(rows: Rows, fields: tuple[str, ...], *, params: ListRequest, backwards: bool) -> Rows:
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
