"""How every form of the house is drawn, allauth's as well: one template for a field, one for the summary on top.

A form of many fields says in `parts` which belong together; what is seldom needed is folded away until it holds something.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.functional import Promise
from django.utils.translation import gettext_noop

CHOOSE = gettext_noop("- Select an option -")  # Django's words for no choice yet, in no catalogue of its own so far


class Renderer(TemplatesSetting):
    """Named by FORM_RENDERER in the settings; takes widgets and fields from `templates/`."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"


@dataclass(frozen=True, slots=True)
class FormPart:
    """Some fields of a form under a title; `folded`: shown on demand."""

    title: str | Promise
    names: tuple[str, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class DrawnFormPart:
    """A part as drawn; `is_open` of one that is folded: something in it was filled in or is wrong."""

    title: str | Promise
    fields: list[BoundField]
    folded: bool
    is_open: bool


def lay_parts(form: forms.BaseForm) -> list[DrawnFormPart]:
    """Return the visible fields by the form's parts; fields that no part names stand first, without a title."""
    told: Sequence[FormPart] = getattr(form, "parts", ())
    visible = {field.name: field for field in form.visible_fields()}
    named = {name for part in told for name in part.names}
    drawn = [
        DrawnFormPart("", [field for name, field in visible.items() if name not in named], folded=False, is_open=True)
    ]
    for part in told:
        fields = [visible[name] for name in part.names if name in visible]
        drawn.append(
            DrawnFormPart(part.title, fields, folded=part.folded, is_open=any(_is_used(field) for field in fields))
        )
    return [one for one in drawn if one.fields]


def _is_used(field: BoundField) -> bool:
    value: Any = field.value()
    return bool(field.errors) or (value not in (None, "", False) and str(value) != str(field.field.initial))
