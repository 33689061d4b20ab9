"""Define the list of requests of data subjects."""

from django.utils.translation import gettext_lazy as _

from esmero.lists.columns import Choice, Column, Moment, ObjectLink, moment_column, state_column
from esmero.lists.filters import code_filter
from esmero.lists.listing import Listing
from esmero.privacy.models import DataRequest

REQUESTS = Listing(
    page="data-requests",
    personal=True,
    order="due",
    columns=(
        Column(
            key="person",
            title=_("Person"),
            value=lambda row: row.person,
            shape=ObjectLink("data-request"),
            file_value=lambda row: row.person_id,
            head=True,
        ),
        Column(key="kind", title=_("Asks for"), value=lambda row: row.kind, shape=Choice("data-request-kind")),
        state_column(_("State"), "data-request"),
        moment_column("at", _("Asked on"), lambda row: row.at, form="short", order=("at", "id")),
        Column(
            key="due",
            title=_("Answer due by"),
            value=lambda row: row.due_at,
            shape=Moment("short"),
            file_value=lambda row: row.due_at.isoformat(),
            order=("due_at", "id"),
            label=_("due"),
        ),
        Column(key="by", title=_("Answered by"), value=lambda row: row.answered_by, quiet=True),
    ),
    filters=(code_filter("data-request", DataRequest.State.values, title=_("State"), every=_("Every state")),),
)
