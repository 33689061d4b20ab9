"""Define the lists of relays and of messages that the capture relay kept."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.lists.columns import EMAIL_ADDRESS, Column, ObjectLink, moment_column, name_column, state_column
from esmero.lists.listing import Listing
from esmero.outbox.models import Relay


def relay_state(relay: Relay) -> str:
    """Return whether mail can leave by a relay: catches, unreachable, untested, works, or fails."""
    if relay.kind == Relay.Kind.CAPTURE:
        return "catches"
    if relay.trouble:
        return "unreachable"
    good = relay.check_result.get("good")
    return "untested" if good is None else "works" if good else "fails"


RELAYS = Listing(
    page="relays",
    order="name",
    columns=(
        name_column("relay", title=_("Name"), order=("name", "id")),
        state_column(_("State"), "relay", value=relay_state),
        Column(key="host", title=_("Host"), value=lambda row: f"{row.host}:{row.port}" if row.host else ""),
        Column(
            key="brand",
            title=_("Brand"),
            value=lambda row: row.brand.name if row.brand else gettext("all brands"),
            quiet=True,
        ),
    ),
)

CAUGHT = Listing(
    page="catcher",
    order="-caught",
    personal=True,
    search=lambda rows, text: rows.filter(recipient__startswith=text.lower()),
    search_title=_("Address of the recipient"),
    columns=(
        Column(
            key="subject",
            title=_("Subject"),
            value=lambda row: row.subject or gettext("Without a subject"),
            shape=ObjectLink("caught"),
            file_value=lambda row: row.subject,
            head=True,
        ),
        Column(key="recipient", title=_("Recipient"), value=lambda row: row.recipient, shape=EMAIL_ADDRESS),
        moment_column("caught", _("Caught"), lambda row: row.at, form="short time", order=("id",)),
    ),
)
