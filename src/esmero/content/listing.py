"""Define the lists of templates and of pictures."""

from django.utils.translation import gettext_lazy as _

from esmero.content.queries import LANGUAGES
from esmero.lists.columns import NUMBER, Choice, Column, ObjectLink, moment_column
from esmero.lists.filters import Filter, Rows, code_filter
from esmero.lists.listing import Listing


def _archived(rows: Rows, value: str) -> Rows:
    return rows if value == "all" else rows.filter(archived_at__isnull=False)


TEMPLATES = Listing(
    page="templates",
    order="name",
    search=lambda rows, text: rows.filter(name__icontains=text),
    search_title=_("Name"),
    columns=(
        Column(
            key="name",
            title=_("Name"),
            value=lambda row: row.name,
            file_value=lambda row: row.name,
            order=("name", "id"),
            head=True,
        ),
        Column(key="kind", title=_("Kind"), value=lambda row: row.kind, shape=Choice("template-kind")),
        Column(key="newest", title=_("Version"), value=lambda row: row.newest, label=_("version")),
        Column(
            key="languages",
            title=_("Languages"),
            value=lambda row: ", ".join(code for code in LANGUAGES if getattr(row, f"in_{code}")),
        ),
        Column(
            key="used",
            title=_("Used by"),
            value=lambda row: row.used,
            shape=NUMBER,
            numeric=True,
            label=_("campaigns"),
        ),
        moment_column("changed", _("Changed"), lambda row: row.changed_at),
        Column(key="author", title=_("By"), value=lambda row: row.changed_by, quiet=True, shown=False),
    ),
    filters=(
        code_filter("template-kind", ("letter", "mjml"), key="kind", title=_("Kind"), every=_("Every kind")),
        Filter(
            key="language",
            title=_("Language"),
            every=_("Every language"),
            choices=lambda: [(code, code) for code in LANGUAGES],
            apply=lambda rows, value: rows.filter(**{f"in_{value}": True}),
        ),
        Filter(
            key="archived",
            title=_("Archive"),
            every=_("In use"),
            choices=lambda: [("archived", _("Archived")), ("all", _("All"))],
            apply=_archived,
        ),
    ),
)

MEDIA = Listing(
    page="media",
    order="-added",
    search=lambda rows, text: rows.filter(name__icontains=text),
    search_title=_("Name"),
    columns=(
        Column(
            key="name",
            title=_("Picture"),
            value=lambda row: row.name,
            shape=ObjectLink("picture"),
            file_value=lambda row: row.name,
            order=("name", "id"),
            head=True,
        ),
        Column(key="pixels", title=_("Pixels"), value=lambda row: f"{row.width} × {row.height}", numeric=True),
        Column(
            key="size",
            title=_("Size"),
            value=lambda row: row.size,
            file_value=lambda row: row.size,
            order=("size", "id"),
            numeric=True,
        ),
        Column(key="alt", title=_("Words for it"), value=lambda row: ", ".join(row.alt)),
        moment_column("added", _("Added"), lambda row: row.created_at, order=("created_at", "id")),
        Column(key="by", title=_("By"), value=lambda row: row.created_by, quiet=True, shown=False),
    ),
    filters=(
        Filter(
            key="archived",
            title=_("Archive"),
            every=_("In use"),
            choices=lambda: [("archived", _("Archived"))],
            apply=_archived,
        ),
    ),
)
