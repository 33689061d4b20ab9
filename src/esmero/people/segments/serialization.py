"""Read and write segment conditions as JSON; people/segments/conditions.py defines the values and their semantics.

JSON: `{"all": […]}`, `{"any": […]}`, `{"none": […]}`, `{"not": …}`, and the conditions: `{"field": "tenure", "is": ">",
"value": 12}`, `{"field": "birthday", "is": "anniversary", "value": 7}`, `{"tag": "vip"}`, `{"topic": "brand/topic",
"wanted": true}`, `{"segment": "name"}`, `{"import": 12}`, `{"list": ["1001", "eva@cliente.example"]}`, `{"permission":
"brand/topic", "state": "granted", "channel": "phone", "basis": "consent", "when": {"last": 30}}`, `{"did": "clicked",
"topic": "brand/topic", "link": "https://…", "times": 2, "when": {"since": "2026-01-31"}}`, with an optional `brand`,
`topic` or `dispatch` (a number); *when* is `{"last": 30}`, `{"ago": 30}`, `{"since": day}`, `{"before": day}` or
`{"between": [day, day]}`. An empty `{}` selects everybody.

Text (`esmero segment create --where`): people/segments/command_line.py.
"""

import re
from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.people.segments.conditions import (
    ACTS,
    CHANNELS,
    COMPARISONS,
    EVER,
    EVERYBODY,
    LONGEST_LIST,
    MOST_ANNIVERSARY_DAYS,
    MOST_DAYS,
    MOST_DEPTH,
    MOST_TIMES,
    RELATIVE,
    SPANS,
    STANDARD_FIELDS,
    STATES,
    All,
    AnyOf,
    Compare,
    DateSpan,
    Did,
    FromImport,
    HasTag,
    InSegment,
    Kind,
    Node,
    Not,
    OnList,
    PermissionIs,
    Scalar,
    SegmentFault,
    WantsTopic,
)

__all__ = ["SegmentFault", "read_json", "write_json"]

_YES = {"yes", "true", "1", "sí", "si", "oui"}
_NO = {"no", "false", "0", "non"}
_WORDS = {"decimal": gettext_lazy("a number"), "date": gettext_lazy("a date such as 2026-11-24")}
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_json(data: Any, *, custom: Mapping[str, Kind], depth: int = 0) -> Node:  # noqa: C901, PLR0912 - a line a kind
    """Parse JSON into a condition tree; `custom` maps custom fields to their kinds. Raises SegmentFault."""
    if data in ({}, None):
        return EVERYBODY
    if not isinstance(data, dict):
        raise SegmentFault(_("A condition is an object, not %(data)s.") % {"data": repr(data)})
    if depth > MOST_DEPTH:
        raise SegmentFault(_("These conditions nest deeper than %(most)s groups.") % {"most": MOST_DEPTH})
    match data:
        case {"all": list(parts)}:
            return All(tuple(read_json(part, custom=custom, depth=depth + 1) for part in parts))
        case {"any": list(parts)}:
            return AnyOf(tuple(read_json(part, custom=custom, depth=depth + 1) for part in parts))
        case {"none": list(parts)}:
            return Not(AnyOf(tuple(read_json(part, custom=custom, depth=depth + 1) for part in parts)))
        case {"not": part}:
            return Not(read_json(part, custom=custom, depth=depth + 1))
        case {"field": str(name), "is": str(comparison)}:
            return make_comparison(name, comparison, data.get("value"), custom=custom)
        case {"did": str()}:
            return _read_did(data)
        case {"permission": str(topic), "state": str(state)}:
            return make_permission(
                topic, state, channel=data.get("channel", "email"), basis=data.get("basis", ""), span=_span(data)
            )
        case {"tag": str(name)}:
            return HasTag(name)
        case {"topic": str(topic), "wanted": bool(wanted)}:
            return WantsTopic(check_topic(topic), wanted)
        case {"segment": str(name)}:
            return InSegment(name)
        case {"import": number}:
            return FromImport(read_integer(number, "import", least=1, most=2**53))
        case {"list": list(values)}:
            return make_list([str(value) for value in values])
    raise SegmentFault(
        _("No such condition: %(data)s. See `esmero segment create --help` for what there is.") % {"data": repr(data)}
    )


