"""Define the list of staff."""

from collections.abc import Callable, Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.house.models import StaffRole, User
from esmero.lists.columns import Choice, Column, moment_column, name_column, state_column
from esmero.lists.filters import Labelled, Rows, field_filter
from esmero.lists.listing import Listing


def listed_staff() -> Rows:
    """Return all accounts of staff, with the name of an own role and whether there is a second factor."""
    factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type="recovery_codes")
    own_role = StaffRole.objects.filter(code=OuterRef("role")).values("name")[:1]
    return User.objects.annotate(has_second=Exists(factors), own_role=Subquery(own_role))


def member_state(member: Any) -> str:
    """Return whether an account of staff may sign in: locked, active, or invited."""
    if not member.is_active:
        return "locked"
    return "active" if member.has_usable_password() else "invited"


def list_staff(roles: Callable[[], Sequence[Labelled]]) -> Listing:
    """Return the listing of staff; `roles` returns the roles that can be chosen."""
    return Listing(
        page="team",
        personal=True,
        order="name",
        columns=(
            name_column("member", title=_("Name"), order=("name", "id")),
            Column(key="email", title=_("Address"), value=lambda row: row.email, order=("email",)),
            Column(key="role", title=_("Role"), value=lambda row: row.own_role or row.role, shape=Choice("role")),
            state_column(_("State"), "member", value=member_state),
            Column(
                key="second",
                title=_("Second factor"),
                value=lambda row: gettext("yes") if row.has_second else gettext("no"),
                label=_("second factor:"),
            ),
            moment_column("seen", _("Last signed in"), lambda row: row.last_login),
        ),
        filters=(field_filter("role", title=_("Role"), every=_("Every role"), choices=roles),),
    )
