"""Declare the custom fields of an import's mapping, and remove them when the import is taken back."""

from collections.abc import Mapping
from typing import Any

from esmero.imports.mapping import ColumnMapping
from esmero.people.models import CustomField, Person


def declare_fields(plan: ColumnMapping) -> dict[str, Any]:
    """Create the custom fields of the mapping; an existing field keeps its type, a choice gains new values.

    Return {"fields": [ids of new ones], "choices": {id: [new values of existing ones]}}.
    """
    made: dict[str, Any] = {"fields": [], "choices": {}}
    for own in plan.own:
        row, is_new = CustomField.objects.get_or_create(
            key=own.key, defaults={"label": {"en": own.label}, "kind": own.kind, "choices": list(own.choices)}
        )
        fresh = [choice for choice in own.choices if choice not in row.choices]
        if is_new:
            made["fields"].append(row.pk)
        elif row.kind == CustomField.Kind.CHOICE and fresh:
            row.choices = [*row.choices, *fresh]
            row.save(update_fields=["choices"])
            made["choices"][str(row.pk)] = fresh
    return made


def remove_fields(made: Mapping[str, Any]) -> None:
    """Remove the custom fields and choices of `declare_fields` that no person has a value of."""
    for row in CustomField.objects.filter(pk__in=made.get("fields", [])):
        if not Person.objects.filter(fields__has_key=row.key).exists():
            row.delete()
    for row in CustomField.objects.filter(pk__in=[int(pk) for pk in made.get("choices", {})]):
        used = [
            choice
            for choice in made["choices"][str(row.pk)]
            if Person.objects.filter(**{f"fields__{row.key}": choice}).exists()
        ]
        row.choices = [one for one in row.choices if one in used or one not in made["choices"][str(row.pk)]]
        row.save(update_fields=["choices"])
