"""List the lines of an import with the verdict, person and reason of each."""

from collections.abc import Mapping

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.imports.models import Import, ImportLine
from esmero.people.models import ExclusionLine, Person, PersonLine
from esmero.rounds.import_kinds import EXCLUSIONS, PERSONS
from esmero.web.parts.components.tables import Filter, Listing, Rows, TableColumn
from esmero.web.parts.components.template_tags import state
from esmero.web.parts.labels.import_undo import describe_undo
from esmero.web.parts.labels.states import LINE, describe_line_reason


def line_rows(brought: Import) -> Rows:
    """Return the lines of an import; those about persons with the person whose number matches, if not linked yet."""
    if brought.kind == EXCLUSIONS.name:
        return ExclusionLine.objects.filter(of=brought)
    known = Person.objects.filter(number=OuterRef("number")).exclude(number=None).values("pk")[:1]
    return PersonLine.objects.filter(of=brought).select_related("person").annotate(known=Subquery(known))


def _name(line: PersonLine) -> str:
    """Return the person's name, else the name in a line that is not refused, else the number."""
    if line.person is not None:
        return str(line.person)
    return (line.cell if line.verdict != ImportLine.Verdict.REFUSED else "") or line.number


def _who(line: PersonLine) -> str | SafeString:
    pk, name = line.person_id or line.known, _name(line)  # type: ignore[attr-defined]
    if pk is None or not name:
        return format_html('<span class="wrap">{}</span>', name)
    return format_html('<a class="wrap" href="{}">{}</a>', reverse("console:person", args=[pk]), name)


def _why(line: ImportLine) -> str | SafeString:
    reason = describe_line_reason(line.reason) if line.reason else ""
    cell = format_html(" <code>{}</code>", line.cell) if line.reason and line.cell else ""
    warnings = format_html_join("; ", "{}", ([describe_line_reason(warning)] for warning in line.warnings))
    soft = format_html(' <span class="soft">{}</span>', warnings) if warnings else ""
    return format_html('<span class="wrap">{}{}{}</span>', reason, cell, soft) if reason or warnings else ""


def _why_plainly(line: ImportLine) -> str:
    reason = f"{describe_line_reason(line.reason)}{f' ({line.cell})' if line.cell else ''}" if line.reason else ""
    return "; ".join(filter(None, [reason, *(describe_line_reason(warning) for warning in line.warnings)]))


_LINE = TableColumn(
    key="line",
    title=gettext_lazy("Line"),
    cell=lambda row: format_html('<span class="table-label">{} </span>{}', _("Line"), intcomma(row.line)),
    plain=lambda row: row.line,
    order=("line",),
    head=True,
)
_VERDICT = TableColumn(key="verdict", title=gettext_lazy("Result"), cell=lambda row: state("line", row.verdict))
_ENDING = (
    TableColumn(key="reason", title=gettext_lazy("Reason"), cell=_why, plain=_why_plainly),
    TableColumn(key="undo", title=gettext_lazy("Taken back"), cell=lambda row: describe_undo(row.undo)),
)
_FILTERS = (
    Filter(
        key="verdict",
        title=gettext_lazy("Result"),
        every=gettext_lazy("Every result"),
        choices=lambda: [(value, LINE[value].text) for value in ImportLine.Verdict.values],
        apply=lambda rows, value: rows.filter(verdict=value),
    ),
    Filter(
        key="undo",
        title=gettext_lazy("Taken back"),
        every=gettext_lazy("Taken back or not"),
        choices=lambda: [("undone", _("taken back")), ("kept", _("kept"))],
        apply=lambda rows, value: (
            rows.filter(undo__startswith=ImportLine.UNDONE)
            if value == "undone"
            else rows.exclude(undo="").exclude(undo__startswith=ImportLine.UNDONE)
        ),
    ),
)
# Name of the kind of import → the list of its lines.
LINES: Mapping[str, Listing] = {
    PERSONS.name: Listing(
        page="import",
        order="line",
        personal=True,
        columns=(
            _LINE,
            _VERDICT,
            TableColumn(
                key="number", title=gettext_lazy("Number"), cell=lambda row: row.number, quiet=True, shown=False
            ),
            TableColumn(key="person", title=gettext_lazy("Person"), cell=_who, plain=_name),
            *_ENDING,
        ),
        filters=_FILTERS,
    ),
    EXCLUSIONS.name: Listing(
        page="import-exclusions", order="line", personal=True, columns=(_LINE, _VERDICT, *_ENDING), filters=_FILTERS
    ),
}
