"""Define cards, notices, folded content, rows, facts, tabs and toasts as template tags."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from esmero.web.parts.components.template_tags import icon
from esmero.web.parts.tags.attributes import flat_attributes

register = template.Library()


class ToastLook(NamedTuple):
    """Hold the state and the icon of a toast."""

    state: str
    icon: str


_TOASTS = {
    "success": ToastLook("kept", icon="circle-check"),
    "error": ToastLook("broken", icon="triangle-alert"),
    "warning": ToastLook("wait", icon="triangle-alert"),
}
_PLAIN_TOAST = ToastLook("info", icon="info")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTab:
    """Describe one tab; `count` stands behind its words."""

    url: str
    words: str | Promise
    current: bool
    count: str | int | None = ""


class Notice(NamedTuple):
    """Hold a notice that Python decides on: its state (see the tag `chip`), title, text and perhaps a role."""

    state: str
    title: str
    text: str
    role: str = ""


@register.simple_block_tag
def card(
    content: str,
    title: object = "",
    *,
    id: str = "",  # noqa: A002 - the name of the HTML attribute
    note: object = "",
    more: object = "",
    more_url: str = "",
    mark: object = "",
    **attributes: object,
) -> SafeString:
    """Draw a card: a section with a heading.

    `note` follows the heading in grey; `more` is a link at the right, `mark` a chip there. Other keyword arguments
    become attributes of the section: `data_list=True`, `hx_get=…`.
    """
    heading = format_html('{} <span class="soft">· {}</span>', title, note) if note else format_html("{}", title)
    head: SafeString | str = ""
    if title:
        head = format_html("<h2>{}</h2>", heading)
    link = format_html('<a href="{}">{}</a>', more_url, more) if more and more_url else ""
    if link or mark:
        head = format_html("<header>{}{}{}</header>", head, mark, link)
    return format_html(
        '<section class="card"{}>{}{}</section>', flat_attributes({"id": id, **attributes}), head, content
    )


@register.simple_block_tag
def notice(
    content: str, state: str, title: object = "", *, role: str = "", box: bool = False, **attributes: object
) -> SafeString:
    """Draw a notice of a state (see the tag `chip`); `box` holds blocks instead of one paragraph."""
    strong = format_html("<strong>{}</strong> ", title) if title else ""
    told = flat_attributes({"data_state": state, "role": role, **attributes})
    shape = '<div class="notice"{}>{}{}</div>' if box else '<p class="notice"{}>{}{}</p>'
    return format_html(shape, told, strong, content)


@register.simple_tag
def notice_line(state: str, title: object, text: object = "", *, role: str = "") -> SafeString:
    """Draw a notice of one sentence after its title."""
    told = flat_attributes({"data_state": state, "role": role})
    return format_html('<p class="notice"{}><strong>{}</strong> {}</p>', told, title, text)


@register.simple_block_tag
def folded(content: str, summary: object, *, look: str = "soft", **attributes: object) -> SafeString:
    """Draw content that opens on demand under a summary."""
    return format_html(
        "<details{}><summary{}>{}</summary>{}</details>",
        flat_attributes(attributes),
        flat_attributes({"class": look}),
        summary,
        content,
    )


@register.simple_block_tag
def dropdown(
    content: str,
    words: object,
    *,
    symbol: str = "",
    count: int = 0,
    up: bool = False,
    chevron: bool = False,
    **attributes: object,
) -> SafeString:
    """Draw a button that opens a panel; `up` opens it above the button, `count` tells how many things it holds.

    `chevron` follows the words with an arrow.
    """
    return format_html(
        '<details class="dropdown"{}><summary class="btn" data-variant="outline">{}{}{}{}</summary>'
        '<div class="dropdown-panel">{}</div></details>',
        flat_attributes({"data_up": up, **attributes}),
        icon(symbol) if symbol else "",
        words,
        format_html(' <span class="count">{}</span>', count) if count else "",
        icon("chevron-down") if chevron else "",
        content,
    )


@register.simple_block_tag
def fact(content: str, name: object, *, wrap: bool = False) -> SafeString:
    """Draw one fact inside `<dl class="facts">`; content of spaces alone gives nothing."""
    if not content.strip():
        return mark_safe("")
    return format_html("<dt>{}</dt><dd{}>{}</dd>", name, flat_attributes({"class": "wrap" if wrap else ""}), content)


@register.simple_block_tag
def toast(content: str, level: str) -> SafeString:
    """Draw a passing message by the level of Django's messages: success, error, warning, else info."""
    look, symbol = _TOASTS.get(level, _PLAIN_TOAST)
    return format_html('<div class="toast" data-state="{}">{}{}</div>', look, icon(symbol), content)


@register.simple_block_tag
def row(content: str, title: object, note: object = "", *, strong: bool = False, wrap: bool = True) -> SafeString:
    """Draw one line inside `<ul class="rows">`: a title, a note in grey below it, and content at the right.

    `wrap` lets a long title break anywhere.
    """
    name = format_html("<strong>{}</strong>", title) if strong else title
    below = format_html('<br><span class="soft small">{}</span>', note) if note else ""
    look = flat_attributes({"class": "wrap" if wrap else ""})
    return format_html("<li><span{}>{}{}</span>{}</li>", look, name, below, content)


@register.simple_tag
def number_rows(pairs: Iterable[tuple[object, int]]) -> SafeString:
    """Draw pairs of words and number as lines, the numbers at the right."""
    lines = format_html_join(
        "",
        '<li><span>{}</span><span class="num">{}</span></li>',
        ((words, intcomma(number)) for words, number in pairs),
    )
    return format_html('<ul class="rows">{}</ul>', lines)


@register.simple_tag
def tabs(items: Sequence[PageTab], label: object, **attributes: object) -> SafeString:
    """Draw tabs."""
    links = format_html_join(
        "",
        '<a href="{}"{}>{}{}</a>',
        (
            (
                one.url,
                mark_safe(' aria-current="page"') if one.current else "",
                one.words,
                format_html(' <span class="count">{}</span>', one.count) if one.count not in ("", None) else "",
            )
            for one in items
        ),
    )
    return format_html('<nav class="tabs" aria-label="{}"{}>{}</nav>', label, flat_attributes(attributes), links)


@register.simple_tag
def plain_letter(text: str, label: object) -> SafeString:
    """Draw a letter as text, as it is; its white space is shown, so nothing stands around it."""
    return format_html('<p class="letter plain" tabindex="0" role="region" aria-label="{}">{}</p>', label, text)


@register.simple_tag
def toast_close(*, with_script: bool = False) -> SafeString:
    """Draw the button that closes a toast; `with_script` hides it where there is no script."""
    told = flat_attributes({"data_close_toast": True, "data_only_with_script": with_script, "aria_label": _("Close")})
    return format_html('<button class="toast-close" type="button"{}>{}</button>', told, icon("x"))
