"""Write a tree as text and parse it back, as `esmero segment create --where` takes it; parse(write(tree)) == tree.

A condition a line: `tenure > 12`, `language = es`, `contract in One year, Two year`, `price between 10, 20`, `city
known`, `birthday anniversary 7`, `added last 30`, `renewal month`, `tag = vip`, `stage = leaving`, `role = member brand
fibra-norte holder organisation`, `membership = "Talleres Güell" position Jefa`, `topic fibra-norte/novedades = yes`,
`segment = Name`, `import = 12`, `list = 1001, eva@cliente.example`, `permission fibra-norte/novedades = granted channel
phone basis consent last 30`, `did clicked topic fibra-norte/novedades link https://… times 2 between 2026-01-01
2026-03-31` (sent, got, clicked, answered, returned, complained, left; of a brand, a topic or a dispatch; last, ago,
since, before, between). A leading `not` negates it, as `!=` and `unknown` do; `field` before a name tells it from these
words. Groups nest: `any (tag = vip; all (language = es; city known); none (tag = new))`. A value with one of ( ) ; , "
or with spaces at its ends stands in quotation marks, as in JSON.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, assert_never

from esmero.people.segments.tree import (
    EVER,
    BelongsTo,
    Compare,
    DateSpan,
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
from esmero.people.segments.values import KnownNames, SegmentFault
from esmero.people.segments.vocabulary import SCOPES, SPAN_PARTS, WITHOUT_VALUE

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_GROUP = re.compile(r"(all|any|none)\s*\((.*)\)", re.DOTALL)
_CONDITION = re.compile(
    rf"did\s+(?P<act>\S+)(?P<did>.*)"
    rf"|permission\s+(?P<permission>{_QUOTED}|\S+?)\s*=\s*(?P<state>\S+)(?P<proof>.*)"
    rf"|role\s*=\s*(?P<role>\S+)(?P<role_facts>.*)"
    rf"|stage\s*=\s*(?P<stage>\S+)(?P<stage_facts>.*)"
    rf"|membership\s*=\s*(?P<membership>{_QUOTED}|\S+)(?P<membership_facts>.*)"
    rf"|topic\s+(?P<topic>{_QUOTED}|\S+?)\s*=\s*(?P<wanted>\S+)"
    r"|(?P<thing>tag|segment|import|list)\s*=\s*(?P<name>.+)"
    r"|(?:field\s+)?(?P<bare>[\w-]+)\s+(?P<how>known|unknown|month)"
    r"|(?:field\s+)?(?P<field>[\w-]+)\s*(?P<is>!=|<=|>=|=|<|>"
    r"|\b(?:contains|starts|in|between|last|next|ago|ahead|anniversary)\b)\s*(?P<value>.+)",
    re.DOTALL,
)
_RESERVED = (
    "not", "field", "did", "permission", "topic", "tag", "segment", "import", "list", "role", "stage", "membership"
)  # fmt: skip
_PLAIN = re.compile(r'[^\s();,"][^();,"\n]*')


def parse(text: str, *, known: KnownNames | None = None) -> Group | Leaf:
    """Parse one line as a tree. Raises SegmentFault."""
    return read_json(_read(text), known=known)


def parse_all(texts: Sequence[str], *, known: KnownNames | None = None, one_is_enough: bool = False) -> Group | Leaf:
    """Parse several lines into a tree that requires all of them, or any one; no line is everybody.

    The path of a SegmentFault begins with "parts" and the place of the line.
    """
    parts = [_read(text) for text in texts]
    return read_json({"kind": "any" if one_is_enough and parts else "all", "parts": parts}, known=known)


def write(node: Group | Leaf) -> str:
    """Return a tree as one line."""
    if isinstance(node, Group):
        return f"{node.kind} ({'; '.join(map(write, node.parts))})"
    return f"{'not ' if node.negated else ''}{_write_leaf(node)}"


def _write_leaf(leaf: Leaf) -> str:
    match leaf:
        case Compare(field=name, comparison=comparison, value=value):
            head = f"{'field ' if name in _RESERVED else ''}{name} {comparison}"
            if comparison in WITHOUT_VALUE:
                return head
            return f"{head} {', '.join(map(_quote, value)) if isinstance(value, tuple) else _quote(value)}"
        case HasTag() | InSegment():
            return f"{leaf.kind} = {_quote(leaf.name)}"
        case FromImport():
            return f"import = {leaf.number}"
        case OnList():
            return f"list = {', '.join(map(_quote_word, leaf.values))}"
        case HasRole() | HasStage() | BelongsTo():
            return _write_relationship(leaf)
        case WantsTopic():
            return f"topic {_quote_word(leaf.topic)} = {_quote(leaf.wanted)}"
        case PermissionIs():
            facts = [("channel", leaf.channel if leaf.channel != "email" else ""), ("basis", leaf.basis)]
            return f"permission {_quote_word(leaf.topic)} = {leaf.state}{_write_facts(facts, leaf.when)}"
        case Did():
            scope, _colon, name = leaf.of.partition(":")
            facts = [(scope, name), ("link", leaf.link), ("times", str(leaf.times) if leaf.times > 1 else "")]
            return f"did {leaf.act}{_write_facts(facts, leaf.when)}"
    assert_never(leaf)


def _write_relationship(leaf: HasRole | HasStage | BelongsTo) -> str:
    match leaf:
        case HasRole():
            facts = [("brand", leaf.brand), ("holder", leaf.holder if leaf.holder != "person" else "")]
            return f"role = {leaf.role}{_write_facts(facts)}"
        case HasStage():
            return f"stage = {leaf.stage}{_write_facts([('brand', leaf.brand)])}"
        case BelongsTo():
            return f"membership = {_quote_word(leaf.name)}{_write_facts([('position', leaf.position)])}"
    assert_never(leaf)


def _write_facts(facts: Iterable[tuple[str, str]], span: DateSpan = EVER) -> str:
    words = [word for name, value in facts if value for word in (name, _quote_word(value))]
    if span.kind != "ever":
        words += [span.kind, *(str(getattr(span, part)) for part in SPAN_PARTS[span.kind])]
    return "".join(f" {word}" for word in words)


def _quote(value: object) -> str:
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return text if _PLAIN.fullmatch(text) and text == text.strip() else json.dumps(text, ensure_ascii=False)


def _quote_word(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if re.search(r"[\s=]", text) else _quote(text)


def _unquote(text: str) -> str:
    said = text.strip()
    try:
        return str(json.loads(said, strict=False)) if re.fullmatch(_QUOTED, said, re.DOTALL) else said
    except json.JSONDecodeError:
        return said.strip('"')


def _split(text: str, at: str) -> list[str]:
    """Split at a character of `at` that stands neither in quotation marks nor in parentheses."""
    parts, depth = [""], 0
    for piece in re.findall(rf"{_QUOTED}|.", text, re.DOTALL):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if depth == 0 and piece in at:
            parts.append("")
        else:
            parts[-1] += piece
    return [part for part in parts if part.strip()]


def _read(text: str) -> dict[str, Any]:
    """Return the JSON that a line says, not yet validated."""
    said = text.strip()
    if said.lower().startswith("not "):
        inner = _read(said[4:])
        if "parts" in inner:
            return {"kind": "none", "parts": [inner]}
        return {**inner, "negated": not inner.get("negated", False)}
    if group := _GROUP.fullmatch(said):
        return {"kind": group[1], "parts": [_read(part) for part in _split(group[2], ";")]}
    found = _CONDITION.fullmatch(said)
    if found is None:
        raise SegmentFault("condition-no-text", text=text)
    return _read_leaf(found.groupdict())


def _read_leaf(part: Mapping[str, str]) -> dict[str, Any]:
    if part["act"]:
        return {"kind": "did", "act": part["act"], **_read_facts(part["did"], known=(*SCOPES, "link", "times"))}
    if topic := part["permission"]:
        facts = _read_facts(part["proof"], known=("channel", "basis"))
        return {"kind": "permission", "topic": _unquote(topic), "state": part["state"], **facts}
    if role := part["role"]:
        return {"kind": "role", "role": role, **_read_words(part["role_facts"], known=("brand", "holder"))}
    if stage := part["stage"]:
        return {"kind": "stage", "stage": stage, **_read_words(part["stage_facts"], known=("brand",))}
    if name := part["membership"]:
        facts = _read_words(part["membership_facts"], known=("position",))
        return {"kind": "membership", "name": _unquote(name), **facts}
    if part["topic"]:
        return {"kind": "topic", "topic": _unquote(part["topic"]), "wanted": part["wanted"]}
    if thing := part["thing"]:
        if thing == "list":
            return {"kind": "list", "values": [_unquote(one) for one in _split(part["name"], ",; \t\n")]}
        return {"kind": thing, "number" if thing == "import" else "name": _unquote(part["name"])}
    comparison = part["how"] or part["is"]
    positive = {"unknown": "known", "!=": "="}.get(comparison, comparison)
    value: Any = part["value"] and _unquote(part["value"])
    if comparison in ("in", "between"):
        value = [_unquote(one) for one in _split(part["value"], ",")]
    said_so = {"kind": "field", "field": part["bare"] or part["field"], "comparison": positive, "value": value}
    return {**said_so, "negated": True} if positive != comparison else said_so


def _read_words(text: str, *, known: Sequence[str]) -> dict[str, str]:
    """Read pairs of keyword and value."""
    words = [_unquote(word) for word in re.findall(rf"{_QUOTED}|\S+", text)]
    pairs = dict(zip(words[::2], words[1::2], strict=False))
    wrong = next((word for word in words[::2] if word not in known or word not in pairs), None)
    if wrong is not None:
        raise SegmentFault("condition-no-word", word=wrong, list=", ".join(known))
    return pairs


def _read_facts(text: str, *, known: Sequence[str]) -> dict[str, Any]:
    """Read pairs of keyword and value; a brand, topic or dispatch becomes `of`, the keywords of time `when`."""
    words = [_unquote(word) for word in re.findall(rf"{_QUOTED}|\S+", text)]
    facts: dict[str, Any] = {}
    while words:
        word = words.pop(0)
        values = [words.pop(0) for _ in SPAN_PARTS.get(word, ("value",)) if words]
        if word in SCOPES and word in known and values:
            if "of" in facts:
                raise SegmentFault("condition-two-scopes")
            facts["of"] = f"{word}:{values[0]}"
        elif word in known and values:
            facts[word] = values[0]
        elif word in SPAN_PARTS and values:
            facts["when"] = {"kind": word, **dict(zip(SPAN_PARTS[word], values, strict=False))}
        else:
            raise SegmentFault("condition-no-word", word=word, list=", ".join((*known, *list(SPAN_PARTS)[1:])))
    return facts
