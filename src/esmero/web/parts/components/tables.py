"""Draw the lists of the product as tables: heads that sort, cells by the meaning of their column, CSV files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.lists.columns import Choice, Column, EmailAddress, Moment, Number, ObjectLink, State, Translated
from esmero.lists.filters import Filter, Labelled, Rows
from esmero.lists.listing import (
    Listing,
    ListRequest,
    narrow,
    read_all,
    read_list_page,
    read_list_request,
)
from esmero.lists.translations import pick_translation
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.rates import format_number
from esmero.web.parts.components.template_tags import state
from esmero.web.parts.components.times import format_time
from esmero.web.parts.labels import label_code
from esmero.web.parts.row_ids import read_row_id

type Cell = str | SafeString
type DrawCell = Callable[[Any], Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnHead:
    """Describe a column header; `direction` is ascending, descending or empty, `query` sorts by it."""

    column: Column
    direction: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """Hold one row for display."""

    pk: Any
    row: Any
    cells: list[tuple[Column, Cell]]


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
    params: ListRequest
    heads: list[ColumnHead]
    lines: list[TableLine]
    following: str | None
    number: int | None
    counted: int
    filters: list[tuple[Filter, Sequence[Labelled], str]]
    offered: list[tuple[Column, bool]]
    query: str

    @property
    def count(self) -> RowCount:
        return RowCount(self.number, self.counted)

    @property
    def file_url(self) -> str:
        return f"?{self.query}&file=csv" if self.query else "?file=csv"


def build_table(
    rows: Rows,
    *,
    listing: Listing,
    params: ListRequest,
    query: QueryDict,
    drawn: Mapping[str, DrawCell] | None = None,
) -> Table:
    """Read and draw one page of the list; `drawn` draws the cells of some columns by their own functions."""
    page = read_list_page(rows, listing=listing, params=params)
    columns = _shown(listing, params)
    cells = [(column, (drawn or {}).get(column.key) or _drawer(column)) for column in columns]
    return Table(
        listing=listing,
        params=params,
        heads=[_head(column, listing=listing, params=params, query=query) for column in columns],
        lines=[
            TableLine(pk=row.pk, row=row, cells=[(column, draw(row)) for column, draw in cells]) for row in page.rows
        ],
        following=page.following,
        number=page.number,
        counted=page.counted,
        filters=[(one, label_choices(one), params.chosen.get(one.key, "")) for one in listing.filters],
        offered=[(column, column in columns) for column in listing.columns if not (column.head or column.act)],
        query=_without(query, "after").urlencode(),
    )


def draw_value(column: Column, row: Any) -> Cell:
    """Draw a value by the meaning of its column."""
    value = column.value(row)
    match column.shape:
        case Moment(form=form):
            return format_time(value, form)
        case ObjectLink(kind=kind, key=key):
            words = pick_translation(value) if isinstance(value, Mapping) else value
            return draw_link(kind, key(row), words)
        case _ if value is None or value == "":
            return ""
        case Number():
            return format_number(value)
        case Translated():
            return pick_translation(value)
        case EmailAddress():
            return show_address(value)
        case State(kind=kind):
            return state(kind, value)
        case Choice(kind=kind):
            return label_code(kind, value)
        case _:
            return value if isinstance(value, SafeString) else str(value)


def draw_link(kind: str, key: object, words: object) -> Cell:
    """Draw a link to an object of the console by its kind and key; the words alone where there is no object."""
    shown = "" if words is None else words
    return format_html('<a href="{}">{}</a>', reverse(f"console:{kind}", args=[key]), shown) if key else str(shown)


def label_choices(one: Filter) -> list[Labelled]:
    """Return the values of a filter with their words."""
    return [(value, label_code(one.kind, value)) if isinstance(value, str) else value for value in one.choices()]


def write_csv(
    rows: Rows, *, listing: Listing, params: ListRequest, drawn: Mapping[str, DrawCell] | None = None
) -> Iterator[list[str]]:
    """Yield the whole list line by line, all columns, header first; memory does not depend on its length."""
    columns = [column for column in listing.columns if not column.act]
    cells = [_file_value(column, (drawn or {}).get(column.key)) for column in columns]
    yield [str(column.title) for column in columns]
    for row in read_all(rows, listing=listing, params=params):
        yield [_write_plain(value(row)) for value in cells]


def pick_rows(rows: Rows, *, listing: Listing, post: QueryDict) -> Rows:
    """Return the rows of a bulk action: the ticked ones, or all that the list showed."""
    if post.get("scope") == "all":
        params = read_list_request(QueryDict(post.get("query", "")), listing=listing)
        return narrow(rows, listing=listing, params=params)
    # Ticks are bounded, because they come from the request; a page shows at most `size` rows.
    picked = [read_row_id(value) for value in post.getlist("pick")]
    return rows.filter(pk__in=picked[: listing.size * 4])


def _drawer(column: Column) -> DrawCell:
    return lambda row: draw_value(column, row)


def _file_value(column: Column, draw: DrawCell | None) -> Callable[[Any], object]:
    """Return the function that reads a column's value for a file: words for a state, ISO 8601 for a time."""
    if column.file_value is not None:
        return column.file_value
    if draw is not None:
        return lambda row: strip_tags(str(draw(row)))
    match column.shape:
        case Moment():
            return lambda row: value.isoformat() if (value := column.value(row)) else ""
        case State(kind=kind) | Choice(kind=kind):
            return lambda row: label_code(kind, value) if (value := column.value(row)) else ""
        case Translated():
            return lambda row: pick_translation(column.value(row))
        case _:
            return column.value


def _write_plain(value: object) -> str:
    """Return a value for a CSV file; a leading formula sign is neutralised (CWE-1236)."""
    text = "" if value is None else strip_tags(value) if isinstance(value, SafeString) else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _is_number(text) else text


def _shown(listing: Listing, params: ListRequest) -> list[Column]:
    if not params.columns:
        return [column for column in listing.columns if column.shown]
    return [column for column in listing.columns if column.head or column.act or column.key in params.columns]


def _head(column: Column, *, listing: Listing, params: ListRequest, query: QueryDict) -> ColumnHead:
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
