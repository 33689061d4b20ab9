"""Convert form rows into conditions and back; report errors beside the control at fault."""

from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.people.segments.conditions import (
    ACTS,
    COMPARISONS,
    LONGEST_LIST,
    MOST_ANNIVERSARY_DAYS,
    MOST_DAYS,
    MOST_TIMES,
    RELATIVE,
    STATES,
)
from esmero.web.console.people.segments.choices import BASIS_WORDS, CHANNEL_WORDS, SegmentChoices
from esmero.web.console.people.segments.tree import (
    MATCHES,
    MAX_NODES,
    ROOT,
    ConditionGroup,
    ConditionRow,
    rows_of,
    walk,
)
from esmero.web.parts.components.rates import fill

BLANK: Mapping[str, str] = {"what": "field:language", "is": "=", "value": ""}
WHOLE = 2**53


class ConditionError(Exception):
    """Report an invalid part of a row; `unfinished` means that nothing was chosen or typed yet."""

    def __init__(self, part: str, words: str, *, unfinished: bool = False) -> None:
        super().__init__(words)
        self.part, self.words, self.unfinished = part, words, unfinished


def write_tree(group: ConditionGroup, *, offer: SegmentChoices, strict: bool) -> dict[str, Any]:
    """Return the conditions of a group.

    Without `strict`, unfinished rows are left out; empty groups always are.

    Raises:
        ConditionError: a row is wrong, or with `strict` unfinished.
    """
    parts = []
    for node in group.nodes:
        if isinstance(node, ConditionGroup):
            inner = write_tree(node, offer=offer, strict=strict)
            if inner:
                parts.append(inner)
            continue
        try:
            parts.append(write_row(node, offer=offer))
        except ConditionError:
            if strict:
                raise
    return {group.match: parts} if parts else {}


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


def mark_faults(group: ConditionGroup, *, offer: SegmentChoices, strict: bool) -> bool:
    """Store each row's error beside it, of unfinished rows only with `strict`; return whether there is any."""
    found = False
    for node, _above in walk(group):
        if isinstance(node, ConditionRow):
            try:
                write_row(node, offer=offer)
            except ConditionError as wrong:
                if strict or not wrong.unfinished:
                    node.fault, node.wrong, found = wrong.words, wrong.part, True
    return found


def write_row(row: ConditionRow, *, offer: SegmentChoices) -> dict[str, Any]:
    """Return the condition of one row; raise ConditionError if it is invalid."""
    subject, _colon, name = row.get("what").partition(":")
    said: dict[str, Any]
    turned = row.get("is").startswith("not ")
    if subject == "field" and name in offer.kinds:
        said = _write_field(row, name=name, offer=offer)
    elif subject == "did" and name in ACTS:
        said = {"did": name, **_write_did(row, offer=offer)}
        said |= {"when": when} if (when := _write_span(row)) else {}
    elif subject == "permission" and row.get("what") in offer.labels:
        said = _write_permission(row, topic=name)
    elif subject == "topic" and row.get("what") in offer.labels:
        said = {"topic": name, "wanted": _need(row, "value") != "no"}
    elif subject in {"tag", "segment"}:
        value = _need(row, "value")
        if value not in dict(offer.choices[subject]):
            raise ConditionError("value", _("There is no “%(name)s”.") % {"name": value})
        said = {subject: value}
    elif subject == "import":
        said = {"import": _number(row, "value", least=1, most=WHOLE)}
    elif subject == "list":
        said = {"list": _write_list(row)}
    else:
        raise ConditionError("what", _("This is no longer there. Choose something else."))
    return {"not": said} if turned else said


