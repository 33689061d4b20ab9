"""Define the lists of the lines of an import: of persons, and of exclusions."""

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from esmero.imports.models import Import, ImportLine
from esmero.lists.columns import NUMBER, Column, ObjectLink, state_column
from esmero.lists.filters import Filter, Rows, code_filter
from esmero.lists.listing import Listing
from esmero.people.models import ExclusionLine, Person, PersonLine


def person_lines(brought: Import) -> Rows:
    """Return the lines of an import with the person whose number matches, if not linked yet (`known`)."""
    known = Person.objects.filter(number=OuterRef("number")).exclude(number=None).values("pk")[:1]
    return PersonLine.objects.filter(of=brought).select_related("person").annotate(known=Subquery(known))


def exclusion_lines(brought: Import) -> Rows:
    """Return the lines of an import of exclusions."""
    return ExclusionLine.objects.filter(of=brought)


def name_person(line: PersonLine) -> str:
    """Return the person's name, else the name in a line that is not refused, else the number."""
    if line.person is not None:
        return str(line.person)
    return (line.cell if line.verdict != ImportLine.Verdict.REFUSED else "") or line.number


def _with_undo(rows: Rows, value: str) -> Rows:
    if value == "undone":
        return rows.filter(undo__startswith=ImportLine.UNDONE)
    return rows.exclude(undo="").exclude(undo__startswith=ImportLine.UNDONE)


_LINE = Column(
    key="line",
    title=_("Line"),
    value=lambda row: row.line,
    shape=NUMBER,
    file_value=lambda row: row.line,
    order=("line",),
    head=True,
)
_VERDICT = state_column(_("Result"), "line", key="verdict")
_ENDING = (
    Column(key="reason", title=_("Reason"), value=lambda row: row.reason),
    Column(key="undo", title=_("Taken back"), value=lambda row: row.undo),
)
_FILTERS = (
    code_filter("line", ImportLine.Verdict.values, key="verdict", title=_("Result"), every=_("Every result")),
    Filter(
        key="undo",
        title=_("Taken back"),
        every=_("Taken back or not"),
        choices=lambda: [("undone", _("taken back")), ("kept", _("kept"))],
        apply=_with_undo,
    ),
)
PERSON_LINES = Listing(
    page="import",
    order="line",
    personal=True,
    columns=(
        _LINE,
        _VERDICT,
        Column(key="number", title=_("Number"), value=lambda row: row.number, quiet=True, shown=False),
        Column(
            key="person",
            title=_("Person"),
            value=name_person,
            shape=ObjectLink("person", lambda row: row.person_id or row.known),
        ),
        *_ENDING,
    ),
    filters=_FILTERS,
)
EXCLUSION_LINES = Listing(
    page="import-exclusions", order="line", personal=True, columns=(_LINE, _VERDICT, *_ENDING), filters=_FILTERS
)
