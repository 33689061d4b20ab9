"""Define forms and their fields outside Django forms as template tags."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.middleware.csrf import get_token
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from esmero.web.parts.components.template_tags import icon
from esmero.web.parts.tags.attributes import flat_attributes, resolve_address
from esmero.web.parts.tags.links import button, draw_link_to

register = template.Library()


@register.simple_tag
def form_buttons(words: object, back: str = "", *args: object) -> SafeString:
    """Draw the end of a form: its main button, and the way back without saving."""
    leave = draw_link_to(
        _("Leave it"), resolve_address(back, *args), about="", attributes={"class": "btn", "data_variant": "word"}
    )
    return format_html('<div class="buttons"><button class="btn">{}</button>{}</div>', words, leave)


@register.simple_block_tag(takes_context=True)
def post_form(
    context: Mapping[str, Any], content: str, to: str = "", *args: object, look: str = "form", **attributes: object
) -> SafeString:
    """Draw a form that posts to a route, or to the page itself; `look` is its class: form, buttons, group, filters."""
    action = resolve_address(to, *args)
    told = flat_attributes({"class": look, "action": action, **attributes})
    token = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(context["request"]))
    return format_html('<form method="post"{}>{}{}</form>', told, token, content)


@register.simple_tag(takes_context=True)
def button_form(
    context: Mapping[str, Any], words: object, to: str, *args: object, look: str = "", **attributes: Any
) -> SafeString:
    """Draw a form of a single button, which posts to a route; the attributes are those of the tag `button`."""
    return post_form(context, button(words, **attributes), to, *args, look=look)


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

    `unlabelled` shows the words inside the field and its label only to screen readers; `look` is the class of a field
    of one line.
    """
    own = id or f"f-{name}"
    told = {"id": own, "name": name, "aria_describedby": f"{own}-hint" if hint else "", **attributes}
    if unlabelled:
        told["placeholder"] = words
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


@register.simple_tag
def suggestions(id: str, values: Iterable[object]) -> SafeString:  # noqa: A002 - the name of the HTML attribute
    """Draw the values that a text field with the attribute `list` suggests."""
    options = format_html_join("", '<option value="{}"></option>', ((value,) for value in values))
    return format_html('<datalist id="{}">{}</datalist>', id, options)


@register.simple_tag
def tick(words: object, name: str, *, value: object = "", checked: bool = False, **attributes: object) -> SafeString:
    """Draw a checkbox inside its label."""
    told = flat_attributes({"name": name, "value": value, "checked": checked, **attributes})
    return format_html('<label class="choice"><input class="input" type="checkbox"{}> {}</label>', told, words)


@register.simple_tag
def segments(name: str, choices: Iterable[tuple[object, object]], chosen: object = "") -> SafeString:
    """Draw a choice of one among few, all in sight, from pairs of value and words."""
    return format_html(
        '<div class="segmented">{}</div>',
        format_html_join(
            "",
            '<label><input type="radio" name="{}" value="{}"{}>{}</label>',
            (
                (name, value, mark_safe(" checked") if str(value) == str(chosen) else "", words)
                for value, words in choices
            ),
        ),
    )


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
