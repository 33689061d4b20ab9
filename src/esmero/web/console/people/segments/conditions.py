"""Read form rows as conditions and open conditions as rows; a fault stands beside its control."""

import re
from collections.abc import Mapping
from itertools import count
from typing import Any, assert_never

from esmero.people.segments.tree import (
    EVERYBODY,
    Compare,
    DateSpan,
    Did,
    FromImport,
    Group,
    HasTag,
    InSegment,
    Leaf,
    OnList,
    PermissionIs,
    WantsTopic,
    read_json,
)
from esmero.people.segments.values import SegmentFault
from esmero.people.segments.vocabulary import COMPARISONS, RELATIVE, SPAN_PARTS, UNFINISHED
from esmero.web.console.people.segments.choices import COMPARISON_WORDS, SegmentChoices
from esmero.web.console.people.segments.tree import MAX_NODES, ROOT, ConditionGroup, ConditionRow, rows_of
from esmero.web.refusals.say import say

BLANK: Mapping[str, str] = {"what": "field:language", "is": "=", "value": ""}
# The attribute that stands in the row's subject, after its colon, and the control of each other attribute but `value`.
_NAMED = {"field": "field", "did": "act", "permission": "topic", "topic": "topic"}
_VALUE = {"tag": "name", "segment": "name", "import": "number", "permission": "state", "topic": "wanted"}
_DAYS = {"days": "days", "first": "from", "last": "to"}
_CONTROLS = {"kind": "what", "field": "what", "act": "what", "comparison": "is"} | _DAYS
_OWN_CONTROLS = ("of", "link", "times", "channel", "basis")


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
    comparison, value = row.get("is").removeprefix("not "), row.get("value").strip()
    said: dict[str, Any] = {"kind": subject, "negated": row.get("is").startswith("not ")}
    if name:
        said[_NAMED[subject]] = name
    if subject == "field":
        values = {"between": [value, row.get("second")], "in": [one for one in value.splitlines() if one.strip()]}
        said |= {"comparison": comparison, "value": values.get(comparison, value)}
    elif subject == "list":
        said["values"] = [one for one in re.split(r"[\s,;]+", value) if one]
    elif subject != "did":
        said[_VALUE[subject]] = value
    if subject == "did":
        link = row.get("link").strip() if name == "clicked" else ""
        said |= {"of": row.get("of"), "link": link, "times": row.get("times") or 1, "when": _read_span(row)}
    if subject == "permission":
        said["channel"] = row.get("channel") or "email"
        said |= {} if value == "none" else {"basis": row.get("basis"), "when": _read_span(row)}
    leaf = read_json(said, known=offer.known)
    assert not isinstance(leaf, Group)
    return leaf


def find_control(fault: SegmentFault) -> str:
    """Return the part of a row to which the path of a fault leads."""
    match fault.path:
        case [*_, "value", 1]:
            return "second"
        case [*_, str(part), int()] | [*_, str(part)]:
            return part if part in _OWN_CONTROLS else _CONTROLS.get(part, "value")
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
    turned = "not " if leaf.negated else ""
    row = {"what": leaf.kind, "is": f"{turned}is"}
    match leaf:
        case Compare():
            values = [_show(one) for one in (leaf.value if isinstance(leaf.value, tuple) else (leaf.value,))]
            shown = {"value": values[0], "second": values[-1]} if leaf.comparison == "between" else {}
            row = {"is": f"{turned}{leaf.comparison}", "value": "\n".join(values), **shown}
            return {"what": f"field:{leaf.field}", **row}
        case HasTag() | InSegment():
            return {**row, "value": leaf.name}
        case FromImport():
            return {**row, "value": str(leaf.number)}
        case OnList():
            return {**row, "value": "\n".join(leaf.values)}
        case WantsTopic():
            return {**row, "what": f"topic:{leaf.topic}", "value": _show(leaf.wanted)}
        case PermissionIs():
            own = {"value": leaf.state, "channel": leaf.channel, "basis": leaf.basis}
            return {**row, "what": f"permission:{leaf.topic}", **own, **_open_span(leaf.when)}
        case Did():
            own = {"of": leaf.of, "times": str(leaf.times), "link": leaf.link}
            return {**row, "what": f"did:{leaf.act}", **own, **_open_span(leaf.when)}
    assert_never(leaf)


def _read_span(row: ConditionRow) -> dict[str, str]:
    kind = row.get("when") if row.get("when") in SPAN_PARTS else "ever"
    return {"kind": kind, **{part: row.get(_DAYS[part]) for part in SPAN_PARTS[kind]}}


def _open_span(when: DateSpan) -> dict[str, str]:
    return {"when": when.kind, **{_DAYS[part]: str(getattr(when, part)) for part in SPAN_PARTS[when.kind]}}


def _show(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
