"""Texts that stand in three languages: one field a language, the reader's own first and, if any, the needed one."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language

from esmero.web.parts.tags import language_name
from esmero.web.parts.words import LANGUAGE_NAMES


def add_wordings(
    form: forms.Form, key: str, label: str, *, first: str, stored: Mapping[str, str], most: int, required: bool = True
) -> None:
    """Add the fields `key_es`, `key_fr` and `key_en`; `first` (else the reader's language) is the one that is needed.

    `label` has the place %(language)s.
    """
    own = first or (get_language() or "en")[:2]
    for code, _name in sorted(LANGUAGE_NAMES, key=lambda each: each[0] != own):
        form.fields[f"{key}_{code}"] = forms.CharField(
            label=label % {"language": language_name(code)},
            max_length=most,
            required=required and code == own,
            initial=stored.get(code, ""),
            widget=forms.TextInput(attrs={"lang": code}),
        )


def read_wordings(given: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return {language: text} of a form's cleaned data, without empty ones."""
    return {code: text for code, _name in LANGUAGE_NAMES if (text := given.get(f"{key}_{code}", "").strip())}
