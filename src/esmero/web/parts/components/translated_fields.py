"""Add form fields for texts in three languages: the required one in place, the others collapsed.

A collapsed part opens if a field in it has a value or an error (forms.py), so each text is asked once.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from esmero.web.parts.components.forms import FormPart
from esmero.web.parts.components.template_tags import language_name

LANGUAGE_NAMES = [("es", "Español"), ("fr", "Français"), ("en", "English")]


def add_wordings(
    form: forms.Form,
    key: str,
    label: str,
    *,
    first: str,
    stored: Mapping[str, str],
    most: int,
    required: bool = True,
    hint: str = "",
    lines: int = 1,
) -> None:
    """Add the fields `key_es`, `key_fr` and `key_en`; `first` (else the reader's language) is required.

    `label` has the placeholder %(language)s; `hint` belongs to the first field. `lines`: height of the field.
    """
    own = first or (get_language() or "en")[:2]
    if not first and stored and not stored.get(own):
        own = next(iter(stored))  # keep an existing text visible instead of asking for another language
    for code, _name in sorted(LANGUAGE_NAMES, key=lambda each: each[0] != own):
        form.fields[f"{key}_{code}"] = forms.CharField(
            label=label % {"language": language_name(code)},
            max_length=most,
            required=required and code == own,
            initial=stored.get(code, ""),
            help_text=hint if code == own else "",
            widget=forms.Textarea(attrs={"lang": code, "rows": lines})
            if lines > 1
            else forms.TextInput(attrs={"lang": code}),
        )
        if code != own:
            _fold(form, f"{key}_{code}", title=_("The same in %(language)s") % {"language": language_name(code)})


def _fold(form: forms.Form, name: str, *, title: str) -> None:
    """Add a field to the folded part with this title, which is created if missing."""
    parts: tuple[FormPart, ...] = getattr(form, "parts", ())
    if not any(part.title == title for part in parts):
        parts = (*parts, FormPart(title, (), folded=True))
    form.parts = tuple(  # type: ignore[attr-defined]
        replace(part, names=(*part.names, name)) if part.title == title else part for part in parts
    )


def read_wordings(given: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return {language: text} of a form's cleaned data, without empty ones."""
    return {code: text for code, _name in LANGUAGE_NAMES if (text := given.get(f"{key}_{code}", "").strip())}