def _write_field(row: ConditionRow, *, name: str, offer: SegmentChoices) -> dict[str, Any]:
    comparison = row.get("is").removeprefix("not ")
    said: dict[str, Any] = {"field": name, "is": comparison}
    kind = offer.kinds[name]
    if comparison in {"known", "unknown", "month"}:
        return said
    if comparison in RELATIVE:
        most = MOST_ANNIVERSARY_DAYS if comparison == "anniversary" else MOST_DAYS
        return {**said, "value": _number(row, "value", least=0, most=most)}
    if comparison == "between":
        first, second = _typed(row, "value", kind), _typed(row, "second", kind)
        if first > second:
            raise ConditionError("second", _("The second value is smaller than the first."))
        return {**said, "value": [first, second]}
    if comparison == "in":
        lines = [line.strip() for line in _need(row, "value").splitlines() if line.strip()]
        return {**said, "value": [_typed(ConditionRow(row.uid, {"value": line}), "value", kind) for line in lines]}
    value = _typed(row, "value", kind)
    choices = offer.choices.get(f"field:{name}")
    if choices and value not in dict(choices):
        raise ConditionError("value", _("“%(value)s” is not one of the choices.") % {"value": value})
    return {**said, "value": value}


def _write_did(row: ConditionRow, *, offer: SegmentChoices) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if row.get("times") not in {"", "1"}:
        said["times"] = _number(row, "times", least=1, most=MOST_TIMES)
    scope, _colon, name = row.get("of").partition(":")
    if scope:
        if row.get("of") not in dict(offer.choices["of"]):
            raise ConditionError("of", _("This is no longer there. Choose something else."))
        said[scope] = int(name) if scope == "dispatch" else name
    if row.get("what") == "did:clicked" and row.get("link").strip():
        said["link"] = row.get("link").strip()
    return said


def _write_permission(row: ConditionRow, *, topic: str) -> dict[str, Any]:
    state = _need(row, "value")
    said: dict[str, Any] = {"permission": topic, "state": state if state in STATES else "granted"}
    channel, basis = row.get("channel"), row.get("basis")
    if channel in CHANNEL_WORDS and channel != "email":
        said["channel"] = channel
    if state == "none":
        return said
    if basis in BASIS_WORDS:
        said["basis"] = basis
    return said | ({"when": when} if (when := _write_span(row)) else {})


def _write_span(row: ConditionRow) -> dict[str, Any]:
    kind = row.get("when")
    if kind in {"last", "ago"}:
        return {kind: _number(row, "days", least=0, most=MOST_DAYS)}
    if kind in {"since", "before"}:
        return {kind: _day(row, "from")}
    if kind == "between":
        first, second = _day(row, "from"), _day(row, "to")
        if first > second:
            raise ConditionError("to", _("The second day is before the first."))
        return {kind: [first, second]}
    return {}


def _write_list(row: ConditionRow) -> list[str]:
    values = list(dict.fromkeys(_need(row, "value").replace(",", " ").replace(";", " ").split()))
    if len(values) > LONGEST_LIST:
        raise ConditionError(
            "value",
            _("A list holds at most %(most)s numbers or addresses. Import a longer one instead.") % {"most": "10 000"},
        )
    return values


def _need(row: ConditionRow, part: str) -> str:
    value = row.get(part).strip()
    if not value:
        raise ConditionError(part, _("Choose or type a value."), unfinished=True)
    return value


def _typed(row: ConditionRow, part: str, kind: str) -> Any:
    value = _need(row, part)
    if kind == "integer":
        return _number(row, part, least=-WHOLE, most=WHOLE)
    if kind == "boolean":
        return value == "yes"
    if kind == "date":
        return _day(row, part)
    if kind == "decimal":
        try:
            number = float(value.replace(",", "."))
        except ValueError:
            number = float("nan")
        # The database's JSON has no NaN or infinity.
        if not isfinite(number):
            raise ConditionError(part, _("This is not a number."))
        return number
    # PostgreSQL refuses NUL in text.
    if "\0" in value:
        raise ConditionError(part, _("Choose or type a value."))
    return value


def _number(row: ConditionRow, part: str, *, least: int, most: int) -> int:
    value = _need(row, part)
    try:
        number = int(value)
    except ValueError:
        raise ConditionError(part, _("This is not a whole number.")) from None
    if not least <= number <= most:
        raise ConditionError(part, _("The number must be from %(least)s to %(most)s.") % {"least": least, "most": most})
    return number


def _day(row: ConditionRow, part: str) -> str:
    value = _need(row, part)
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ConditionError(part, _("This is not a day. Write it as 2026-11-24.")) from None


