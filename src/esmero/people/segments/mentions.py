"""Find and rename what a tree names: fields, tags, topics, segments, imports, brands and dispatches."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, assert_never

from esmero.people.models import Segment
from esmero.people.segments.tree import (
    BelongsTo,
    Compare,
    Did,
    FromImport,
    Group,
    HasRole,
    HasStage,
    HasTag,
    InSegment,
    Leaf,
    OnList,
    PermissionIs,
    WantsTopic,
    read_json,
)


def find_mentions(conditions: Any, *, subject: str) -> set[str]:
    """Return the names of one subject ("field", "tag", "topic", "segment", "import", "brand", "dispatch") in a tree."""
    found: set[str] = set()

    def collect(of: str, name: str) -> str:
        if of == subject:
            found.add(name)
        return name

    _name_each(read_json(conditions), collect)
    return found


def rename(conditions: Any, *, subject: str, old: str, new: str) -> Group | Leaf:
    """Return the tree with each mention of `old` replaced."""
    return _name_each(read_json(conditions), lambda of, name: new if (of, name) == (subject, old) else name)


def _name_each(node: Group | Leaf, name: Callable[[str, str], str]) -> Group | Leaf:
    """Return the tree with each name replaced by what `name` returns for its subject and it."""
    changed: Mapping[str, Any]
    match node:
        case Group():
            changed = {"parts": tuple(_name_each(part, name) for part in node.parts)}
        case Compare():
            changed = {"field": name("field", node.field)}
        case HasTag():
            changed = {"name": name("tag", node.name)}
        case PermissionIs() | WantsTopic():
            changed = {"topic": name("topic", node.topic)}
        case InSegment():
            changed = {"name": name("segment", node.name)}
        case FromImport():
            changed = {"number": int(name("import", str(node.number)))}
        case Did():
            subject, _colon, of = node.of.partition(":")
            changed = {"of": f"{subject}:{name(subject, of)}"} if subject else {}
        case HasRole() | HasStage():
            changed = {"brand": name("brand", node.brand)} if node.brand else {}
        case OnList() | BelongsTo():
            changed = {}
        case _:
            assert_never(node)
    return node.model_copy(update=changed)


def resolve_references(conditions: Any, *, named: Mapping[str, Any]) -> dict[str, Any]:
    """Return the conditions of all segments referred to directly or indirectly, by name; None for a missing one."""
    found: dict[str, Any] = {}
    references = find_mentions(conditions, subject="segment")
    while references:
        name = references.pop()
        if name not in found:
            found[name] = named.get(name)
            references |= find_mentions(found[name], subject="segment")
    return found


def list_users(subject: str) -> Mapping[str, Sequence[Segment]]:
    """Return {name: segments that mention it} for the names of a subject, segments in the order of names; one query."""
    users: dict[str, list[Segment]] = {}
    for segment in Segment.objects.order_by("name"):
        for name in sorted(find_mentions(segment.conditions, subject=subject)):
            users.setdefault(name, []).append(segment)
    return users
