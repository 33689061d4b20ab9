"""Choose the controls of a row by its subject, with choices and bounds that exclude invalid values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from esmero.people.segments.vocabulary import (
    ACTS,
    COMPARISONS,
    MOST_ANNIVERSARY_DAYS,
    MOST_DAYS,
    MOST_TIMES,
    RELATIVE,
    SPAN_PARTS,
    WITHOUT_VALUE,
)
from esmero.web.console.people.segments.choices import (
    BASIS_WORDS,
    CHANNEL_WORDS,
    COMPARISON_WORDS,
    DAY_WORDS,
    HOLDER_WORDS,
    SPAN_WORDS,
    STATE_WORDS,
    Choice,
    Choices,
    SegmentChoices,
    Words,
)
from esmero.web.console.people.segments.tree import ConditionRow
from esmero.web.parts.tags.attributes import flat_attributes

YES_NO: Sequence[Choice] = [("yes", _("yes")), ("no", _("no"))]
_DAYS = pgettext_lazy("unit", "days")
_SEARCHABLE_FROM = 60  # from so many choices on they are searched by typing


@dataclass(frozen=True, slots=True, kw_only=True)
class RowControl:
    """Describe one control.

    `kind` is select, number, date, text, area or boxes; text may precede and follow it. `uid` is that of its row,
    `wrong` tells that the row's fault is here.
    """

    part: str
    kind: str
    label: Words
    value: str = ""
    choices: Sequence[Choice] = ()
    groups: Choices = ()
    suggestions: str = ""
    first: Words = ""
    before: Words = ""
    after: Words = ""
    least: int | None = None
    most: int | None = None
    step: str = ""
    uid: str = ""
    wrong: bool = False

    @property
    def id(self) -> str:
        return f"{self.part}_{self.uid}"

    @property
    def chosen(self) -> list[str]:
        """Return the ticked values of checkboxes."""
        return self.value.splitlines()

    @property
    def boxes(self) -> list[tuple[str, Words, bool]]:
        """Return value, words and tick of each checkbox."""
        return [(value, words, value in self.chosen) for value, words in self.choices]

    @property
    def attributes(self) -> SafeString:
        """Return the HTML attributes of the control."""
        told: dict[str, object] = {"id": self.id, "name": self.id}
        if self.wrong:
            told |= {"aria_invalid": "true", "aria_describedby": f"fault_{self.uid}"}
        if self.kind == "area":
            return flat_attributes({**told, "rows": 3, "placeholder": self.label})
        if self.kind == "select":
            return flat_attributes(told)
        if self.kind == "text":
            told |= {"maxlength": 300, "autocomplete": "off"}
        told |= {
            "type": self.kind,
            "min": self.least,
            "max": self.most,
            "step": self.step,
            "list": f"suggest-{self.suggestions}" if self.suggestions else "",
            "placeholder": self.first,
        }
        return format_html('{} value="{}"', flat_attributes(told), self.value)


def draw_row(row: ConditionRow, *, offer: SegmentChoices) -> list[RowControl]:
    """Return the controls of a row after its subject, in their order."""
    subject, _colon, name = row.get("what").partition(":")
    if subject == "field":
        return _draw_field(row, name=name, offer=offer)
    if subject == "did":
        return _draw_did(row, act=name, offer=offer) if name in ACTS else []
    yes, no = ("in", "not in") if subject == "list" else ("=", "not =")
    either = [("is", COMPARISON_WORDS[yes]), ("not is", COMPARISON_WORDS[no])]
    turn = _make(row, "is", "select", _("Comparison"), choices=either)
    if subject == "permission":
        return [turn, *_draw_permission(row)]
    if subject in {"role", "stage", "membership"}:
        return [turn, *_draw_relationship(row, subject=subject, offer=offer)]
    if subject == "topic":
        return [turn, _make(row, "value", "select", _("Value"), choices=YES_NO, first=_("choose"))]
    if subject == "import":
        return [turn, _make(row, "value", "select", _("List"), choices=offer.choices["import"], first=_("choose"))]
    if subject in {"tag", "segment"}:
        return [turn, _choose(row, offer.choices[subject], subject=subject)]
    return [turn, _make(row, "value", "area", _("Numbers or addresses, one a line"))]


def _draw_field(row: ConditionRow, *, name: str, offer: SegmentChoices) -> list[RowControl]:
    kind, choices = offer.kinds.get(name, "text"), offer.choices.get(f"field:{name}", ())
    words = {**COMPARISON_WORDS, **(DAY_WORDS if kind == "date" else {})}
    known = [one for one in COMPARISONS[kind] for one in ((one, f"not {one}") if f"not {one}" in words else (one,))]
    comparison = row.get("is") if row.get("is") in known else "="
    offered = [(one, words[one]) for one in known]
    head = RowControl(part="is", kind="select", label=_("Comparison"), value=comparison, choices=offered)
    base = comparison.removeprefix("not ")
    if base in WITHOUT_VALUE:
        return [head]
    if base in RELATIVE:
        most = MOST_ANNIVERSARY_DAYS if base == "anniversary" else MOST_DAYS
        after = pgettext_lazy("unit", "days of today") if base == "anniversary" else _DAYS
        return [head, _type(row, "value", _("Days"), kind="integer", least=0, most=most, after=after)]
    if kind == "boolean":
        return [head, _make(row, "value", "select", _("Value"), choices=YES_NO, first=_("choose"))]
    if base == "in" and choices:
        return [head, _make(row, "value", "boxes", _("Values"), choices=choices)]
    if base == "in":
        return [head, _make(row, "value", "area", _("Values, one a line"))]
    if choices:
        return [head, _choose(row, choices, subject=f"field:{name}")]
    suggestions = "organisation" if name == "organisation" else ""
    values = [_type(row, "value", _("Value"), kind=kind, suggestions=suggestions)]
    if base == "between":
        values.append(_type(row, "second", _("Last value"), kind=kind, before=pgettext_lazy("between", "and")))
    return [head, *values]


def _draw_relationship(row: ConditionRow, *, subject: str, offer: SegmentChoices) -> list[RowControl]:
    if subject == "membership":
        return [
            _make(row, "value", "text", _("Organisation"), suggestions="organisation"),
            _make(row, "position", "text", _("Position"), first=_("any position")),
        ]
    head = _make(row, "value", "select", _("Value"), choices=offer.choices[subject], first=_("choose"))
    brand = _make(row, "brand", "select", _("Brand"), choices=offer.choices["brand"], first=_("any brand"))
    if subject == "stage":
        return [head, brand]
    return [head, _make(row, "holder", "select", _("Whose role"), choices=list(HOLDER_WORDS.items())), brand]


def _draw_did(row: ConditionRow, *, act: str, offer: SegmentChoices) -> list[RowControl]:
    either = [("is", YES_NO[0][1]), ("not is", YES_NO[1][1])]
    controls = [
        _make(row, "is", "select", _("Did it"), choices=either),
        _make(row, "of", "select", _("Of which messages"), groups=offer.scopes, first=_("any message")),
    ]
    if act == "clicked":
        controls.append(_make(row, "link", "text", _("Link"), suggestions="link", first=_("any link")))
    times = row.get("times") or "1"
    if not row.get("is").startswith("not ") or times != "1":
        after = ngettext_lazy("time", "times", int(times) if times.isdecimal() else 2)
        most = {"least": 1, "most": MOST_TIMES, "before": _("at least"), "after": after, "value": times}
        controls.append(_make(row, "times", "number", _("How many messages at least"), **most))
    return [*controls, *_draw_span(row)]


def _draw_permission(row: ConditionRow) -> list[RowControl]:
    controls = [
        _make(row, "value", "select", _("State"), choices=list(STATE_WORDS.items()), first=_("choose")),
        _make(row, "channel", "select", _("Channel"), choices=list(CHANNEL_WORDS.items())),
    ]
    if row.get("value") == "none":
        return controls
    bases = _make(row, "basis", "select", _("Basis"), choices=list(BASIS_WORDS.items()), first=_("on any basis"))
    return [*controls, bases, *_draw_span(row)]


def _draw_span(row: ConditionRow) -> list[RowControl]:
    drawn = {
        "days": _type(row, "days", _("Days"), kind="integer", least=0, most=MOST_DAYS, after=_DAYS),
        "first": _type(row, "from", _("Day"), kind="date"),
        "last": _type(row, "to", _("Last day"), kind="date", before=pgettext_lazy("between", "and")),
    }
    head = _make(row, "when", "select", _("When"), choices=list(SPAN_WORDS.items()))
    return [head, *(drawn[part] for part in SPAN_PARTS.get(row.get("when"), ()))]


def _make(row: ConditionRow, part: str, kind: str, label: Words, **more: Any) -> RowControl:
    return RowControl(**{"part": part, "kind": kind, "label": label, "value": row.get(part), **more})


def _type(row: ConditionRow, part: str, label: Words, *, kind: str, **more: Any) -> RowControl:
    shown = {"integer": "number", "decimal": "number", "date": "date"}.get(kind, "text")
    return _make(row, part, shown, label, step={"integer": "1", "decimal": "any"}.get(kind, ""), **more)


def _choose(row: ConditionRow, choices: Sequence[Choice], *, subject: str) -> RowControl:
    if len(choices) > _SEARCHABLE_FROM:
        return _make(row, "value", "text", _("Value"), suggestions=subject)
    return _make(row, "value", "select", _("Value"), choices=choices, first=_("choose"))
