"""Find the rows of any table that refer to a row, so that nothing is deleted that somebody uses."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Field, Model, Q


@dataclass(frozen=True, slots=True, kw_only=True)
class UpperRecords:
    """Give access to records about persons that upper packages hold.

    `find_last_messages` returns {person id: time of the last message of a brand (id) that left or may have left}.
    `passing` are rows that are deleted with a person; `release` is called with the ids of the persons before that.
    """

    find_last_messages: Callable[[Collection[int], int], Mapping[int, datetime]]
    passing: Mapping[type[Model], Q]
    release: Callable[[Collection[int]], None]


def find_references(
    model: type[Model], ids: Collection[int], *, besides: Collection[type[Model]], passing: Mapping[type[Model], Q]
) -> dict[int, str]:
    """Return {id: name of a model with a row that refers to it}; one query per foreign key of the whole schema.

    Rows of the models `besides`, and rows that fulfil the condition of `passing`, do not count.
    """
    found: dict[int, str] = {}
    if not ids:
        return found
    for relation in model._meta.get_fields(include_hidden=True):
        other, column = relation.related_model, getattr(relation, "field", None)
        if not relation.auto_created or relation.concrete or not isinstance(column, Field) or other in besides:
            continue
        if column.many_to_many or not isinstance(other, type):
            continue
        rows = other._default_manager.filter(**{f"{column.name}__in": ids})
        if other in passing:
            rows = rows.exclude(passing[other])
        name = other._meta.model_name or ""
        found |= dict.fromkeys(rows.values_list(column.name, flat=True), name)
    return found
