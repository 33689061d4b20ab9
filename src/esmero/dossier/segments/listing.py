"""Define the list of segments."""

from django.utils.translation import gettext_lazy as _

from esmero.lists.columns import NUMBER, Column, moment_column, name_column
from esmero.lists.listing import Listing

SEGMENTS = Listing(
    page="segments",
    order="name",
    search=lambda rows, text: rows.filter(name__icontains=text),
    search_title=_("Name of the segment"),
    columns=(
        name_column("segment", title=_("Name"), order=("name", "id")),
        Column(
            key="people",
            title=_("People"),
            value=lambda row: row.counted,
            shape=NUMBER,
            file_value=lambda row: row.counted,
            numeric=True,
            label=_("people"),
        ),
        moment_column("counted", _("Counted"), lambda row: row.counted_at, numeric=True),
        Column(key="users", title=_("Used by"), value=lambda _row: "", quiet=True, label=_("used by")),
    ),
)
