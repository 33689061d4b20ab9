"""Define the furniture that pages repeat: cards, notices, forms, buttons and links, as template tags.

A tag that takes a URL takes the name of a route and its arguments, or an address that begins with "/", "?" or "#":
`{% button_link _("Change") "console:person-edit" person.pk variant="outline" %}`. An address that is empty gives
nothing, so that a template needs no condition.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from esmero.web.parts.components.template_tags import icon

register = template.Library()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActButton:
    """Describe a button of a form that Python decides on; the fields are arguments of the tag `button`."""

    words: str
    value: object
    name: str = "act"
    about: str = ""
    symbol: str = ""
    variant: str = ""
    size: str = ""
    is_grave: bool = False
    ask: str = ""


_ADDRESS_STARTS = ("/", "?", "#", "http:", "https:", "mailto:", "tel:")


def resolve_address(to: str, *args: object, query: str = "") -> str:
    """Return the URL of a route by its name and arguments; an address is returned unchanged."""
    address = to if not to or to.startswith(_ADDRESS_STARTS) else reverse(to, args=args)
    return f"{address}?{query}" if query and address else address


def flat_attributes(pairs: Mapping[str, object]) -> SafeString:
    """Return HTML attributes with a space before each; False, None and "" are left out, True has no value.

    An underscore in a name stands for a hyphen, because keyword arguments of template tags cannot contain one.
    """
    shown = ((name.rstrip("_").replace("_", "-"), value) for name, value in pairs.items())
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value),)
            for name, value in shown
            if value is not False and value is not None and value != ""
        ),
    )


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


@register.simple_tag
def form_buttons(words: object, back: str = "", *args: object) -> SafeString:
    """Draw the end of a form: its main button, and the way back without saving."""
    leave = _draw_link(
        _("Leave it"), resolve_address(back, *args), about="", attributes={"class": "btn", "data_variant": "word"}
    )
    return format_html('<div class="buttons"><button class="btn">{}</button>{}</div>', words, leave)


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
    return _draw_link(words, resolve_address(to, *args, query=query), about=about, attributes=attributes)


@register.simple_tag
def link_list(items: Sequence[tuple[str, object]], *, most: int = 0) -> SafeString:
    """Draw links with commas between them from pairs of address and words; beyond `most` an ellipsis."""
    shown = items[:most] if most else items
    links = format_html_join(", ", '<a href="{}">{}</a>', shown)
    return format_html("{} …", links) if len(shown) < len(items) else links


@register.simple_tag
def dotted(items: Iterable[tuple[str, object]]) -> SafeString:
    """Draw phrases with dots between them from pairs of address and words; an address makes the words a link."""
    drawn = ((_draw_link(words, to, about="", attributes={}) or words,) for to, words in items if words)
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
    return _draw_link(words, resolve_address(to, *args, query=query), about=about, attributes={**look, **attributes})


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
    return format_html("<button{}{}>{}{}{}</button>", told, sent, drawn, words, _spoken(about))


@register.simple_block_tag(takes_context=True)
def post_form(
    context: Mapping[str, Any], content: str, to: str = "", *args: object, look: str = "form", **attributes: object
) -> SafeString:
    """Draw a form that posts to a route, or to the page itself; `look` is its class: form, buttons, group, filters."""
    action = resolve_address(to, *args)
    told = flat_attributes({"class": look, "action": action, **attributes})
    token = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(context["request"]))
    return format_html('<form method="post"{}>{}{}</form>', told, token, content)


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


@register.simple_tag(takes_context=True)
def button_form(
    context: Mapping[str, Any], words: object, to: str, *args: object, look: str = "", **attributes: Any
) -> SafeString:
    """Draw a form of a single button, which posts to a route; the attributes are those of the tag `button`."""
    return post_form(context, button(words, **attributes), to, *args, look=look)


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


@register.simple_tag
def hidden(given: Mapping[str, object] | None = None, /, **values: object) -> SafeString:
    """Draw hidden fields of a form: `{% hidden next=request.path act="keep" %}`; a name may end with "_".

    `given` are fields as they are, {name: value}.
    """
    return format_html_join(
        "",
        '<input type="hidden" name="{}" value="{}">',
        ((name.rstrip("_"), "" if value is None else value) for name, value in {**(given or {}), **values}.items()),
    )


@register.simple_tag
def text_field(
    name: str,
    words: object,
    *,
    id: str = "",  # noqa: A002 - the name of the HTML attribute
    value: object = "",
    rows: int = 0,
    hint: object = "",
    look: str = "input",
    unlabelled: bool = False,
    **attributes: object,
) -> SafeString:
    """Draw a labelled text field outside a Django form; with `rows` a field of several lines.

    `unlabelled` hides the label from all but screen readers, `look` is the class of a field of one line.
    """
    own = id or f"f-{name}"
    told = {"id": own, "name": name, "aria_describedby": f"{own}-hint" if hint else "", **attributes}
    if rows:
        field = format_html(
            '<textarea class="textarea"{}>{}</textarea>', flat_attributes({**told, "rows": rows}), value
        )
    else:
        field = format_html("<input{}>", flat_attributes({"class": look, **told, "value": value}))
    if unlabelled:
        return format_html('<label class="sr-only" for="{}">{}</label>{}', own, words, field)
    note = format_html('<div class="hint" id="{}-hint">{}</div>', own, hint) if hint else ""
    return format_html('<div class="field"><label for="{}">{}</label>{}{}</div>', own, words, note, field)


@register.simple_tag
def options(choices: Iterable[tuple[object, object]], chosen: object = "") -> SafeString:
    """Draw the options of a list from pairs of value and words."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, mark_safe(" selected") if str(value) == str(chosen) else "", text) for value, text in choices),
    )


