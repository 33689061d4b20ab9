"""Show somebody whose change was refused as stale both versions, and let them decide; what they typed stays."""

from collections.abc import Collection
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


def compare_forms(yours: forms.Form, *, theirs: forms.Form, without: Collection[str] = ()) -> list[Difference]:
    """Return the fields that differ between a sent form and one made anew from the row, files excepted."""
    found = []
    for name, field in yours.fields.items():
        if name in without or name not in theirs.fields or isinstance(field.widget, forms.FileInput):
            continue
        texts = [_to_text(field, form[name].value()) for form in (theirs, yours)]
        if texts[0] != texts[1]:
            found.append(Difference(str(yours[name].label), *texts))
    return found


def _to_text(field: forms.Field, value: Any) -> str:
    """Return a value as its reader knows it: of a choice its label, of a box a tick."""
    if isinstance(field, forms.BooleanField):
        return "✓" if value else ""
    if value is None:
        return ""
    choices = getattr(field, "choices", None)
    if choices is None:
        return str(value).replace("\r\n", "\n")
    labels = {str(key): str(label) for key, label in choices}
    chosen = value if isinstance(value, list | tuple | set) else [value]
    return ", ".join(sorted(labels.get(key, key) for key in (str(getattr(one, "pk", one)) for one in chosen)))
