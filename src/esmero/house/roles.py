"""Map roles to sets of rights, and answer whether a user has a right (docs/decisions/0025)."""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import AnonymousUser

from esmero.house.models import StaffRole, User, UserRole
from esmero.house.rights import RIGHTS, Right

type Anybody = User | AnonymousUser

_READER: frozenset[Right] = frozenset({"house.read", "files.read"})
_AGENT: frozenset[Right] = _READER | {"people.change", "people.accounts", "conversations.answer"}
_MANAGER: frozenset[Right] = _AGENT | {
    "people.import",
    "people.export",
    "people.erase",
    "conversations.supervise",
    "gestures.approve",
    "campaigns.write",
    "campaigns.start",
    "pages.publish",
    "doubts.resolve",
    "work.retry",
    "returns.lift",
}

# The roles that every installation has; they come with the version and are not edited.
ROLE_RIGHTS: Mapping[str, frozenset[Right]] = {
    UserRole.OWNER: frozenset(RIGHTS),
    UserRole.MANAGER: _MANAGER,
    UserRole.AGENT: _AGENT,
    UserRole.READER: _READER,
}


def may(user: Anybody, right: Right) -> bool:
    """Return whether the user has a right; raise KeyError for an unknown one."""
    if right not in RIGHTS:
        raise KeyError(right)
    return right in rights_of(user)


def rights_of(user: Anybody) -> frozenset[Right]:
    """Return the rights of a user: none for visitors, locked accounts and unknown roles.

    An own role is read once for each object of the user, so once a request.
    """
    if not isinstance(user, User) or not user.is_staff:  # customers have none, whatever their row says
        return frozenset()
    if user.role in ROLE_RIGHTS:
        return ROLE_RIGHTS[user.role]
    known: tuple[str, frozenset[Right]] | None = getattr(user, "_own_rights", None)
    if known is None or known[0] != user.role:
        known = (user.role, list_roles([user.role]).get(user.role, frozenset()))
        user._own_rights = known  # type: ignore[attr-defined]  # noqa: SLF001 - a request's cache
    return known[1]


def list_roles(codes: Iterable[str] | None = None) -> dict[str, frozenset[Right]]:
    """Return {code: rights} of all roles, or of some, the installation's own included. One query."""
    rows = StaffRole.objects.order_by("name").values_list("code", "rights")
    if codes is not None:
        rows = rows.filter(code__in=list(codes))
    return {**ROLE_RIGHTS, **{code: read_rights(rights) for code, rights in rows}}


def read_rights(names: Iterable[str]) -> frozenset[Right]:
    """Return the rights of stored names; one that a later version dropped is left out."""
    given = set(names)
    return frozenset(right for right in RIGHTS if right in given)