@register.simple_tag
def select_field(
    name: str,
    words: object,
    choices: Iterable[tuple[object, object]],
    *,
    id: str = "",  # noqa: A002 - the name of the HTML attribute
    chosen: object = "",
    unlabelled: bool = False,
    **attributes: object,
) -> SafeString:
    """Draw a labelled list of (value, words); `unlabelled` hides the label from all but screen readers."""
    own = id or f"f-{name}"
    told = flat_attributes({"id": own, "name": name, **attributes})
    field = format_html('<select class="select"{}>{}</select>', told, options(choices, chosen))
    if unlabelled:
        return format_html('<label class="sr-only" for="{}">{}</label>{}', own, words, field)
    return format_html('<div class="field"><label for="{}">{}</label>{}</div>', own, words, field)


@register.simple_block_tag
def fact(content: str, name: object, *, wrap: bool = False) -> SafeString:
    """Draw one fact inside `<dl class="facts">`; content of spaces alone gives nothing."""
    if not content.strip():
        return mark_safe("")
    return format_html("<dt>{}</dt><dd{}>{}</dd>", name, flat_attributes({"class": "wrap" if wrap else ""}), content)


@register.simple_tag
def tabs(items: Sequence[Any], label: object, **attributes: object) -> SafeString:
    """Draw tabs; each item has `url`, `words`, `current` and perhaps `count`."""
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
def tick(words: object, name: str, *, value: object = "", checked: bool = False, **attributes: object) -> SafeString:
    """Draw a checkbox inside its label."""
    told = flat_attributes({"name": name, "value": value, "checked": checked, **attributes})
    return format_html('<label class="choice"><input class="input" type="checkbox"{}> {}</label>', told, words)


@register.simple_tag
def search_box(words: object, name: str, value: object = "", **attributes: object) -> SafeString:
    """Draw a search field with its icon; `words` are label and placeholder, attributes those of the field."""
    told = flat_attributes({"type": "search", "name": name, "placeholder": words, **attributes})
    return format_html(
        '<label class="searchbox">{}<span class="sr-only">{}</span><input class="input"{} value="{}"></label>',
        icon("search"),
        words,
        told,
        value,
    )


def _draw_link(words: object, address: str, *, about: object, attributes: Mapping[str, object]) -> SafeString:
    if not address:
        return mark_safe("")
    return format_html('<a{} href="{}">{}{}</a>', flat_attributes(attributes), address, words, _spoken(about))


def _spoken(about: object) -> SafeString | str:
    return format_html('<span class="sr-only"> {}</span>', about) if about else ""
