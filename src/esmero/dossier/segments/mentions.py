"""Find and rename references between segments in their conditions."""

from collections.abc import Mapping, Sequence
from typing import Any

from esmero.people.models import Segment


def find_references(conditions: Any) -> set[str]:
    """Return the names of the segments that JSON conditions refer to."""
    if isinstance(conditions, list):
        return set().union(*map(find_references, conditions)) if conditions else set()
    if not isinstance(conditions, dict):
        return set()
    if isinstance(conditions.get("segment"), str):
        return {conditions["segment"]}
    return set().union(
        *(find_references(conditions[key]) for key in ("all", "any", "none", "not") if key in conditions)
    )


def resolve_references(conditions: Any, *, named: Mapping[str, Any]) -> dict[str, Any]:
    """Return the conditions of all segments referred to directly or indirectly, by name; None for a missing one."""
    found: dict[str, Any] = {}
    references = find_references(conditions)
    while references:
        name = references.pop()
        if name not in found:
            found[name] = named.get(name)
            references |= find_references(found[name])
    return found


def rename_references(conditions: Any, *, old: str, new: str) -> Any:
    """Return the conditions with one segment's name replaced."""
    if isinstance(conditions, list):
        return [rename_references(part, old=old, new=new) for part in conditions]
    if not isinstance(conditions, dict):
        return conditions
    if conditions.get("segment") == old:
        return {"segment": new}
    return {
        key: rename_references(value, old=old, new=new) if key in ("all", "any", "none", "not") else value
        for key, value in conditions.items()
    }


def list_referrers() -> Mapping[str, Sequence[Segment]]:
    """Return {segment name: segments that refer to it}; one query."""
    users: dict[str, list[Segment]] = {}
    for segment in Segment.objects.order_by("name"):
        for name in sorted(find_references(segment.conditions)):
            users.setdefault(name, []).append(segment)
    return users
