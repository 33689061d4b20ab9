"""Choose the controls of a row by its subject, with choices and bounds that exclude invalid values."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
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
    SPAN_WORDS,
    STATE_WORDS,
    Choice,
    Choices,
    SegmentChoices,
    Words,
)
from esmero.web.console.people.segments.tree import ConditionRow

YES_NO: Sequence[Choice] = [("yes", _("yes")), ("no", _("no"))]
_DAYS = pgettext_lazy("unit", "days")
_SEARCHABLE_FROM = 60  # from so many choices on they are searched by typing


@dataclass(frozen=True, slots=True, kw_only=True)
class RowControl:
    """Describe one control.

    `kind` is select, number, date, text, area or boxes; text may precede and follow it.
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

    @property
    def chosen(self) -> list[str]:
        """Return the ticked values of checkboxes."""
        return self.value.splitlines()


def draw_row(row: ConditionRow, *, offer: SegmentChoices) -> list[RowControl]:
    """Return the controls of a row after its subject, in their order."""
    subject, _colon, name = row.get("what").partition(":")
    if subject == "field":
        return _draw_field(row, name=name, offer=offer)
    if subject == "did":
        return _draw_did(row, offer=offer)
    turn = _select(row, "is", _("Comparison"), [("is", COMPARISON_WORDS["="]), ("not is", COMPARISON_WORDS["not ="])])
    if subject == "permission":
        return [turn, *_draw_permission(row)]
    if subject == "topic":
        return [turn, _select(row, "value", _("Value"), YES_NO, first=_("choose"))]
    if subject == "import":
        return [turn, _select(row, "value", _("List"), offer.choices["import"], first=_("choose"))]
    if subject in {"tag", "segment"}:
        return [turn, _choose(row, offer.choices[subject], subject=subject)]
    either = [("is", COMPARISON_WORDS["in"]), ("not is", COMPARISON_WORDS["not in"])]
    return [
        _select(row, "is", _("Comparison"), either),
        RowControl(part="value", kind="area", label=_("Numbers or addresses, one a line"), value=row.get("value")),
    ]


def _draw_field(row: ConditionRow, *, name: str, offer: SegmentChoices) -> list[RowControl]:
    kind = offer.kinds.get(name, "text")
    words = {**COMPARISON_WORDS, **(DAY_WORDS if kind == "date" else {})}
    known = [one for one in COMPARISONS[kind] for one in ((one, f"not {one}") if f"not {one}" in words else (one,))]
    comparison = row.get("is") if row.get("is") in known else "="
    head = RowControl(
        part="is",
        kind="select",
        label=_("Comparison"),
        value=comparison,
        choices=[(one, words[one]) for one in known],
    )
    base = comparison.removeprefix("not ")
    if base in WITHOUT_VALUE:
        return [head]
    if base in RELATIVE:
        most = MOST_ANNIVERSARY_DAYS if base == "anniversary" else MOST_DAYS
        after = pgettext_lazy("unit", "days of today") if base == "anniversary" else _DAYS
        return [head, _number(row, "value", _("Days"), least=0, most=most, after=after)]
    if kind == "boolean":
        return [head, _select(row, "value", _("Value"), YES_NO, first=_("choose"))]
    choices = offer.choices.get(f"field:{name}", ())
    if base == "in":
        if choices:
            return [
                head,
                RowControl(part="value", kind="boxes", label=_("Values"), value=row.get("value"), choices=choices),
            ]
        return [head, RowControl(part="value", kind="area", label=_("Values, one a line"), value=row.get("value"))]
    if choices:
        return [head, _choose(row, choices, subject=f"field:{name}")]
    values = [_typed(row, "value", _("Value"), kind=kind, suggestions="organisation" if name == "organisation" else "")]
    if base == "between":
        values.append(_typed(row, "second", _("Last value"), kind=kind, before=pgettext_lazy("between", "and")))
    return [head, *values]


def _draw_did(row: ConditionRow, *, offer: SegmentChoices) -> list[RowControl]:
    act = row.get("what").partition(":")[2]
    if act not in ACTS:
        return []
    controls = [
        _select(row, "is", _("Did it"), [("is", YES_NO[0][1]), ("not is", YES_NO[1][1])]),
        RowControl(
            part="of",
            kind="select",
            label=_("Of which messages"),
            value=row.get("of"),
            groups=offer.scopes,
            first=_("any message"),
        ),
    ]
    if act == "clicked":
        controls.append(
            RowControl(
                part="link",
                kind="text",
                label=_("Link"),
                value=row.get("link"),
                suggestions="link",
                first=_("any link"),
            )
        )
    times = row.get("times") or "1"
    if row.get("is").startswith("not ") and times == "1":
        return [*controls, *_draw_span(row)]
    controls.append(
        RowControl(
            part="times", kind="number", label=_("How many messages at least"), value=times, least=1, most=MOST_TIMES,
            before=_("at least"), after=ngettext_lazy("time", "times", int(times) if times.isdecimal() else 2),
        )
    )  # fmt: skip
    return [*controls, *_draw_span(row)]


def _draw_permission(row: ConditionRow) -> list[RowControl]:
    controls = [
        _select(row, "value", _("State"), list(STATE_WORDS.items()), first=_("choose")),
        _select(row, "channel", _("Channel"), list(CHANNEL_WORDS.items())),
    ]
    if row.get("value") == "none":
        return controls
    bases = _select(row, "basis", _("Basis"), list(BASIS_WORDS.items()), first=_("on any basis"))
    return [*controls, bases, *_draw_span(row)]


def _draw_span(row: ConditionRow) -> list[RowControl]:
    parts = SPAN_PARTS.get(row.get("when"), ())
    controls = [_select(row, "when", _("When"), list(SPAN_WORDS.items()))]
    if "days" in parts:
        controls.append(_number(row, "days", _("Days"), least=0, most=MOST_DAYS, after=_DAYS))
    if "first" in parts:
        controls.append(_typed(row, "from", _("Day"), kind="date"))
    if "last" in parts:
        controls.append(_typed(row, "to", _("Last day"), kind="date", before=pgettext_lazy("between", "and")))
    return controls


def _select(row: ConditionRow, part: str, label: Words, choices: Sequence[Choice], *, first: Words = "") -> RowControl:
    return RowControl(part=part, kind="select", label=label, value=row.get(part), choices=choices, first=first)


def _choose(row: ConditionRow, choices: Sequence[Choice], *, subject: str) -> RowControl:
    if len(choices) > _SEARCHABLE_FROM:
        return RowControl(part="value", kind="text", label=_("Value"), value=row.get("value"), suggestions=subject)
    return _select(row, "value", _("Value"), choices, first=_("choose"))


def _number(
    row: ConditionRow, part: str, label: Words, *, least: int, most: int, after: str | Promise = ""
) -> RowControl:
    return RowControl(
        part=part, kind="number", label=label, value=row.get(part), least=least, most=most, after=after, step="1"
    )


def _typed(
    row: ConditionRow, part: str, label: Words, *, kind: str, before: Words = "", suggestions: str = ""
) -> RowControl:
    shown = {"integer": "number", "decimal": "number", "date": "date"}.get(kind, "text")
    step = {"integer": "1", "decimal": "any"}.get(kind, "")
    return RowControl(
        part=part, kind=shown, label=label, value=row.get(part), step=step, before=before, suggestions=suggestions
    )
