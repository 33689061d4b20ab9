"""Read form rows as conditions and open conditions as rows; a fault stands beside its control."""

import re
from collections.abc import Mapping
from itertools import count
from typing import Any

from esmero.people.segments.tree import (
    EVERYBODY,
    Compare,
    Did,
    Group,
    Leaf,
    PermissionIs,
    read_json,
)
from esmero.people.segments.values import SegmentFault
from esmero.people.segments.vocabulary import COMPARISONS, RELATIVE, SPAN_PARTS, UNFINISHED
from esmero.web.console.people.segments.choices import COMPARISON_WORDS, SegmentChoices
from esmero.web.console.people.segments.tree import MAX_NODES, ROOT, ConditionGroup, ConditionRow, rows_of
from esmero.web.refusals.say import say

BLANK: Mapping[str, str] = {"what": "field:language", "is": "=", "value": ""}
# The attribute that stands in a row's subject after its colon, and the attribute that each other part of a row holds.
_NAMED = {"field": "field", "did": "act", "permission": "topic", "topic": "topic"}
_PARTS: Mapping[str, Mapping[str, str]] = {
    "field": {"value": "value"},
    "tag": {"value": "name"},
    "role": {"value": "role", "brand": "brand", "holder": "holder"},
    "stage": {"value": "stage", "brand": "brand"},
    "membership": {"value": "name", "position": "position"},
    "segment": {"value": "name"},
    "import": {"value": "number"},
    "list": {"value": "values"},
    "topic": {"value": "wanted"},
    "permission": {"value": "state", "channel": "channel", "basis": "basis"},
    "did": {"of": "of", "link": "link", "times": "times"},
}
_SPAN = {"days": "days", "first": "from", "last": "to"}  # attribute of a DateSpan → part of a row


def read_rows(root: ConditionGroup, *, offer: SegmentChoices, strict: bool) -> bool:
    """Store in each row its condition, or its fault; of unfinished rows only with `strict`. Return if there is one."""
    for row in rows_of(root):
        row.leaf, row.fault, row.wrong = None, "", ""
        try:
            row.leaf = read_row(row, offer=offer)
        except SegmentFault as fault:
            if strict or fault.code != UNFINISHED:
                row.fault, row.wrong = say(fault), find_control(fault)
    return any(row.fault for row in rows_of(root))


def read_row(row: ConditionRow, *, offer: SegmentChoices) -> Leaf:
    """Return the condition of one row. Raises SegmentFault."""
    subject, _colon, name = row.get("what").partition(":")
    if row.get("what") not in offer.labels:
        raise SegmentFault("condition-gone", ("kind",))
    turned, comparison = row.get("is").startswith("not "), row.get("is").removeprefix("not ")
    said: dict[str, Any] = {"kind": subject, "negated": turned} | ({_NAMED[subject]: name} if name else {})
    said |= {attribute: text for part, attribute in _PARTS[subject].items() if (text := row.get(part).strip())}
    value = row.get("value")
    match subject:
        case "field":
            several = {"between": [value, row.get("second")], "in": [one for one in value.splitlines() if one.strip()]}
            said |= {"comparison": comparison, "value": several.get(comparison, value)}
        case "list":
            said["values"] = [one for one in re.split(r"[\s,;]+", value) if one]
        case "did" | "permission" if value != "none":
            kind = row.get("when") if row.get("when") in SPAN_PARTS else "ever"
            said["when"] = {"kind": kind, **{part: row.get(_SPAN[part]) for part in SPAN_PARTS[kind]}}
        case "permission":
            said.pop("basis", None)
    if name != "clicked":
        said.pop("link", None)
    leaf = read_json(said, known=offer.known)
    assert not isinstance(leaf, Group)
    return leaf


def find_control(fault: SegmentFault) -> str:
    """Return the part of a row to which the path of a fault leads."""
    names = {"kind": "what", "comparison": "is", **_SPAN, **dict.fromkeys(_NAMED.values(), "what")}
    match fault.path:
        case ["value", 1]:
            return "second"
        case [*_, str(attribute)] if attribute in names:
            return names[attribute]
        case [str(part), *_] if any(part in _PARTS[kind] for kind in ("did", "permission", "role", "membership")):
            return part
    return "value"


def write_tree(group: ConditionGroup) -> Group | None:
    """Return the tree of a group whose rows are read; without unfinished rows and empty groups, None if it is empty."""
    parts = [write_tree(node) if isinstance(node, ConditionGroup) else node.leaf for node in group.nodes]
    kept = tuple(part for part in parts if part is not None)
    return Group.model_validate({"kind": group.match, "parts": kept}) if kept else None


def write_root(root: ConditionGroup) -> Group:
    """Return the whole tree; everybody if it is empty."""
    return write_tree(root) or EVERYBODY


def fit_rows(group: ConditionGroup, *, offer: SegmentChoices) -> None:
    """Adjust every row to its controls: a comparison that the field has, and a value of the right form."""
    for row in rows_of(group):
        subject, _colon, name = row.get("what").partition(":")
        if subject != "field":
            continue
        kind = offer.kinds.get(name, "text")
        if row.get("is").removeprefix("not ") not in COMPARISONS[kind]:
            row.parts["is"] = "="
        relative = row.get("is") in RELATIVE
        # Relative comparisons take a number of days and others a date; a value of the wrong kind is dropped.
        if (kind == "date" or relative) and ("-" in row.get("value")) == relative:
            row.parts["value"] = ""
        if row.get("is").removeprefix("not ") != "in" and "\n" in row.get("value"):
            row.parts["value"] = row.get("value").partition("\n")[0]


def open_tree(conditions: Any) -> ConditionGroup | None:
    """Return a stored tree as the tree of the form; None when there are more conditions than it shows."""
    numbers = count(1)

    def open_node(node: Group | Leaf) -> ConditionRow | ConditionGroup:
        uid = f"n{next(numbers)}"
        if isinstance(node, Group):
            return ConditionGroup(uid, node.kind, [open_node(part) for part in node.parts])
        if node.negated and isinstance(node, Compare) and f"not {node.comparison}" not in COMPARISON_WORDS:
            return ConditionGroup(uid, "none", [open_node(node.model_copy(update={"negated": False}))])
        return ConditionRow(uid, open_row(node))

    node = read_json(conditions)
    root = node if isinstance(node, Group) else Group(parts=(node,))
    opened = ConditionGroup(ROOT, root.kind, [open_node(part) for part in root.parts])
    return opened if next(numbers) <= MAX_NODES + 1 else None


def open_row(leaf: Leaf) -> dict[str, str]:
    """Return the form fields of one condition."""
    named = f":{getattr(leaf, _NAMED[leaf.kind])}" if leaf.kind in _NAMED else ""
    comparison = leaf.comparison if isinstance(leaf, Compare) else "is"
    row = {"what": f"{leaf.kind}{named}", "is": f"not {comparison}" if leaf.negated else comparison}
    row |= {part: _show(getattr(leaf, attribute)) for part, attribute in _PARTS[leaf.kind].items()}
    if comparison == "between":
        row["value"], row["second"] = row["value"].splitlines()
    if isinstance(leaf, Did | PermissionIs):
        spans = {_SPAN[part]: _show(getattr(leaf.when, part)) for part in SPAN_PARTS[leaf.when.kind]}
        row |= {"when": leaf.when.kind, **spans}
    return row


def _show(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "\n".join(map(_show, value))
    return "" if value is None else str(value)
