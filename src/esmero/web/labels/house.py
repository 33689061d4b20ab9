"""Label the roles of staff and the states of relays and mailboxes."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.house.models import StaffRole
from esmero.web.parts.labels import StateLabel

ROLE: Mapping[str, StateLabel] = {
    "owner": StateLabel("plain", pgettext_lazy("role", "owner")),
    "manager": StateLabel("plain", pgettext_lazy("role", "manager")),
    "agent": StateLabel("plain", pgettext_lazy("role", "agent")),
    "reader": StateLabel("plain", pgettext_lazy("role", "reader")),
}
ROLES: Mapping[str, str | Promise] = {role: word.text for role, word in ROLE.items()}
RELAY: Mapping[str, StateLabel] = {
    "catches": StateLabel("wait", _("catches everything")),
    "unreachable": StateLabel("broken", _("out of reach")),
    "untested": StateLabel("plain", _("not tested yet")),
    "works": StateLabel("kept", _("works")),
    "fails": StateLabel("broken", _("does not work")),
}
MAILBOX: Mapping[str, StateLabel] = {
    "rests": StateLabel("plain", _("rests")),
    "fails": StateLabel("broken", _("cannot be read")),
    "read": StateLabel("kept", _("is read")),
    "waits": StateLabel("wait", _("not read yet")),
}
MEMBER: Mapping[str, StateLabel] = {
    "locked": StateLabel("broken", _("locked out")),
    "active": StateLabel("kept", _("may sign in")),
    "invited": StateLabel("wait", _("invited")),
}


def list_role_names() -> dict[str, str]:
    """Return {code: name} of all roles, the installation's own included. One query."""
    own = StaffRole.objects.order_by("name").values_list("code", "name")
    return {**{code: str(words) for code, words in ROLES.items()}, **dict(own)}
