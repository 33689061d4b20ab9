"""Select and count the active persons of a segment with one query; both databases return the same persons.

people/segments/tree.py defines the semantics of each condition and of unknown values.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from esmero.dossier.segments.expressions import ensure_fold
from esmero.dossier.segments.sql import Condition, SegmentContext, compile_node
from esmero.people.models import CustomField, Person, Segment
from esmero.people.segments.tree import read_json
from esmero.people.segments.values import KnownNames


def read_names() -> KnownNames:
    """Return the standard and custom fields with their kinds."""
    return KnownNames.of(dict(CustomField.objects.values_list("key", "kind")))  # type: ignore[arg-type]


def read_context(*, today: date | None = None) -> SegmentContext:
    """Read the context for compiling; `today` is the day in the time zone of the installation."""
    ensure_fold()
    named = dict(Segment.objects.values_list("name", "conditions"))
    return SegmentContext(known=read_names(), named=named, today=today or timezone.localdate())


def select_persons(conditions: Any, *, context: SegmentContext | None = None) -> QuerySet[Person]:
    """Return the active persons who meet the conditions (JSON or a tree), ordered by id.

    Raises:
        SegmentFault: a condition refers to something missing, or segments refer to each other in a cycle.

    """
    context = context or read_context()
    active = Person.objects.filter(Person.is_active()).order_by("id")
    condition = compile_node(read_json(conditions, known=context.known), context=context)
    if isinstance(condition, bool):
        return active if condition else active.none()
    return active.filter(condition)


def count(conditions: Any, *, context: SegmentContext | None = None) -> int:
    """Return the exact number of persons who meet the conditions."""
    return select_persons(conditions, context=context).count()


def count_each(trees: Mapping[str, Any], *, context: SegmentContext) -> dict[str, int]:
    """Return the exact number of persons for each tree, in one pass over all persons."""
    found: dict[str, Condition] = {
        key: compile_node(read_json(tree, known=context.known), context=context) for key, tree in trees.items()
    }
    asked = {f"n{place}": key for place, key in enumerate(found)}
    wanted: dict[str, Any] = {
        name: Count("pk") if condition is True else Count("pk", filter=condition)
        for name, key in asked.items()
        if (condition := found[key]) is not False
    }
    numbers = Person.objects.filter(state=Person.State.ACTIVE).aggregate(**wanted) if wanted else {}
    return {key: numbers.get(name, 0) for name, key in asked.items()}


def compile_conditions(conditions: Any, *, context: SegmentContext) -> Q | bool:
    """Return the compiled condition, for combination with other filters on persons."""
    return compile_node(read_json(conditions, known=context.known), context=context)
