"""Hold the tags of lists, small tables and toasts, and the words that count the rows of a list."""

import pytest

from esmero.lists.columns import Column
from esmero.web.parts.components.small_tables import SmallTableCell
from esmero.web.parts.components.tables import ColumnHead, RowCount
from esmero.web.parts.tags.cards import row, toast
from esmero.web.parts.tags.links import element_button
from esmero.web.parts.tags.table_cells import sheet_cell, table_cell, table_head
from tests.web.document import Document, read_document


def column(**facts) -> Column:
    return Column(key="name", title="Name", value=str, **facts)


def draw(html: str) -> Document:
    return read_document(f"<table><tr>{html}</tr></table>" if html.startswith("<t") else html)


@pytest.mark.parametrize(
    ("number", "rows", "total", "everything"),
    [
        (None, "more than 2,000 rows", "more than 2,000", "all that the list shows, more than 2,000"),
        (0, "0 rows", "", "all 0 that the list shows"),
        (1, "1 row", "1 in all", "all 1 that the list shows"),
        (1200, "1,200 rows", "1,200 in all", "all 1,200 that the list shows"),
    ],
)
def test_rows_are_counted_in_words(number, rows, total, everything):
    count = RowCount(number, 2000)
    assert (count.rows, count.total, count.everything) == (rows, total, everything)


def test_a_head_sorts_by_its_column_and_tells_the_order():
    head = ColumnHead(column=column(numeric=True), direction="descending", query="sort=name")
    drawn = draw(table_head(head))
    assert drawn.links("th[data-num][aria-sort=descending] a") == ["?sort=name"]
    assert drawn.attribute("use", "href").endswith("#arrow-down")
    assert draw(table_head(ColumnHead(column=column(act=True), direction="", query=""))).has("th > span.sr-only")


def test_the_head_column_names_the_row():
    assert draw(table_cell(column(head=True), "<b>")).text("th[scope=row]") == "<b>"
    assert draw(table_cell(column(quiet=True, label="added"), 1)).text("td[data-quiet][data-label=added]") == "1"


@pytest.mark.parametrize(
    ("content", "css"),
    [
        (1200, "td[data-num][data-label=Sent]"),
        ("text", "td > span.wrap"),
        (SmallTableCell(text="4 %", quiet=True), "td[data-num][data-quiet]"),
        (SmallTableCell(text="good", look="kept"), "td > .chip[data-state=kept]"),
        (SmallTableCell(text="page", url="/x"), 'td > a.wrap[href="/x"]'),
    ],
)
def test_a_cell_of_a_small_table_is_drawn_by_its_kind(content, css):
    assert draw(sheet_cell("Sent", content)).has(css)
    assert draw(sheet_cell("Sent", content, names_row=True)).has("th[scope=row]")


@pytest.mark.parametrize(
    ("level", "state"), [("success", "kept"), ("error", "broken"), ("warning", "wait"), ("info", "info")]
)
def test_a_toast_has_the_look_of_its_level(level, state):
    assert draw(toast("Done.", level)).attribute(".toast", "data-state") == state


def test_a_row_escapes_its_title():
    drawn = draw(row("", "<b>", "note", strong=True))
    assert drawn.text("li > span.wrap strong") == "<b>"
    assert drawn.text("li > span.wrap .soft.small") == "note"


def test_a_button_of_allauth_is_a_link_if_it_leads_somewhere():
    link = draw(element_button("Go", {"href": "/x", "tags": ["danger"]}))
    assert link.has("a.btn[data-grave][data-variant=word]")
    button = draw(element_button("Go", {"type": "submit", "tags": ["outline"]}))
    assert button.has("button[data-variant=outline][type=submit]")
