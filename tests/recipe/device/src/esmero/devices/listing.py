"""Define the list of lent devices."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from esmero.lists.columns import Column, ObjectLink, moment_column, name_column
from esmero.lists.filters import Filter, Rows
from esmero.lists.listing import Listing


def _find(rows: Rows, text: str) -> Rows:
    return rows.filter(Q(name__icontains=text) | Q(serial_number__istartswith=text))


DEVICES = Listing(
    page="devices",
    personal=True,
    order="-lent",
    columns=(
        name_column("device", title=_("Device"), value=lambda row: row.name),
        Column(
            key="serial", title=_("Serial number"), value=lambda row: row.serial_number, order=("serial_number", "id")
        ),
        Column(
            key="person",
            title=_("Person"),
            value=lambda row: row.person or "",
            shape=ObjectLink("person", lambda row: row.person_id),
            file_value=lambda row: row.person_id or "",
            label=_("lent to"),
        ),
        moment_column("lent", _("Lent on"), lambda row: row.lent_on, order=("lent_on", "id")),
        moment_column("back", _("Given back on"), lambda row: row.given_back_on, label=_("given back")),
    ),
    filters=(
        Filter(
            key="state",
            title=_("State"),
            every=_("Every state"),
            choices=lambda: [("lent", _("lent")), ("back", _("given back"))],
            apply=lambda rows, value: rows.filter(given_back_on__isnull=value == "lent"),
        ),
    ),
    search=_find,
    search_title=_("Name or serial number"),
)
