"""Render all forms, including allauth's, with one template for a field and one for the error summary.

A form with many fields groups them in `parts`; rarely used parts are collapsed until they hold a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.functional import Promise
from django.utils.translation import gettext_noop

CHOOSE = gettext_noop("- Select an option -")  # a text of Django that its own catalogues do not translate yet


class Renderer(TemplatesSetting):
    """Render widgets and fields from `templates/`; named by FORM_RENDERER in the settings."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"


@dataclass(frozen=True, slots=True)
class FormPart:
    """Group some fields of a form under a title; `folded`: shown on demand."""

    title: str | Promise
    names: tuple[str, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class DrawnFormPart:
    """Hold a part for display; a folded one `is_open` if a field in it has a value or an error."""

    title: str | Promise
    fields: list[BoundField]
    folded: bool
    is_open: bool


def group_fields(form: forms.BaseForm) -> list[DrawnFormPart]:
    """Return the visible fields by the form's parts; fields outside any part come first, without a title."""
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
