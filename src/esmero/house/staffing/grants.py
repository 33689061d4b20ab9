"""Guard how rights are granted: nobody gives or takes a right that they do not have, and none is lost to the house."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from esmero.house.models import StaffRole, User
from esmero.house.rights import Right
from esmero.house.roles import list_roles, rights_of
from esmero.refusal import Refusal

MANAGES: Right = "staff.manage"


class RightNotHeld(Refusal):
    """Refuse to grant or take rights that the actor lacks."""

    status = 403


class RightsLost(Refusal):
    """Refuse a change that would leave rights which nobody could grant again."""


def require_held(rights: Iterable[Right], *, by: User | str) -> None:
    """Raise RightNotHeld unless the actor holds all these rights; the command line (a name) may do all."""
    if isinstance(by, User) and (lacking := set(rights) - rights_of(by)):
        raise RightNotHeld("right-not-held", rights=sorted(lacking))


@contextmanager
def keep_rights() -> Iterator[None]:
    """Let a change happen in the caller's transaction; refuse it if active staff managers hold fewer rights after it.

    Only who manages staff can grant a right, so one that none of them holds could never be granted again. The last
    person with that right itself therefore keeps it. Own roles and staff managers are locked first, so that two of
    them cannot take the rights from each other at the same time.

    Raises:
        RightsLost: the change would lose rights; the caller's transaction ends.

    """
    list(StaffRole.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    before = _list_held(lock=True)
    yield
    lost = before - _list_held()
    if MANAGES in lost:
        raise RightsLost("last-staff-manager")
    if lost:
        raise RightsLost("rights-would-be-lost", rights=sorted(lost))


def _list_held(*, lock: bool = False) -> set[Right]:
    """Return the rights that the active staff managers hold together."""
    roles = {code: rights for code, rights in list_roles().items() if MANAGES in rights}
    managers = User.objects.filter(role__in=roles, is_active=True).order_by("pk")
    if lock:
        managers = managers.select_for_update()
    return {right for code in managers.values_list("role", flat=True) for right in roles[code]}
