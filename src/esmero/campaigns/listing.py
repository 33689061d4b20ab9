"""Define the list of campaigns."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from esmero.campaigns.models import Campaign
from esmero.lists.columns import NUMBER, TRANSLATED, Column, Words, moment_column, name_column, state_column
from esmero.lists.filters import code_filter
from esmero.lists.listing import Listing


def _number(key: str, title: Words, *, label: Words, shown: bool = True) -> Column:
    """Return a column of a number of messages that stands in a file as it is."""

    def read(row: Any) -> int | None:
        number: int | None = getattr(row, key)
        return number

    return Column(
        key=key, title=title, value=read, shape=NUMBER, file_value=read, numeric=True, label=label, shown=shown
    )


CAMPAIGNS = Listing(
    page="campaigns",
    order="-made",
    search=lambda rows, text: rows.filter(name__icontains=text),
    search_title=_("Name"),
    columns=(
        name_column("campaign", title=_("Name"), value=lambda row: row.name, order=("name", "id")),
        state_column(_("State"), "campaign"),
        Column(key="topic", title=_("Topic"), value=lambda row: row.topic.name, shape=TRANSLATED),
        Column(
            key="segment", title=_("To whom"), value=lambda row: row.segment.name if row.segment else "", shown=False
        ),
        _number("left", _("Sent"), label=_("sent")),
        _number("good", _("Returned for good"), label=_("returned")),
        _number("clicked", _("Human click"), label=_("clicked")),
        _number("answered", _("Answered"), label=_("answered"), shown=False),
        moment_column("made", _("Made"), lambda row: row.created_at, form="short", order=("id",), numeric=True),
    ),
    filters=(code_filter("campaign", Campaign.State.values, title=_("State"), every=_("Every state")),),
)
