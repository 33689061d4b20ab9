"""Describe the filters of a list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from esmero.lists.columns import Words

type Rows = QuerySet[Any]
type Labelled = tuple[str, Words]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Describe a filter of a list.

    `choices` returns the possible values when a page is built: pairs of value and words, or the codes alone where
    `kind` names the table of their labels. `apply` gets the rows and the chosen value; `every` are the words for no
    choice.
    """

    key: str
    title: Words
    every: Words
    choices: Callable[[], Sequence[Labelled] | Sequence[str]]
    apply: Callable[[Rows, str], Rows]
    kind: str = ""

    def list_values(self) -> list[str]:
        """Return the values that can be chosen."""
        return [one if isinstance(one, str) else one[0] for one in self.choices()]


def field_filter(
    key: str,
    *,
    title: Words,
    every: Words,
    choices: Callable[[], Sequence[Labelled] | Sequence[str]],
    kind: str = "",
    field: str = "",
) -> Filter:
    """Describe a filter by the value of one field, by default of the field named like the filter."""
    name = field or key
    return Filter(
        key=key,
        title=title,
        every=every,
        kind=kind,
        choices=choices,
        apply=lambda rows, value: rows.filter(**{name: value}),
    )


def code_filter(
    kind: str, codes: Sequence[str], *, title: Words, every: Words, key: str = "state", field: str = ""
) -> Filter:
    """Describe a filter by a field of codes, labelled by the table `kind`."""
    return field_filter(key, title=title, every=every, choices=lambda: codes, kind=kind, field=field)
