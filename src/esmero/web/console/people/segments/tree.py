"""Hold the tree of a segment as its form sends it, and apply the actions of its buttons.

Groups and rows keep their names when they move. A form sends `node` once for each node, parents first: "n3 n1 row" is
the row n3 in the group n1, "n1 n0 group" a group; the root is n0. `match_n1` says how a group's parts combine,
`what_n3` and its like hold a row's parts. The same form works with and without scripts: each action is a button, and
each response is the whole tree.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any, Literal

from django.http import QueryDict

from esmero.people.segments.tree import Leaf
from esmero.people.segments.vocabulary import LONGEST_LIST, MOST_DEPTH

type Match = Literal["all", "any", "none"]
MATCHES: tuple[Match, ...] = ("all", "any", "none")
PARTS = (
    "what",
    "is",
    "value",
    "second",
    "of",
    "link",
    "times",
    "when",
    "days",
    "from",
    "to",
    "channel",
    "basis",
    "brand",
    "holder",
    "position",
)
MAX_NODES = 200
_MAX_DEPTH = MOST_DEPTH - 4  # a group at this depth cannot contain another
_MAX_LIST_LENGTH = LONGEST_LIST * 330  # characters of a pasted list
ROOT = "n0"


@dataclass(slots=True)
class ConditionRow:
    """Represent one condition: its parts as typed, and the condition that they make or the fault in one of them."""

    uid: str
    parts: dict[str, str]
    leaf: Leaf | None = None
    fault: str = ""
    wrong: str = ""

    def get(self, part: str) -> str:
        return self.parts.get(part, "")


@dataclass(slots=True)
class ConditionGroup:
    """Represent a group of conditions of which all, any or none must hold."""

    uid: str
    match: Match = "all"
    nodes: list["ConditionRow | ConditionGroup"] = field(default_factory=list)


type Place = tuple[ConditionGroup, int]


@dataclass(slots=True)
class TreeChange:
    """Describe the result of an action: the node and control to focus, and the code of a message."""

    focus: str = ""
    control: str = ""
    said: str = ""


def read_tree(post: QueryDict) -> ConditionGroup:
    """Return the tree that a form sends; nodes with an unknown parent are left out."""
    root = ConditionGroup(ROOT, _match(post, ROOT))
    groups, depths = {ROOT: root}, {ROOT: 0}
    for said in post.getlist("node")[:MAX_NODES]:
        uid, parent, kind = [*said.split(" "), "", ""][:3]
        above = groups.get(parent)
        # The form is user input: unknown parents, repeated names and deeper levels are ignored.
        if above is None or uid in depths or not uid[1:].isdecimal() or len(uid) > 9 or depths[parent] >= _MAX_DEPTH:
            continue
        depths[uid] = depths[parent] + 1
        if kind == "group":
            groups[uid] = ConditionGroup(uid, _match(post, uid))
            above.nodes.append(groups[uid])
        else:
            above.nodes.append(ConditionRow(uid, _read_parts(post, uid)))
    return root


def walk(group: ConditionGroup) -> Iterator[tuple[ConditionRow | ConditionGroup, ConditionGroup]]:
    """Yield each node below a group with the group that contains it, parents first."""
    for node in group.nodes:
        yield node, group
        if isinstance(node, ConditionGroup):
            yield from walk(node)


def rows_of(group: ConditionGroup) -> list[ConditionRow]:
    """Return all rows of a tree in their order."""
    return [node for node, _above in walk(group) if isinstance(node, ConditionRow)]


def apply_action(root: ConditionGroup, act: str, *, blank: Mapping[str, str]) -> TreeChange:
    """Apply the action of a button; `blank` are the parts of a new row. An invalid action has no effect.

    "up:n3" moves the node n3 up; "put:n3 n1 2" moves it into the group n1, before the third node there.
    """
    verb, _colon, uid = act.partition(":")
    groups = {ROOT: root} | {node.uid: node for node, _above in walk(root) if isinstance(node, ConditionGroup)}
    if verb in {"add", "add-group"} and uid in groups:
        return _add(root, groups[uid], blank=blank, grouped=verb == "add-group")
    if verb == "put":
        return _put(root, uid, groups)
    place = _find(root, uid)
    if place is None or verb not in _ACTIONS:
        return TreeChange()
    done: TreeChange = _ACTIONS[verb](root, place)
    return done


def _read_parts(post: QueryDict, uid: str) -> dict[str, str]:
    """Read a row; keep only its subject if that changed, because the other parts belong to the old one."""
    parts = {
        part: "\n".join(post.getlist(f"{part}_{uid}"))[:_MAX_LIST_LENGTH] for part in PARTS if f"{part}_{uid}" in post
    }
    if post.get(f"was_{uid}", parts.get("what")) != parts.get("what"):
        return {"what": parts.get("what", "")}
    return parts


def _match(post: QueryDict, uid: str) -> Match:
    return next((match for match in MATCHES if match == post.get(f"match_{uid}")), "all")


def _find(root: ConditionGroup, uid: str) -> Place | None:
    for node, above in walk(root):
        if node.uid == uid:
            return above, above.nodes.index(node)
    return None


def _new(root: ConditionGroup) -> str:
    return f"n{max((int(node.uid[1:]) for node, _above in walk(root)), default=0) + 1}"


def _add(root: ConditionGroup, group: ConditionGroup, *, blank: Mapping[str, str], grouped: bool) -> TreeChange:
    if sum(1 for _ in walk(root)) >= MAX_NODES - 1:
        return TreeChange(focus=group.uid, control="add", said="full")
    if _depth(root, group.uid) + (2 if grouped else 1) > _MAX_DEPTH:
        return TreeChange(focus=group.uid, control="add", said="too-deep")
    uid = _new(root)
    if grouped:
        inner = ConditionGroup(uid, "any" if group.match == "all" else "all")
        group.nodes.append(inner)
        row = ConditionRow(_new(root), dict(blank))
        inner.nodes.append(row)
        return TreeChange(focus=row.uid, control="what", said="group-added")
    group.nodes.append(ConditionRow(uid, dict(blank)))
    return TreeChange(focus=uid, control="what", said="added")


def _remove(_root: ConditionGroup, place: Place) -> TreeChange:
    group, index = place
    group.nodes.pop(index)
    if group.nodes:
        return TreeChange(focus=group.nodes[min(index, len(group.nodes) - 1)].uid, control="menu", said="removed")
    return TreeChange(focus=group.uid, control="add", said="removed")


def _move(root: ConditionGroup, place: Place, *, by: Literal[-1, 1]) -> TreeChange:
    """Move a node up or down by one place: into the group beside it, or out of its own group at the end of it."""
    group, index = place
    node = group.nodes[index]
    done = TreeChange(focus=node.uid, control="menu", said="moved-up" if by < 0 else "moved-down")
    if index == (0 if by < 0 else len(group.nodes) - 1):
        outside = _find(root, group.uid)
        if outside is None:
            return replace(done, said="first" if by < 0 else "last")
        group.nodes.pop(index)
        outside[0].nodes.insert(outside[1] + (by > 0), node)
        return replace(done, said="moved-out")
    beside = group.nodes[index + by]
    group.nodes.pop(index)
    if isinstance(beside, ConditionGroup) and not isinstance(node, ConditionGroup):
        beside.nodes.insert(0 if by > 0 else len(beside.nodes), node)
        return replace(done, said="moved-in")
    group.nodes.insert(index + by, node)
    return done


def _put(root: ConditionGroup, where: str, groups: Mapping[str, ConditionGroup]) -> TreeChange:
    uid, into, index = [*where.split(" "), "", ""][:3]
    place, group = _find(root, uid), groups.get(into)
    if place is None or group is None or not index.isdecimal() or len(index) > 3:
        return TreeChange()
    above, old = place
    node = above.nodes[old]
    if group is node or (isinstance(node, ConditionGroup) and group in [one for one, _above in walk(node)]):
        return TreeChange()
    if _depth(root, into) + _height(node) > _MAX_DEPTH:
        return TreeChange(focus=uid, control="menu", said="too-deep")
    new = min(int(index), len(group.nodes))
    above.nodes.pop(old)
    group.nodes.insert(new - 1 if group is above and new > old else new, node)
    return TreeChange(focus=uid, control="menu", said="put")


def _depth(root: ConditionGroup, uid: str) -> int:
    """Return the number of groups that contain a group."""
    depths = {ROOT: 0}
    for node, above in walk(root):
        depths[node.uid] = depths[above.uid] + 1
    return depths[uid]


def _height(node: ConditionRow | ConditionGroup) -> int:
    """Return the number of levels that a node adds."""
    return 1 + max((_height(one) for one in node.nodes), default=0) if isinstance(node, ConditionGroup) else 1


def _wrap(root: ConditionGroup, place: Place) -> TreeChange:
    group, index = place
    node = group.nodes[index]
    if _depth(root, group.uid) + 1 + _height(node) > _MAX_DEPTH:
        return TreeChange(focus=node.uid, control="menu", said="too-deep")
    uid = _new(root)
    group.nodes[index] = ConditionGroup(uid, "any" if group.match == "all" else "all", [node])
    return TreeChange(focus=uid, control="match", said="grouped")


def _unwrap(_root: ConditionGroup, place: Place) -> TreeChange:
    group, index = place
    node = group.nodes[index]
    if not isinstance(node, ConditionGroup):
        return TreeChange(focus=node.uid, control="menu")
    group.nodes[index : index + 1] = node.nodes
    first = node.nodes[0].uid if node.nodes else group.uid
    return TreeChange(focus=first, control="menu" if node.nodes else "add", said="ungrouped")


def _copy(root: ConditionGroup, place: Place) -> TreeChange:
    group, index = place
    numbers = count(int(_new(root)[1:]))

    def again(node: ConditionRow | ConditionGroup) -> ConditionRow | ConditionGroup:
        uid = f"n{next(numbers)}"
        if isinstance(node, ConditionRow):
            return ConditionRow(uid, dict(node.parts))
        return ConditionGroup(uid, node.match, [again(one) for one in node.nodes])

    made = again(group.nodes[index])
    if sum(1 for _ in walk(root)) + next(numbers) > MAX_NODES * 2:
        return TreeChange(focus=group.nodes[index].uid, control="menu", said="full")
    group.nodes.insert(index + 1, made)
    return TreeChange(focus=made.uid, control="menu", said="copied")


_ACTIONS: Mapping[str, Any] = {
    "remove": _remove,
    "up": partial(_move, by=-1),
    "down": partial(_move, by=1),
    "group": _wrap,
    "ungroup": _unwrap,
    "copy": _copy,
}
