"""Define the list of conversations."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from esmero.conversations.models import Conversation
from esmero.lists.columns import Column, ObjectLink, moment_column, state_column
from esmero.lists.filters import Filter, Rows
from esmero.lists.listing import Listing
from esmero.text_folding import fold

_State = Conversation.State


def _find(rows: Rows, text: str) -> Rows:
    begins = Q(address__startswith=text.strip().lower())
    return rows.filter(begins | Q(subject__icontains=text) | Q(person__folded__contains=fold(text)))


CONVERSATIONS = Listing(
    page="conversations",
    order="-last",
    personal=True,
    size=30,
    search=_find,
    search_title=_("Name, address or subject"),
    columns=(
        Column(
            key="who",
            title=_("From"),
            value=lambda row: row.person or row.address,
            shape=ObjectLink("conversation"),
            file_value=lambda row: str(row.person or ""),
            head=True,
        ),
        Column(key="address", title=_("Address"), value=lambda row: row.address, shown=False),
        Column(
            key="words",
            title=_("What they wrote"),
            value=lambda row: row.latest_text,
            file_value=lambda row: row.latest_text,
        ),
        state_column(_("Whose turn it is"), "conversation"),
        moment_column("last", _("When"), lambda row: row.last_at, order=("last_at", "id")),
    ),
    filters=(
        Filter(
            key="state",
            title=_("Whose turn it is"),
            every=_("Waiting for us"),
            kind="conversation",
            choices=lambda: [str(_State.WAITING_FOR_THEM), str(_State.CLOSED), "all"],
            apply=lambda rows, _value: rows,  # the rows are those of a state: by default of those who wait for us
        ),
    ),
)
