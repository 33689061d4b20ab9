"""Segments compiled to one query: exact counts, the same people on SQLite and on PostgreSQL, active persons only.

What each condition means, and what becomes of unknown values, stands in people/segments/conditions.py.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils import timezone

from esmero.dossier.segments.expressions import teach_now
from esmero.dossier.segments.sql import Condition, SegmentContext, compile_node
from esmero.people.models import CustomField, Person, Segment
from esmero.people.segments.conditions import All, Kind, Node
from esmero.people.segments.serialization import read_json


def own_kinds() -> dict[str, Kind]:
    """Return the declared fields and their kinds."""
    return dict(CustomField.objects.values_list("key", "kind"))  # type: ignore[arg-type]


def read_house(*, today: date | None = None) -> SegmentContext:
    """Read what trees are compiled against; `today` is the day in the house's time zone."""
    teach_now()
    named = dict(Segment.objects.values_list("name", "conditions"))
    return SegmentContext(own=own_kinds(), named=named, today=today or timezone.localdate())


def select_persons(conditions: Any, *, house: SegmentContext | None = None) -> QuerySet[Person]:
    """Return the active persons for whom these conditions (JSON or a tree) hold, in the order of their ids.

    Raises:
        SegmentFault: a condition names something that is not there, or segments name each other in a circle.

    """
    house = house or read_house()
    active = Person.objects.filter(Person.is_active()).order_by("id")
    condition = compile_node(_read(conditions, house=house), house=house)
    if isinstance(condition, bool):
        return active if condition else active.none()
    return active.filter(condition)


def count(conditions: Any, *, house: SegmentContext | None = None) -> int:
    """Return exactly how many persons these conditions select."""
    return select_persons(conditions, house=house).count()


def count_each(trees: Mapping[str, Any], *, house: SegmentContext) -> dict[str, int]:
    """Return exactly how many persons each of many trees selects: one pass over the people for all of them."""
    found: dict[str, Condition] = {
        key: compile_node(_read(tree, house=house), house=house) for key, tree in trees.items()
    }
    asked = {f"n{place}": key for place, key in enumerate(found)}
    wanted: dict[str, Any] = {
        name: Count("pk") if condition is True else Count("pk", filter=condition)
        for name, key in asked.items()
        if (condition := found[key]) is not False
    }
    numbers = Person.objects.filter(state=Person.State.ACTIVE).aggregate(**wanted) if wanted else {}
    return {key: numbers.get(name, 0) for name, key in asked.items()}


def tell_which(persons: Sequence[Person], *, parts: Mapping[str, Any], house: SegmentContext) -> dict[int, list[str]]:
    """Return for each of a few persons which of the named conditions hold, in the order given; one query."""
    held: dict[int, list[str]] = {person.pk: [] for person in persons}
    columns: dict[str, Any] = {}
    names: dict[str, str] = {}
    for place, (key, tree) in enumerate(parts.items()):
        condition = compile_node(_read(tree, house=house), house=house)
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


def condition_of(conditions: Any, *, house: SegmentContext) -> Q | bool:
    """Return the condition itself, for queries over persons that ask for more than this one."""
    return compile_node(_read(conditions, house=house), house=house)


def _read(conditions: Any, *, house: SegmentContext) -> Node:
    if conditions is None:
        return All(())
    return read_json(conditions, own=house.own) if isinstance(conditions, Mapping) else conditions
