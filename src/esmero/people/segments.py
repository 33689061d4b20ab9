"""What a segment says: a tree of conditions as values, its form in JSON, and its form on a command line.

JSON: `{"all": […]}`, `{"any": […]}`, `{"not": …}`, `{"field": "tenure", "is": ">", "value": 12}`, `{"tag": "vip"}`,
`{"permission": "brand/topic", "state": "granted"}`, `{"topic": "brand/topic", "wanted": true}`, `{"segment": "name"}`.
An empty `{}` is everybody.

Text (`esmero segment create --where`): `tenure > 12`, `language = es`, `Contract in One year, Two year`, `city known`,
`tag = vip`, `permission fibra-norte/novedades = granted`, `topic fibra-norte/novedades = yes`, `segment = Name`; a
leading `not` turns it round.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

type Kind = Literal["text", "integer", "decimal", "boolean", "date", "choice"]
type Scalar = str | int | float | bool

STANDARD: Mapping[str, Kind] = {
    "number": "text",
    "given_name": "text",
    "family_name": "text",
    "language": "choice",
    "country": "choice",
    "organisation": "text",
    "address": "text",
    "domain": "text",
    "standing": "choice",
    "added": "date",
}
COMPARISONS: Mapping[Kind, tuple[str, ...]] = {
    "text": ("=", "!=", "contains", "starts", "in", "known", "unknown"),
    "choice": ("=", "!=", "in", "known", "unknown"),
    "integer": ("=", "!=", "<", "<=", ">", ">=", "in", "known", "unknown"),
    "decimal": ("=", "!=", "<", "<=", ">", ">=", "in", "known", "unknown"),
    "date": ("=", "!=", "<", "<=", ">", ">=", "known", "unknown"),
    "boolean": ("=", "!=", "known", "unknown"),
}
STATES = ("requested", "granted", "withdrawn", "objected", "expired", "none")
_YES = {"yes", "true", "1", "sí", "si", "oui"}
_NO = {"no", "false", "0", "non"}


class SegmentFault(ValueError):
    """A condition cannot be: the text says which one, what is wrong, and what would be right."""


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against a value (a tuple for "in", None for "known" and "unknown"); `own` tells a declared field."""

    field: str
    comparison: str
    value: Scalar | tuple[Scalar, ...] | None
    kind: Kind
    own: bool


@dataclass(frozen=True, slots=True)
class HasTag:
    name: str


@dataclass(frozen=True, slots=True)
class PermissionIs:
    """The standing of the e-mail permission for a topic ("brand/topic"); "none" is that there is no word at all."""

    topic: str
    state: str


@dataclass(frozen=True, slots=True)
class WantsTopic:
    topic: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class InSegment:
    name: str


type Node = All | AnyOf | Not | Compare | HasTag | PermissionIs | WantsTopic | InSegment

EVERYBODY = All(())


def read_json(data: Any, *, own: Mapping[str, Kind]) -> Node:  # noqa: C901 - one line a kind of condition
    """Return the tree that this JSON says; `own` maps declared fields to their kinds. Raises SegmentFault."""
    if data in ({}, None):
        return EVERYBODY
    if not isinstance(data, dict):
        raise SegmentFault(f"A condition is an object, not {data!r}.")
    match data:
        case {"all": list(parts)}:
            return All(tuple(read_json(part, own=own) for part in parts))
        case {"any": list(parts)}:
            return AnyOf(tuple(read_json(part, own=own) for part in parts))
        case {"not": part}:
            return Not(read_json(part, own=own))
        case {"field": str(name), "is": str(comparison)}:
            return compare(name, comparison, data.get("value"), own=own)
        case {"tag": str(name)}:
            return HasTag(name)
        case {"permission": str(topic), "state": str(state)}:
            return _permission(topic, state)
        case {"topic": str(topic), "wanted": bool(wanted)}:
            return WantsTopic(_topic(topic), wanted)
        case {"segment": str(name)}:
            return InSegment(name)
    raise SegmentFault(f"No such condition: {data!r}. See `esmero segment create --help` for what there is.")


