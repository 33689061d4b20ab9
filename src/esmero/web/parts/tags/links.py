"""Define links and buttons as template tags."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from esmero.web.parts.components.template_tags import icon
from esmero.web.parts.tags.attributes import flat_attributes, resolve_address

register = template.Library()

_QUIET_TAGS = {"secondary", "outline", "link", "tool"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActButton:
    """Describe a button of a form that Python decides on; the fields are arguments of the tag `button`."""

    words: str | Promise
    value: object
    name: str = "act"
    about: str = ""
    symbol: str = ""
    variant: str = ""
    size: str = ""
    is_grave: bool = False
    ask: str | Promise = ""


@register.simple_tag
def place(*steps: object) -> SafeString:
    """Draw the pages above this one: pairs of a route (or an address) and its words, from the top."""
    links = format_html_join(
        " › ",
        '<a href="{}">{}</a>',
        ((resolve_address(str(steps[at])), steps[at + 1]) for at in range(0, len(steps) - 1, 2)),
    )
    return format_html('<nav class="place" aria-label="{}">{}</nav>', _("Place"), links)


@register.simple_tag
def place_links(pages: Sequence[tuple[str, object]]) -> SafeString:
    """Draw the pages above this one from pairs of address and words."""
    return place(*(one for pair in pages for one in pair))


@register.simple_tag
def link(
    words: object, to: str, *args: object, query: str = "", about: object = "", **attributes: object
) -> SafeString:
    """Draw a link; `about` is added for screen readers where the words alone do not name the object."""
    return draw_link_to(words, resolve_address(to, *args, query=query), about=about, attributes=attributes)


@register.simple_tag
def language_link(code: str, label: object, *, current: str = "") -> SafeString:
    """Draw a link that shows the same page in another language."""
    told = {"href": f"?lang={code}", "hreflang": code, "lang": code, "aria_current": "true" if code == current else ""}
    return format_html("<a{}>{}</a>", flat_attributes(told), label)


@register.simple_tag
def link_list(items: Sequence[tuple[str, object]], *, most: int = 0) -> SafeString:
    """Draw links with commas between them from pairs of address and words; beyond `most` an ellipsis."""
    shown = items[:most] if most else items
    links = format_html_join(", ", '<a href="{}">{}</a>', shown)
    return format_html("{} …", links) if len(shown) < len(items) else links


@register.simple_tag
def dotted(items: Iterable[tuple[str, object]]) -> SafeString:
    """Draw phrases with dots between them from pairs of address and words; an address makes the words a link."""
    drawn = ((draw_link_to(words, to, about="", attributes={}) or words,) for to, words in items if words)
    return format_html_join("\u00a0· ", "{}", drawn)  # no line begins with a dot


@register.simple_tag
def button_link(
    words: object,
    to: str,
    *args: object,
    query: str = "",
    about: object = "",
    variant: str = "",
    wide: bool = False,
    **attributes: object,
) -> SafeString:
    """Draw a link that looks like a button; `variant` is outline or word, "" for the main one."""
    look = {"class": "btn", "data_variant": variant, "data_wide": wide}
    return draw_link_to(words, resolve_address(to, *args, query=query), about=about, attributes={**look, **attributes})


@register.simple_tag
def button(
    words: object,
    *,
    name: str = "",
    value: object = "",
    about: object = "",
    symbol: str = "",
    variant: str = "",
    wide: bool = False,
    grave: bool = False,
    ask: object = "",
    **attributes: object,
) -> SafeString:
    """Draw the button of a form.

    `ask` is the question of the dialog before it acts, `grave` colours what cannot be undone, `symbol` an icon before
    the words. A name is sent with its value, also with an empty one.
    """
    look = {"class": "btn", "data_variant": variant, "data_wide": wide, "data_grave": grave, "data_ask": ask}
    sent = format_html(' name="{}" value="{}"', name, value) if name else ""
    drawn = icon(symbol) if symbol else ""
    told = flat_attributes({**look, **attributes})
    return format_html("<button{}{}>{}{}{}</button>", told, sent, drawn, words, speak_about(about))


@register.simple_tag
def act_buttons(acts: Iterable[ActButton]) -> SafeString:
    """Draw the buttons that Python decided on, side by side in their form."""
    drawn = (
        button(
            one.words, name=one.name, value=one.value, about=one.about, symbol=one.symbol, variant=one.variant,
            grave=one.is_grave, ask=one.ask, data_size=one.size,
        )
        for one in acts
    )  # fmt: skip
    return format_html_join("", "{}", ((one,) for one in drawn))


@register.simple_block_tag
def element_button(content: str, attrs: Mapping[str, Any]) -> SafeString:
    """Draw a button of allauth's own pages, or a link that looks like one, from the attributes of its element."""
    tags = set(attrs.get("tags") or ())
    variant = "word" if "danger" in tags else "outline" if tags & _QUIET_TAGS else ""
    told = {"class": "btn", "data_variant": variant, "data_grave": "danger" in tags}
    told |= {name: attrs.get(name) or "" for name in ("form", "id", "name", "value")}
    if attrs.get("href"):
        return format_html('<a href="{}"{}>{}</a>', attrs["href"], flat_attributes(told), content)
    return format_html("<button{}>{}</button>", flat_attributes({**told, "type": attrs.get("type") or ""}), content)


def draw_link_to(words: object, address: str, *, about: object, attributes: Mapping[str, object]) -> SafeString:
    if not address:
        return mark_safe("")
    return format_html('<a{} href="{}">{}{}</a>', flat_attributes(attributes), address, words, speak_about(about))


def speak_about(about: object) -> SafeString | str:
    return format_html('<span class="sr-only"> {}</span>', about) if about else ""
