"""Define the list of possible duplicates."""

from django.utils.translation import gettext_lazy as _

from esmero.lists.columns import Column, ObjectLink, moment_column, state_column
from esmero.lists.filters import Filter, Rows
from esmero.lists.listing import Listing
from esmero.people.models import Duplicate, Person


def open_pairs(rows: Rows) -> Rows:
    """Return the pairs that wait for a decision about two people who are both active."""
    gone = Person.INACTIVE
    return rows.filter(state=Duplicate.State.OPEN).exclude(first__state__in=gone).exclude(second__state__in=gone)


def _in_state(rows: Rows, value: str) -> Rows:
    return open_pairs(rows) if value == Duplicate.State.OPEN else rows.filter(state=value)


DUPLICATES = Listing(
    page="duplicates",
    order="-weight",
    personal=True,
    columns=(
        Column(
            key="pair",
            title=_("Two who may be one"),
            value=lambda row: f"{row.first} · {row.second}",
            shape=ObjectLink("duplicate"),
            head=True,
        ),
        Column(key="signs", title=_("What is alike"), value=lambda row: ", ".join(row.signs)),
        Column(
            key="weight",
            title=_("Likeness"),
            value=lambda row: row.weight,
            file_value=lambda row: row.weight,
            order=("weight", "id"),
            numeric=True,
            label=_("likeness"),
        ),
        state_column(_("State"), "duplicate"),
        Column(key="decided", title=_("Decided by"), value=lambda row: row.decided_by, quiet=True),
        moment_column("found", _("Found"), lambda row: row.found_at, shown=False),
    ),
    filters=(
        Filter(
            key="state",
            title=_("State"),
            every=_("Every state"),
            kind="duplicate",
            choices=lambda: Duplicate.State.values,
            apply=_in_state,
        ),
    ),
)
