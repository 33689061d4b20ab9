"""Which segments a segment's conditions name, and the same conditions after one of them was renamed."""

from collections.abc import Mapping, Sequence
from typing import Any

from esmero.people.models import Segment


def mentioned(conditions: Any) -> set[str]:
    """Return the names of the segments that conditions in JSON name."""
    if isinstance(conditions, list):
        return set().union(*map(mentioned, conditions)) if conditions else set()
    if not isinstance(conditions, dict):
        return set()
    if isinstance(conditions.get("segment"), str):
        return {conditions["segment"]}
    return set().union(*(mentioned(conditions[key]) for key in ("all", "any", "none", "not") if key in conditions))


def defined(conditions: Any, *, named: Mapping[str, Any]) -> dict[str, Any]:
    """Return the conditions of every segment to which conditions lead, by name; None for one that is not there."""
    found: dict[str, Any] = {}
    ways = mentioned(conditions)
    while ways:
        name = ways.pop()
        if name not in found:
            found[name] = named.get(name)
            ways |= mentioned(found[name])
    return found


def rename(conditions: Any, *, old: str, new: str) -> Any:
    """Return the conditions with another name in the place of one segment's."""
    if isinstance(conditions, list):
        return [rename(part, old=old, new=new) for part in conditions]
    if not isinstance(conditions, dict):
        return conditions
    if conditions.get("segment") == old:
        return {"segment": new}
    return {
        key: rename(value, old=old, new=new) if key in ("all", "any", "none", "not") else value
        for key, value in conditions.items()
    }


def list_users() -> Mapping[str, Sequence[Segment]]:
    """Return for each segment's name the segments that name it; one query."""
    users: dict[str, list[Segment]] = {}
    for segment in Segment.objects.order_by("name"):
        for name in sorted(mentioned(segment.conditions)):
            users.setdefault(name, []).append(segment)
    return users
