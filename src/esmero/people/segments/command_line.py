"""Parse segment conditions from a command line (`esmero segment create --where`), one condition a line.

A leading `not` negates the line. Examples:

`tenure > 12`, `language = es`, `Contract in One year, Two year`, `price between 10, 20`, `city known`, `birthday
anniversary 7`, `added last 30`, `renewal month`, `tag = vip`, `topic fibra-norte/novedades = yes`, `segment = Name`,
`import = 12`, `list = 1001, eva@cliente.example`, `permission fibra-norte/novedades = granted channel phone basis
consent last 30`, `did clicked topic fibra-norte/novedades link https://… times 2 between 2026-01-01 2026-03-31` (sent,
got, clicked, answered, returned, complained, left; of a brand, a topic or a dispatch; last, ago, since, before,
between).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from esmero.people.segments.conditions import (
    SPANS,
    All,
    AnyOf,
    FromImport,
    HasTag,
    InSegment,
    Kind,
    Node,
    Not,
    SegmentFault,
    WantsTopic,
)
from esmero.people.segments.serialization import (
    check_topic,
    make_comparison,
    make_did,
    make_list,
    make_permission,
    make_span,
    read_integer,
    type_value,
)

_TEXT = re.compile(
    r"^(?:did\s+(?P<act>\S+)(?P<facts>.*)"
    r"|permission\s+(?P<allowed>\S+)\s*=\s*(?P<state>\S+)(?P<proof>.*)"
    r"|topic\s+(?P<topic>\S+)\s*=\s*(?P<wanted>\S+)"
    r"|(?P<thing>tag|segment|import|list)\s*=\s*(?P<name>.+)"
    r"|(?P<field>[\w-]+)\s+(?P<bare>known|unknown|month)"
    r"|(?P<left>[\w-]+)\s*(?P<is>!=|<=|>=|=|<|>"
    r"|\b(?:contains|starts|in|between|last|next|ago|ahead|anniversary)\b)\s*(?P<value>.+))$",
    re.DOTALL,
)


def read_text(text: str, *, custom: Mapping[str, Kind]) -> Node:
    """Parse one line into a condition; the module docstring gives the grammar. Raises SegmentFault."""
    said = text.strip()
    if said.lower().startswith("not "):
        return Not(read_text(said[4:], custom=custom))
    found = _TEXT.match(said)
    if found is None:
        raise SegmentFault(
            _("“%(text)s” is no condition. Examples: tenure > 12; tag = vip; city known; language in es, fr.")
            % {"text": text}
        )
    part = found.groupdict()
    if part["act"]:
        facts = _pairs(part["facts"], known=("brand", "topic", "dispatch", "link", "times"))
        return make_did(
            part["act"],
            times=facts.get("times", 1),
            scope=facts,
            link=facts.get("link", ""),
            span=facts["when"],
        )
    if part["allowed"]:
        proof = _pairs(part["proof"], known=("channel", "basis"))
        return make_permission(
            part["allowed"],
            part["state"],
            channel=proof.get("channel", "email"),
            basis=proof.get("basis", ""),
            span=proof["when"],
        )
    if part["topic"]:
        return WantsTopic(check_topic(part["topic"]), bool(type_value(part["wanted"], "boolean", part["topic"])))
    if part["thing"]:
        return _read_thing(part["thing"], part["name"].strip().strip('"'))
    if part["bare"]:
        return make_comparison(part["field"], part["bare"], None, custom=custom)
    return make_comparison(part["left"], part["is"], part["value"], custom=custom)


def read_texts(texts: Sequence[str], *, custom: Mapping[str, Kind], one_is_enough: bool = False) -> Node:
    """Parse several lines into a tree that requires all of them, or any one."""
    parts = tuple(read_text(text, custom=custom) for text in texts)
    return AnyOf(parts) if one_is_enough and parts else All(parts)


def _read_thing(thing: str, name: str) -> Node:
    if thing == "tag":
        return HasTag(name)
    if thing == "segment":
        return InSegment(name)
    if thing == "import":
        return FromImport(read_integer(name, "import", least=1, most=2**53))
    return make_list(re.split(r"[,;\s]+", name))


def _pairs(text: str, *, known: tuple[str, ...]) -> dict[str, Any]:
    """Parse keyword-value pairs; the keywords of time become a DateSpan under `when`."""
    words = text.split()
    facts: dict[str, Any] = {"when": make_span("ever")}
    while words:
        word = words.pop(0)
        values = [words.pop(0) for _ in range(2 if word == "between" else 1) if words]
        if word in known and values:
            facts[word] = values[0]
        elif word in SPANS and values:
            facts["when"] = make_span(word, days=values[0], first=values[0], second=values[-1])
        else:
            raise SegmentFault(
                _("“%(word)s” is not understood here. There are: %(list)s.")
                % {"word": word, "list": ", ".join((*known, *SPANS[1:]))}
            )
    return facts
