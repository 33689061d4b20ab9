"""Find the rows of any table that refer to a row, so that nothing is deleted that somebody uses."""

from collections.abc import Collection, Mapping

from django.db.models import Field, Model, Q


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
