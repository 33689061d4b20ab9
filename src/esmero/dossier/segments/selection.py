"""Select and count the active persons of a segment with one query; both databases return the same persons.

people/segments/conditions.py defines the semantics of each condition and of unknown values.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils import timezone

from esmero.dossier.segments.expressions import ensure_fold
from esmero.dossier.segments.sql import Condition, SegmentContext, compile_node
from esmero.people.models import CustomField, Person, Segment
from esmero.people.segments.conditions import All, Kind, Node
from esmero.people.segments.serialization import read_json


def custom_field_kinds() -> dict[str, Kind]:
    """Return {key: kind} of the custom fields."""
    return dict(CustomField.objects.values_list("key", "kind"))  # type: ignore[arg-type]


def read_context(*, today: date | None = None) -> SegmentContext:
    """Read the context for compiling; `today` is the day in the time zone of the installation."""
    ensure_fold()
    named = dict(Segment.objects.values_list("name", "conditions"))
    return SegmentContext(custom=custom_field_kinds(), named=named, today=today or timezone.localdate())


def select_persons(conditions: Any, *, context: SegmentContext | None = None) -> QuerySet[Person]:
    """Return the active persons who meet the conditions (JSON or a tree), ordered by id.

    Raises:
        SegmentFault: a condition refers to something missing, or segments refer to each other in a cycle.

    """
    context = context or read_context()
    active = Person.objects.filter(Person.is_active()).order_by("id")
    condition = compile_node(_read(conditions, context=context), context=context)
    if isinstance(condition, bool):
        return active if condition else active.none()
    return active.filter(condition)


def count(conditions: Any, *, context: SegmentContext | None = None) -> int:
    """Return the exact number of persons who meet the conditions."""
    return select_persons(conditions, context=context).count()


def count_each(trees: Mapping[str, Any], *, context: SegmentContext) -> dict[str, int]:
    """Return the exact number of persons for each tree, in one pass over all persons."""
    found: dict[str, Condition] = {
        key: compile_node(_read(tree, context=context), context=context) for key, tree in trees.items()
    }
    asked = {f"n{place}": key for place, key in enumerate(found)}
    wanted: dict[str, Any] = {
        name: Count("pk") if condition is True else Count("pk", filter=condition)
        for name, key in asked.items()
        if (condition := found[key]) is not False
    }
    numbers = Person.objects.filter(state=Person.State.ACTIVE).aggregate(**wanted) if wanted else {}
    return {key: numbers.get(name, 0) for name, key in asked.items()}


def find_matching(
    persons: Sequence[Person], *, parts: Mapping[str, Any], context: SegmentContext
) -> dict[int, list[str]]:
    """Return for each of a few persons the keys of the matching conditions, in the given order; one query."""
    held: dict[int, list[str]] = {person.pk: [] for person in persons}
    columns: dict[str, Any] = {}
    names: dict[str, str] = {}
    for place, (key, tree) in enumerate(parts.items()):
        condition = compile_node(_read(tree, context=context), context=context)
        names[f"w{place}"] = key
        columns[f"w{place}"] = (
            Value(int(condition))
            if isinstance(condition, bool)
            else Case(When(condition, then=Value(1)), default=Value(0))
        )
    if not columns:
        return held
    for row in Person.objects.filter(pk__in=list(held)).annotate(**columns).values("pk", *columns):
        held[row["pk"]] = [key for name, key in names.items() if row[name]]
    return held


def compile_conditions(conditions: Any, *, context: SegmentContext) -> Q | bool:
    """Return the compiled condition, for combination with other filters on persons."""
    return compile_node(_read(conditions, context=context), context=context)


def _read(conditions: Any, *, context: SegmentContext) -> Node:
    if conditions is None:
        return All(())
    return read_json(conditions, custom=context.custom) if isinstance(conditions, Mapping) else conditions
