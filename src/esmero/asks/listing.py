"""Define the list of sign-up forms."""

from django.utils.translation import gettext_lazy as _

from esmero.lists.columns import NUMBER, Column, name_column, state_column
from esmero.lists.listing import Listing

FORMS = Listing(
    page="forms",
    order="name",
    columns=(
        name_column("form", title=_("Name"), order=("name", "id")),
        state_column(_("State"), "form"),
        Column(key="slug", title=_("Address"), value=lambda row: f"/s/{row.slug}", quiet=True),
        Column(
            key="confirmed",
            title=_("Confirmed"),
            value=lambda row: row.confirmed,
            shape=NUMBER,
            numeric=True,
            label=_("confirmed"),
        ),
        Column(
            key="waiting",
            title=_("Not confirmed yet"),
            value=lambda row: row.waiting,
            shape=NUMBER,
            numeric=True,
            label=_("not confirmed yet"),
        ),
    ),
)