def write_json(node: Node) -> dict[str, Any]:  # noqa: C901 - one line a kind of condition
    """Return the JSON of a tree; read_json() gives the same tree back."""
    match node:
        case All(()):
            return {}
        case All(parts):
            return {"all": [write_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [write_json(part) for part in parts]}
        case Not(part):
            return {"not": write_json(part)}
        case Compare(field, comparison, value):
            said: dict[str, Any] = {"field": field, "is": comparison}
            if value is not None:
                said["value"] = list(value) if isinstance(value, tuple) else value
            return said
        case HasTag(name):
            return {"tag": name}
        case PermissionIs(topic, state):
            return {"permission": topic, "state": state}
        case WantsTopic(topic, wanted):
            return {"topic": topic, "wanted": wanted}
        case InSegment(name):
            return {"segment": name}


def compare(name: str, comparison: str, value: Any, *, own: Mapping[str, Kind]) -> Compare:
    """Return a comparison whose value has the field's type; raises SegmentFault with what would be right."""
    kind = STANDARD.get(name) or own.get(name)
    if kind is None:
        raise SegmentFault(f"There is no field “{name}”. There are: {', '.join([*STANDARD, *sorted(own)])}.")
    if comparison not in COMPARISONS[kind]:
        raise SegmentFault(f"“{name}” cannot be compared by “{comparison}”. It takes: {' '.join(COMPARISONS[kind])}.")
    if comparison in ("known", "unknown"):
        return Compare(name, comparison, None, kind, name not in STANDARD)
    if comparison == "in":
        values = value if isinstance(value, (list, tuple)) else str(value).split(",")
        typed: Any = tuple(_typed(one, kind, name) for one in values)
    else:
        typed = _typed(value, kind, name)
    return Compare(name, comparison, typed, kind, name not in STANDARD)


def _typed(value: Any, kind: Kind, name: str) -> Scalar:
    text = str(value).strip().strip('"')
    try:
        if kind == "integer":
            return int(text)
        if kind == "decimal":
            return float(text.replace(",", "."))
        if kind == "date":
            return date.fromisoformat(text).isoformat()
    except ValueError:
        wanted = {"integer": "a whole number", "decimal": "a number", "date": "a date such as 2026-11-24"}[kind]
        raise SegmentFault(f"“{name}” is compared with {wanted}, not “{text}”.") from None
    if kind == "boolean":
        if isinstance(value, bool):
            return value
        if text.lower() in _YES | _NO:
            return text.lower() in _YES
        raise SegmentFault(f"“{name}” is yes or no, not “{text}”.")
    return text


def _permission(topic: str, state: str) -> PermissionIs:
    if state not in STATES:
        raise SegmentFault(f"A permission is {', '.join(STATES)}; not “{state}”.")
    return PermissionIs(_topic(topic), state)


def _topic(topic: str) -> str:
    if topic.count("/") != 1 or topic.startswith("/") or topic.endswith("/"):
        raise SegmentFault(f"A topic is named brand/topic, such as fibra-norte/novedades; not “{topic}”.")
    return topic


_TEXT = re.compile(
    r"^(?:(?P<subject>permission|topic)\s+(?P<topic>\S+)\s*=\s*(?P<state>\S+)"
    r"|(?P<thing>tag|segment)\s*=\s*(?P<name>.+)"
    r"|(?P<field>[\w-]+)\s+(?P<bare>known|unknown)"
    r"|(?P<left>[\w-]+)\s*(?P<is>!=|<=|>=|=|<|>|\bcontains\b|\bstarts\b|\bin\b)\s*(?P<value>.+))$"
)


def read_text(text: str, *, own: Mapping[str, Kind]) -> Node:
    """Return the condition that a line of text says (the grammar stands above). Raises SegmentFault."""
    said = text.strip()
    if said.lower().startswith("not "):
        return Not(read_text(said[4:], own=own))
    found = _TEXT.match(said)
    if found is None:
        raise SegmentFault(
            f"“{text}” is no condition. Examples: tenure > 12; tag = vip; city known; language in es, fr."
        )
    part = found.groupdict()
    if part["subject"] == "permission":
        return _permission(part["topic"], part["state"])
    if part["subject"] == "topic":
        return WantsTopic(_topic(part["topic"]), bool(_typed(part["state"], "boolean", part["topic"])))
    if part["thing"]:
        name = part["name"].strip().strip('"')
        return HasTag(name) if part["thing"] == "tag" else InSegment(name)
    if part["bare"]:
        return compare(part["field"], part["bare"], None, own=own)
    return compare(part["left"], part["is"], part["value"], own=own)


def read_texts(texts: Sequence[str], *, own: Mapping[str, Kind], one_is_enough: bool = False) -> Node:
    """Return the tree of several lines: all must hold, or one is enough."""
    parts = tuple(read_text(text, own=own) for text in texts)
    return AnyOf(parts) if one_is_enough and parts else All(parts)
