"""Draw the lines of an import with the verdict, person and reason of each."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from esmero.imports.models import Import, ImportLine
from esmero.lists.filters import Rows
from esmero.lists.listing import Listing
from esmero.people.imports.listing import (
    EXCLUSION_LINES,
    PERSON_LINES,
    exclusion_lines,
    name_person,
    person_lines,
)
from esmero.people.models import PersonLine
from esmero.rounds.import_kinds import EXCLUSIONS
from esmero.web.parts.labels.import_undo import describe_undo
from esmero.web.parts.labels.states import describe_line_reason


def list_lines(brought: Import) -> tuple[Listing, Rows]:
    """Return the listing and the rows of an import's lines by its kind."""
    if brought.kind == EXCLUSIONS.name:
        return EXCLUSION_LINES, exclusion_lines(brought)
    return PERSON_LINES, person_lines(brought)


def _draw_person(line: PersonLine) -> str | SafeString:
    pk, name = line.person_id or line.known, name_person(line)  # type: ignore[attr-defined]
    if pk is None or not name:
        return format_html('<span class="wrap">{}</span>', name)
    return format_html('<a class="wrap" href="{}">{}</a>', reverse("console:person", args=[pk]), name)


def _draw_reason(line: ImportLine) -> str | SafeString:
    reason = describe_line_reason(line.reason) if line.reason else ""
    cell = format_html(" <code>{}</code>", line.cell) if line.reason and line.cell else ""
    warnings = format_html_join("; ", "{}", ([describe_line_reason(warning)] for warning in line.warnings))
    soft = format_html(' <span class="soft">{}</span>', warnings) if warnings else ""
    return format_html('<span class="wrap">{}{}{}</span>', reason, cell, soft) if reason or warnings else ""


def _draw_line(line: ImportLine) -> SafeString:
    return format_html('<span class="table-label">{} </span>{}', _("Line"), intcomma(line.line))


DRAWN = {
    "line": _draw_line,
    "person": _draw_person,
    "reason": _draw_reason,
    "undo": lambda line: describe_undo(line.undo),
}
