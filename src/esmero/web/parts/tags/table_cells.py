"""Define the heads and cells of tables as template tags."""

from collections.abc import Sequence
from typing import Literal

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from esmero.lists.columns import Column
from esmero.web.parts.components.diffs import DiffPiece
from esmero.web.parts.components.small_tables import SmallTableCell
from esmero.web.parts.components.tables import ColumnHead
from esmero.web.parts.components.template_tags import icon
from esmero.web.parts.tags.attributes import escape_text, flat_attributes

register = template.Library()

_ARROWS = {"ascending": "arrow-up", "descending": "arrow-down"}


@register.simple_tag
def table_head(head: ColumnHead) -> SafeString:
    """Draw the head of a list's column: a link that sorts by it, or its title alone."""
    column, words = head.column, format_html("{}", head.column.title)
    if head.query:
        arrow = icon(_ARROWS[head.direction]) if head.direction else ""
        words = format_html('<a href="?{}">{}{}</a>', head.query, column.title, arrow)
    elif column.act:
        words = format_html('<span class="sr-only">{}</span>', column.title)
    told = flat_attributes({"data_num": column.numeric, "aria_sort": head.direction})
    return format_html('<th scope="col"{}>{}</th>', told, words)


@register.simple_tag
def table_cell(column: Column, content: object) -> SafeString:
    """Draw a cell of a list; that of the head column names the row."""
    shown = escape_text(content)
    if column.head:
        return SafeString(f'<th scope="row">{shown}</th>')
    told = flat_attributes({"data_num": column.numeric, "data_quiet": column.quiet, "data_label": column.label})
    return SafeString(f"<td{told}>{shown}</td>")


@register.simple_tag
def sheet_cell(head: object, content: SmallTableCell | int | str, *, names_row: bool = False) -> SafeString:
    """Draw a cell of a small table under its head: number, chip, link or text."""
    quiet = isinstance(content, SmallTableCell) and content.quiet
    if names_row:
        return format_html('<th scope="row">{}</th>', _draw_sheet_content(content))
    numeric = isinstance(content, int) or quiet
    told = flat_attributes({"data_num": numeric, "data_label": head if numeric else "", "data_quiet": quiet})
    return format_html("<td{}>{}</td>", told, _draw_sheet_content(content))


def _draw_sheet_content(content: SmallTableCell | int | str) -> SafeString:
    if isinstance(content, int):
        return format_html("{}", intcomma(content))
    if not isinstance(content, SmallTableCell):
        return format_html('<span class="wrap">{}</span>', content)
    if content.look:
        return format_html('<span class="chip" data-state="{}">{}</span>', content.look, content.text)
    if content.url:
        return format_html('<a class="wrap" href="{}">{}</a>', content.url, content.text)
    return format_html('<span class="wrap">{}</span>', content.text)


@register.simple_tag
def diff_line(pieces: Sequence[DiffPiece], *, side: Literal["old", "new"], kind: str) -> SafeString:
    """Draw one line of a comparison; nothing around the text, because its white space is shown."""
    if kind == "same" or not pieces:
        return format_html("{}", "".join(piece.text for piece in pieces))
    text = format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", piece.text) if piece.marked else piece.text,) for piece in pieces)
    )
    return format_html("<del>{}</del>", text) if side == "old" else format_html("<ins>{}</ins>", text)


@register.simple_tag
def count_equal_lines(number: int) -> str:
    """Say how many equal lines a comparison leaves out."""
    return ngettext("%(number)s line is the same", "%(number)s lines are the same", number) % {"number": number}