def open_tree(conditions: Mapping[str, Any]) -> ConditionGroup | None:
    """Return stored conditions as the tree of the form; None when there are more of them than it shows."""
    opener = _Opener()
    root = ConditionGroup(ROOT)
    if conditions:
        opener.fill(root, conditions)
    return root if opener.number <= MAX_NODES else None


class _Opener:
    """Number the nodes while stored conditions become a tree."""

    def __init__(self) -> None:
        self.number = 0

    def name(self) -> str:
        self.number += 1
        return f"n{self.number}"

    def fill(self, group: ConditionGroup, conditions: Mapping[str, Any]) -> None:
        """Add a group's parts, or the single condition stored in its place."""
        match = next((one for one in MATCHES if one in conditions), None)
        if match is None:
            group.nodes.append(self.open(conditions))
            return
        group.match = match
        group.nodes += [self.open(part) for part in conditions[match]]

    def open(self, part: Mapping[str, Any]) -> ConditionRow | ConditionGroup:
        if any(match in part for match in MATCHES):
            group = ConditionGroup(self.name())
            self.fill(group, part)
            return group
        if "not" not in part:
            return ConditionRow(self.name(), open_row(part))
        inner = open_row(part["not"]) if _is_row(part["not"]) else {}
        turned = _TURNED.get(inner.get("is", ""))
        if inner and turned and (turned.startswith("not ") or inner["what"].startswith("field:")):
            return ConditionRow(self.name(), {**inner, "is": turned})
        group = ConditionGroup(self.name(), "none")
        if part["not"]:
            group.nodes.append(self.open(part["not"]))
        return group


_TURNED = {"=": "!=", "!=": "=", "known": "unknown", "unknown": "known", "contains": "not contains",
           "starts": "not starts", "in": "not in", "is": "not is"}  # fmt: skip


def _is_row(part: Mapping[str, Any]) -> bool:
    return bool(part) and "not" not in part and not any(match in part for match in MATCHES)


def open_row(part: Mapping[str, Any]) -> dict[str, str]:
    """Return the form fields of one condition."""
    if "field" in part:
        return {"what": f"field:{part['field']}", "is": part["is"], **_show(part["is"], part.get("value"))}
    span = _open_span(part.get("when") or {})
    if "did" in part:
        scope = next((f"{one}:{part[one]}" for one in ("brand", "topic", "dispatch") if part.get(one)), "")
        times = str(part.get("times", 1))
        return {
            "what": f"did:{part['did']}", "is": "is", "of": scope, "times": times, "link": part.get("link", ""), **span,
        }  # fmt: skip
    if "permission" in part:
        return {
            "what": f"permission:{part['permission']}", "is": "is", "value": part["state"],
            "channel": part.get("channel", "email"), "basis": part.get("basis", ""), **span,
        }  # fmt: skip
    if "topic" in part:
        return {"what": f"topic:{part['topic']}", "is": "is", "value": "yes" if part["wanted"] else "no"}
    for subject in ("tag", "segment", "import"):
        if subject in part:
            return {"what": subject, "is": "is", "value": str(part[subject])}
    return {"what": "list", "is": "is", "value": "\n".join(map(str, part.get("list", [])))}


def _open_span(when: Mapping[str, Any]) -> dict[str, str]:
    for kind, value in when.items():
        if kind in {"last", "ago"}:
            return {"when": kind, "days": str(value)}
        if kind == "between":
            return {"when": kind, "from": value[0], "to": value[1]}
        return {"when": kind, "from": value}
    return {"when": "ever"}


def _show(comparison: str, value: Any) -> dict[str, str]:
    if comparison == "between":
        return {"value": str(value[0]), "second": str(value[1])}
    if isinstance(value, bool):
        return {"value": "yes" if value else "no"}
    if isinstance(value, list):
        return {"value": "\n".join(map(str, value))}
    return {"value": "" if value is None else str(value)}


def count_list(value: str) -> str:
    """Describe the number of entries of a pasted list."""
    number = len(set(value.replace(",", " ").replace(";", " ").split()))
    return fill(ngettext("%(number)d number or address", "%(number)d numbers or addresses", number), number=number)
