"""Define the list of mailboxes."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from esmero.lists.columns import Column, Moment, name_column, state_column
from esmero.lists.listing import Listing
from esmero.mailroom.models import Mailbox


def mailbox_state(mailbox: Mailbox) -> str:
    """Return whether a mailbox is read: rests, fails, read, or waits for its first fetch."""
    if not mailbox.active:
        return "rests"
    reached, checked = mailbox.reached_at, mailbox.checked_at
    failed = mailbox.check_result.get("good") is False and (not reached or (checked and checked > reached))
    if mailbox.trouble or failed:
        return "fails"
    return "read" if reached else "waits"


def latest_fetch(mailbox: Mailbox) -> datetime | None:
    """Return the time of the latest fetch from any folder (prefetched as `read`)."""
    return max((one.fetched_at for one in mailbox.read.all() if one.fetched_at), default=None)


MAILBOXES = Listing(
    page="mailboxes",
    order="name",
    columns=(
        name_column("mailbox", title=_("Name"), order=("name", "id")),
        state_column(_("State"), "mailbox", value=mailbox_state),
        Column(key="who", title=_("Mailbox"), value=lambda row: row.username, file_value=lambda row: row.username),
        Column(key="host", title=_("Host"), value=lambda row: f"{row.host}:{row.port}", quiet=True, shown=False),
        Column(
            key="fetched",
            title=_("Fetched last"),
            value=latest_fetch,
            shape=Moment("short time"),
            quiet=True,
            label=_("fetched last"),
        ),
        Column(key="trouble", title=_("Trouble"), value=lambda row: row.trouble, quiet=True),
    ),
)
