"""Show somebody whose change was refused as stale both versions, and let them decide; what they typed stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

FIELD = "row_version"


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold a field in both versions, as text."""

    label: str
    theirs: str
    yours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleNote:
    """Say that a row was changed meanwhile, with the fields that differ; see templates/parts/stale.html."""

    words: str
    differences: list[Difference]


def read_seen(post: QueryDict, *, otherwise: int) -> int:
    """Return the version that the sent form was made from; `otherwise` if it names none, as programs do."""
    sent = post.get(FIELD, "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else otherwise


def compare_form(form: forms.Form, *, theirs: Mapping[str, Any]) -> list[Difference]:
    """Return the fields of a form whose value differs from these, with their labels."""
    pairs = [(str(form[name].label), _to_text(theirs.get(name)), _to_text(form[name].value())) for name in form.fields]
    named = zip(form.fields, pairs, strict=True)
    return [Difference(*pair) for name, pair in named if name in theirs and pair[1] != pair[2]]


def _to_text(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")
