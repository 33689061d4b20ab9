"""Segments compiled to one query: exact counts, the same people on SQLite and on PostgreSQL, active persons only.

What is unknown is neither smaller nor larger nor equal; “not” holds for it. Only active persons are ever selected.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from esmero.people.models import OwnField, Permission, Person, Preference, Segment
from esmero.people.segments import (
    All,
    AnyOf,
    Compare,
    HasTag,
    InSegment,
    Kind,
    Node,
    Not,
    PermissionIs,
    SegmentFault,
    WantsTopic,
    read_json,
)

DEEPEST = 20
_COLUMN = {
    "organisation": "organisation__name",
    "address": "address__value",
    "domain": "address__domain",
    "standing": "address__standing",
    "added": "created_at__date",
}
_LOOKUP = {
    "<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "contains": "icontains", "starts": "istartswith",
}  # fmt: skip


def own_kinds() -> dict[str, Kind]:
    """Return the declared fields and their kinds."""
    return dict(OwnField.objects.values_list("key", "kind"))  # type: ignore[arg-type]


def select_persons(conditions: Any) -> QuerySet[Person]:
    """Return the active persons for whom these conditions (JSON or a tree) hold, in the order of their ids.

    Raises:
        SegmentFault: a condition names something that is not there, or segments name each other in a circle.

    """
    node = read_json(conditions, own=own_kinds()) if isinstance(conditions, dict) or conditions is None else conditions
    return Person.objects.filter(_compile(node, depth=0), state=Person.State.ACTIVE).order_by("id")


def count(conditions: Any) -> int:
    """Return exactly how many persons these conditions select."""
    return select_persons(conditions).count()


def _compile(node: Node, *, depth: int) -> Q:  # noqa: C901 - one line a kind of condition
    if depth > DEEPEST:
        raise SegmentFault("These segments name each other in a circle, or nest too deep.")
    match node:
        case All(parts):
            together = Q()
            for part in parts:
                together &= _compile(part, depth=depth + 1)
            return together
        case AnyOf(parts):
            either = Q(pk__in=[])
            for part in parts:
                either |= _compile(part, depth=depth + 1)
            return either
        case Not(part):
            return _not(_compile(part, depth=depth + 1))
        case Compare():
            return _compare(node)
        case HasTag(name):
            return Q(pk__in=Person.tags.through.objects.filter(tag__name=name).values("person_id"))
        case PermissionIs(topic, state):
            return _permission(topic, state)
        case WantsTopic(topic, wanted):
            brand, code = topic.split("/")
            wishes = Preference.objects.filter(topic__brand__slug=brand, topic__code=code, wanted=wanted)
            return Q(pk__in=wishes.values("person_id"))
        case InSegment(name):
            named = Segment.objects.filter(name=name).first()
            if named is None:
                raise SegmentFault(f"There is no segment “{name}”.")
            return _compile(read_json(named.conditions, own=own_kinds()), depth=depth + 1)


def _not(q: Q) -> Q:
    """Turn a condition round so that what is unknown counts as not fulfilling it, as in plain words."""
    return ~Q(pk__in=Person.objects.filter(q).values("pk")) if q else Q(pk__in=[])


def _compare(node: Compare) -> Q:
    column = f"fields__{node.field}" if node.own else _COLUMN.get(node.field, node.field)
    if node.comparison in ("known", "unknown"):
        known = _known(column, own=node.own, kind=node.kind)
        return known if node.comparison == "known" else _not(known)
    if node.comparison == "=":
        return Q(**{column: node.value})
    if node.comparison == "!=":
        return _not(Q(**{column: node.value}))
    if node.comparison == "in":
        assert isinstance(node.value, tuple)
        either = Q(pk__in=[])
        for value in node.value:
            either |= Q(**{column: value})
        return either
    return Q(**{f"{column}__{_LOOKUP[node.comparison]}": node.value})


def _known(column: str, *, own: bool, kind: Kind) -> Q:
    if own:
        return Q(fields__has_key=column.removeprefix("fields__")) & ~Q(**{column: None})
    blank: Mapping[str, Any] = {} if kind == "date" else {column: ""}
    return Q(**{f"{column}__isnull": False}) & ~Q(**blank) if blank else Q(**{f"{column}__isnull": False})


def _permission(topic: str, state: str) -> Q:
    brand, code = topic.split("/")
    words = Permission.objects.filter(brand__slug=brand, topic__code=code, channel="email")
    if state == "none":
        return ~Q(pk__in=words.values("person_id"))
    return Q(pk__in=words.filter(state=state).values("person_id"))
