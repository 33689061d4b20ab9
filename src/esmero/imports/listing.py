"""Define the list of imports."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from esmero.imports.models import Import
from esmero.lists.columns import NUMBER, TRANSLATED, Choice, Column, ObjectLink, moment_column, state_column
from esmero.lists.filters import code_filter
from esmero.lists.listing import Listing


def _count(row: Import, *names: str) -> int | None:
    """Return a number of lines by their verdicts; None before they were counted."""
    return sum(int(row.counts.get(name, 0)) for name in names) if row.counts else None


def list_imports(kinds: Sequence[str]) -> Listing:
    """Return the listing of imports of these kinds; rows carry `topic_name`, the topic of the consent."""
    return Listing(
        page="imports",
        order="-brought",
        search=lambda rows, text: rows.filter(Q(file_name__icontains=text) | Q(source__icontains=text)),
        search_title=_("File or where it is from"),
        columns=(
            Column(key="file", title=_("File"), value=lambda row: row.file_name, shape=ObjectLink("import"), head=True),
            Column(
                key="kind",
                title=_("Kind"),
                value=lambda row: row.kind,
                shape=Choice("import-kind"),
                quiet=True,
                shown=False,
            ),
            state_column(_("State"), "import"),
            Column(key="source", title=_("Where from"), value=lambda row: row.source[:80], quiet=True),
            Column(
                key="topic",
                title=_("Topic of the consent"),
                value=lambda row: row.topic_name,
                shape=TRANSLATED,
                quiet=True,
                shown=False,
            ),
            Column(
                key="added",
                title=_("Added"),
                value=lambda row: _count(row, "added"),
                shape=NUMBER,
                numeric=True,
                label=_("added"),
            ),
            Column(
                key="changed",
                title=_("Changed"),
                value=lambda row: _count(row, "changed", "merged"),
                shape=NUMBER,
                numeric=True,
                label=_("changed"),
            ),
            Column(
                key="refused",
                title=_("Refused"),
                value=lambda row: _count(row, "refused"),
                shape=NUMBER,
                numeric=True,
                label=_("refused"),
            ),
            Column(key="by", title=_("Brought by"), value=lambda row: row.created_by, quiet=True, shown=False),
            moment_column("brought", _("Brought"), lambda row: row.created_at, order=("id",)),
        ),
        filters=(
            code_filter("import", Import.State.values, title=_("State"), every=_("Every state")),
            code_filter("import-kind", kinds, key="kind", title=_("Kind"), every=_("Every kind")),
        ),
    )
