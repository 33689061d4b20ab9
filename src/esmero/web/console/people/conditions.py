"""The rows of the segment editor: a list of conditions of which all or any hold, each of them perhaps turned round."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.house.models import Brand
from esmero.people.conditions import COMPARISONS, STANDARD, STATES, Kind
from esmero.people.models import OwnField, Segment, Tag, Topic
from esmero.web.parts.tags import said

type Match = Literal["all", "any"]
type Choice = tuple[str, str | Promise]

STANDARD_WORDS: Mapping[str, str | Promise] = {
    "number": _("Number"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "language": _("Language"),
    "country": _("Country"),
    "organisation": _("Organisation"),
    "address": _("Address"),
    "domain": _("Domain of the address"),
    "standing": _("Standing of the address"),
    "added": _("Known since"),
}
COMPARISON_WORDS: Mapping[str, str | Promise] = {
    "=": pgettext_lazy("comparison", "is"),
    "!=": pgettext_lazy("comparison", "is not"),
    "contains": pgettext_lazy("comparison", "contains"),
    "starts": pgettext_lazy("comparison", "starts with"),
    "in": pgettext_lazy("comparison", "is one of"),
    "known": pgettext_lazy("comparison", "is known"),
    "unknown": pgettext_lazy("comparison", "is not known"),
    "<": pgettext_lazy("comparison", "is less than"),
    "<=": pgettext_lazy("comparison", "is at most"),
    ">": pgettext_lazy("comparison", "is more than"),
    ">=": pgettext_lazy("comparison", "is at least"),
}
STATE_WORDS: Mapping[str, str | Promise] = {
    "granted": pgettext_lazy("permission", "given"),
    "requested": pgettext_lazy("permission", "asked for, not confirmed"),
    "withdrawn": pgettext_lazy("permission", "taken back"),
    "objected": pgettext_lazy("permission", "objected to"),
    "expired": pgettext_lazy("permission", "run out"),
    "none": pgettext_lazy("permission", "never given"),
}
_YES_NO: list[Choice] = [("yes", _("yes")), ("no", _("no"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One condition as it stands in the form: what is looked at, how it is compared, with which value."""

    what: str = "field:language"
    comparison: str = "="
    value: str = ""
    turned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What may be looked at in this house, read once a page."""

    groups: list[tuple[str | Promise, list[Choice]]]
    kinds: Mapping[str, Kind]
    choices: Mapping[str, list[Choice]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """How one row is drawn: the comparisons that make sense, and the values to choose from (none: it is typed)."""

    row: Row
    comparisons: list[Choice]
    values: list[Choice]
    typed: str


def read_offer(*, brand: Brand | None) -> Offer:
    """Read the fields, topics, tags and segments that a condition may name."""
    own = list(OwnField.objects.order_by("key"))
    topics = [(f"{t.brand.slug}/{t.code}", f"{t.brand}: {said(t.name) or t.code}") for t in _topics(brand)]
    groups: list[tuple[str | Promise, list[Choice]]] = [
        (_("Person"), [(f"field:{name}", words) for name, words in STANDARD_WORDS.items()]),
        (_("Own fields"), [(f"field:{one.key}", said(one.label) or one.key) for one in own]),
        (_("Permission by mail"), [(f"permission:{code}", words) for code, words in topics]),
        (_("Wants the topic"), [(f"topic:{code}", words) for code, words in topics]),
        (_("Other"), [("tag", _("Tag")), ("segment", _("Segment"))]),
    ]
    choices: dict[str, list[Choice]] = {
        f"field:{one.key}": [(str(value), str(value)) for value in one.choices] for one in own if one.choices
    }
    choices["field:language"] = [("es", "español"), ("fr", "français"), ("en", "English")]
    choices["field:standing"] = [("ok", _("good")), ("failing", _("failing")), ("suppressed", _("silenced"))]
    choices["tag"] = [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)]
    choices["segment"] = [(name, name) for name in Segment.objects.order_by("name").values_list("name", flat=True)]
    kinds = {**STANDARD, **{one.key: one.kind for one in own}}
    return Offer(groups=[group for group in groups if group[1]], kinds=kinds, choices=choices)  # type: ignore[arg-type]


def _topics(brand: Brand | None) -> list[Topic]:
    topics = Topic.objects.select_related("brand").order_by("brand", "id")
    return list(topics.filter(brand=brand) if brand else topics)


def draw(row: Row, *, offer: Offer) -> Control:
    """Return the controls that fit what the row looks at."""
    subject, _colon, name = row.what.partition(":")
    if subject == "permission":
        return Control(row=row, comparisons=[("=", COMPARISON_WORDS["="])], values=list(STATE_WORDS.items()), typed="")
    if subject == "topic":
        return Control(row=row, comparisons=[("=", COMPARISON_WORDS["="])], values=_YES_NO, typed="")
    if subject in {"tag", "segment"}:
        values = offer.choices.get(subject, [])
        return Control(row=row, comparisons=[("=", COMPARISON_WORDS["="])], values=values, typed="text")
    kind = offer.kinds.get(name, "text")
    comparisons: list[Choice] = [(one, COMPARISON_WORDS[one]) for one in COMPARISONS[kind] if one in COMPARISON_WORDS]
    if row.comparison in {"known", "unknown"}:
        return Control(row=row, comparisons=comparisons, values=[], typed="")
    values = _YES_NO if kind == "boolean" else offer.choices.get(row.what, []) if row.comparison in {"=", "!="} else []
    typed = {"date": "date", "integer": "number"}.get(kind, "text") if row.comparison != "in" else "text"
    return Control(row=row, comparisons=comparisons, values=values, typed=typed)


def read_rows(post: QueryDict) -> list[Row]:
    """Read the rows that the form sent, in their order; one that was asked to go is left out."""
    gone = post.get("act", "").partition("remove:")[2]
    return [
        Row(
            what=post.get(f"what_{number}", ""),
            comparison=post.get(f"is_{number}", "="),
            value=post.get(f"value_{number}", ""),
            turned=f"not_{number}" in post,
        )
        for number in post.getlist("row")
        if number != gone
    ]


def write_conditions(rows: list[Row], *, match: Match) -> dict[str, Any]:
    """Return the rows as conditions in JSON; no row at all is everybody."""
    return {match: [_write(row) for row in rows]} if rows else {}


def _write(row: Row) -> dict[str, Any]:
    subject, _colon, name = row.what.partition(":")
    said_so: dict[str, Any]
    if subject == "permission":
        said_so = {"permission": name, "state": row.value if row.value in STATES else "granted"}
    elif subject == "topic":
        said_so = {"topic": name, "wanted": row.value != "no"}
    elif subject in {"tag", "segment"}:
        said_so = {subject: row.value}
    else:
        said_so = {"field": name, "is": row.comparison, "value": row.value}
    return {"not": said_so} if row.turned else said_so


def open_conditions(conditions: Mapping[str, Any]) -> tuple[Match, list[Row]] | None:
    """Return stored conditions as rows; None when they are nested deeper than the editor shows."""
    if not conditions:
        return "all", []
    match: Match = "any" if "any" in conditions else "all"
    parts = conditions.get(match, [conditions])
    rows = [_open(part) for part in parts]
    return None if None in rows else (match, [row for row in rows if row is not None])


def _open(part: Mapping[str, Any]) -> Row | None:
    if "not" in part:
        inner = _open(part["not"])
        return (
            None
            if inner is None or inner.turned
            else Row(what=inner.what, comparison=inner.comparison, value=inner.value, turned=True)
        )
    if "permission" in part:
        return Row(what=f"permission:{part['permission']}", value=part["state"])
    if "topic" in part:
        return Row(what=f"topic:{part['topic']}", value="yes" if part["wanted"] else "no")
    for subject in ("tag", "segment"):
        if subject in part:
            return Row(what=subject, value=part[subject])
    if "field" in part:
        return Row(what=f"field:{part['field']}", comparison=part["is"], value=_show(part.get("value", "")))
    return None


def _show(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