def write_json(node: Node) -> dict[str, Any]:  # noqa: C901, PLR0912 - one line a kind of condition
    """Return the JSON of a condition tree; read_json() restores the same tree."""
    match node:
        case All(()):
            return {}
        case All(parts):
            return {"all": [write_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [write_json(part) for part in parts]}
        case Not(AnyOf(parts)):
            return {"none": [write_json(part) for part in parts]}
        case Not(part):
            return {"not": write_json(part)}
        case Compare(field, comparison, value):
            said: dict[str, Any] = {"field": field, "is": comparison}
            if value is not None:
                said["value"] = list(value) if isinstance(value, tuple) else value
            return said
        case HasTag(name):
            return {"tag": name}
        case PermissionIs(topic, state, channel, basis, span):
            kept = {"channel": channel if channel != "email" else "", "basis": basis, "when": _write_span(span)}
            return {"permission": topic, "state": state, **{key: value for key, value in kept.items() if value}}
        case WantsTopic(topic, wanted):
            return {"topic": topic, "wanted": wanted}
        case InSegment(name):
            return {"segment": name}
        case Did(act, times, brand, topic, dispatch, link, span):
            facts = {"brand": brand, "topic": topic, "dispatch": dispatch, "link": link, "when": _write_span(span)}
            facts["times"] = times if times > 1 else 0
            return {"did": act, **{key: value for key, value in facts.items() if value}}
        case FromImport(number):
            return {"import": number}
        case OnList(values):
            return {"list": list(values)}


def make_comparison(name: str, comparison: str, value: Any, *, custom: Mapping[str, Kind]) -> Compare:
    """Build a Compare with a value of the field's type; raises SegmentFault naming the valid values."""
    kind = STANDARD_FIELDS.get(name) or custom.get(name)
    if kind is None:
        raise SegmentFault(
            _("There is no field “%(name)s”. There are: %(list)s.")
            % {"name": name, "list": ", ".join([*STANDARD_FIELDS, *sorted(custom)])}
        )
    if comparison not in COMPARISONS[kind]:
        raise SegmentFault(
            _("“%(name)s” cannot be compared by “%(comparison)s”. It takes: %(list)s.")
            % {"name": name, "comparison": comparison, "list": " ".join(COMPARISONS[kind])}
        )
    typed: Any
    if comparison in ("known", "unknown", "month"):
        typed = None
    elif comparison in RELATIVE:
        typed = read_integer(
            value, name, least=0, most=MOST_ANNIVERSARY_DAYS if comparison == "anniversary" else MOST_DAYS
        )
    elif comparison == "in":
        typed = tuple(type_value(one, kind, name) for one in _split(value))
    elif comparison == "between":
        typed = tuple(type_value(one, kind, name) for one in _split(value))
        if len(typed) != 2 or typed[0] > typed[1]:
            raise SegmentFault(
                _("“%(name)s” is compared with a first and a last value, the smaller first.") % {"name": name}
            )
    else:
        typed = type_value(value, kind, name)
    return Compare(name, comparison, typed, kind, name not in STANDARD_FIELDS)


def make_permission(
    topic: str, state: str, *, channel: str = "email", basis: str = "", span: DateSpan = EVER
) -> PermissionIs:
    """Build a PermissionIs; the state "none" allows neither a basis nor a period."""
    if state not in STATES:
        raise SegmentFault(
            _("A permission is %(list)s; not “%(state)s”.") % {"list": ", ".join(STATES), "state": state}
        )
    if channel not in CHANNELS:
        raise SegmentFault(
            _("The channel is %(list)s; not “%(channel)s”.") % {"list": ", ".join(CHANNELS), "channel": channel}
        )
    if state == "none" and (basis or span != EVER):
        raise SegmentFault(_("Where no permission was ever given, there is neither a basis nor a day."))
    return PermissionIs(check_topic(topic), state, channel, str(basis), span)


def make_did(act: str, *, times: Any = 1, scope: Mapping[str, Any], link: str = "", span: DateSpan = EVER) -> Did:
    """Build a Did; `scope` holds at most one of brand, topic and dispatch."""
    if act not in ACTS:
        raise SegmentFault(
            _("What people did is one of %(list)s; not “%(act)s”.") % {"list": ", ".join(ACTS), "act": act}
        )
    given = {key: value for key in ("brand", "topic", "dispatch") if (value := scope.get(key))}
    if len(given) > 1:
        raise SegmentFault(_("Name a brand, a topic or a sending, not several of them."))
    if link and act != "clicked":
        raise SegmentFault(_("Only a click has a link."))
    return Did(
        act,
        read_integer(times, "times", least=1, most=MOST_TIMES),
        str(given.get("brand", "")),
        check_topic(str(given["topic"])) if "topic" in given else "",
        read_integer(given.get("dispatch", 0), "dispatch", least=0, most=2**53),
        link,
        span,
    )


def make_list(values: list[str]) -> OnList:
    """Build an OnList without duplicates or blanks, in the given order."""
    kept = tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
    if len(kept) > LONGEST_LIST:
        raise SegmentFault(
            _("A list holds at most %(most)s numbers and addresses, and this one %(number)s. Import it instead.")
            % {"most": format(LONGEST_LIST, ","), "number": format(len(kept), ",")}
        )
    return OnList(kept)


def make_span(kind: str, *, days: Any = 0, first: str = "", second: str = "") -> DateSpan:
    """Build a DateSpan whose parts fit its kind; raises SegmentFault."""
    if kind not in SPANS:
        raise SegmentFault(_("When is one of %(list)s; not “%(kind)s”.") % {"list": ", ".join(SPANS), "kind": kind})
    if kind == "ever":
        return EVER
    if kind in ("last", "ago"):
        return DateSpan(kind, days=read_integer(days, kind, least=0, most=MOST_DAYS))
    begin = str(type_value(first, "date", kind))
    if kind != "between":
        return DateSpan(kind, first=begin)
    end = str(type_value(second, "date", kind))
    if begin > end:
        raise SegmentFault(_("A span begins before it ends."))
    return DateSpan(kind, first=begin, second=end)


def type_value(value: Any, kind: Kind, name: str) -> Scalar:
    """Convert a value to the type of a field; raises SegmentFault."""
    text = str(value).strip().strip('"')
    if kind == "integer":
        return read_integer(text, name, least=-(2**53), most=2**53)
    if kind in ("decimal", "date"):
        try:
            return _finite(text) if kind == "decimal" else _iso_day(text)
        except ValueError:
            raise SegmentFault(
                _("“%(name)s” is compared with %(words)s, not “%(text)s”.")
                % {"name": name, "words": _WORDS[kind], "text": text}
            ) from None
    if kind == "boolean":
        if text.lower() in _YES | _NO:
            return text.lower() in _YES
        raise SegmentFault(_("“%(name)s” is yes or no, not “%(text)s”.") % {"name": name, "text": text})
    if "\0" in text:
        raise SegmentFault(_("“%(name)s” is compared with text, and no text holds a zero byte.") % {"name": name})
    return text


def read_integer(value: Any, name: str, *, least: int, most: int) -> int:
    """Parse an integer within its bounds; raises SegmentFault."""
    text = str(value).strip()
    try:
        number = int(text)
    except ValueError:
        raise SegmentFault(
            _("“%(name)s” is compared with a whole number, not “%(text)s”.") % {"name": name, "text": text}
        ) from None
    if not least <= number <= most:
        raise SegmentFault(
            _("“%(name)s” takes a number from %(least)s to %(most)s, not %(number)s.")
            % {"name": name, "least": least, "most": most, "number": number}
        )
    return number


def check_topic(topic: str) -> str:
    """Return a topic name in the form brand/topic; raises SegmentFault."""
    if topic.count("/") != 1 or topic.startswith("/") or topic.endswith("/"):
        raise SegmentFault(
            _("A topic is named brand/topic, such as fibra-norte/novedades; not “%(topic)s”.") % {"topic": topic}
        )
    return topic


def _finite(text: str) -> float:
    number = float(text.replace(",", "."))
    if not isfinite(number):
        raise ValueError(number)
    return number


def _iso_day(text: str) -> str:
    if not _ISO_DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text).isoformat()


def _split(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return list(value)
    return [part for part in str(value).split(",") if part.strip()]


def _read_did(data: Mapping[str, Any]) -> Did:
    link = data.get("link", "")
    return make_did(data["did"], times=data.get("times", 1), scope=data, link=str(link), span=_span(data))


def _span(data: Mapping[str, Any]) -> DateSpan:
    if not data.get("when"):
        return EVER
    match data["when"]:
        case {"last": days}:
            return make_span("last", days=days)
        case {"ago": days}:
            return make_span("ago", days=days)
        case {"since": day}:
            return make_span("since", first=day)
        case {"before": day}:
            return make_span("before", first=day)
        case {"between": [first, second]}:
            return make_span("between", first=first, second=second)
    raise SegmentFault(
        _("When is one of %(list)s; not %(data)s.") % {"list": ", ".join(SPANS), "data": repr(data["when"])}
    )


def _write_span(span: DateSpan) -> dict[str, Any]:
    match span.kind:
        case "ever":
            return {}
        case "last" | "ago":
            return {span.kind: span.days}
        case "between":
            return {"between": [span.first, span.second]}
    return {span.kind: span.first}
