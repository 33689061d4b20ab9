"""Define, change and delete the operator's own roles."""

from collections.abc import Collection

from django.db import transaction
from django.utils.text import slugify

from esmero.house.audit import note
from esmero.house.editing.row_versions import advance_version
from esmero.house.models import StaffRole, User
from esmero.house.rights import RIGHTS, Right
from esmero.house.roles import ROLE_RIGHTS, read_rights
from esmero.house.staffing.grants import keep_rights, require_held
from esmero.refusal import InvalidValue, Refusal
from esmero.text_folding import fold


class RoleInUse(Refusal):
    """Refuse to delete a role that members of staff have."""


def define_role(name: str, *, rights: Collection[Right], by: User | str) -> StaffRole:
    """Create a role with these rights.

    Raises:
        RightNotHeld: the actor lacks one of them.
        InvalidValue: a right is unknown, there is none, or a role has this name.
        ValidationError: the name is blank or too long.

    """
    role = StaffRole(name=name.strip(), code=_make_code(name), rights=_sort(rights))
    with transaction.atomic():
        require_held(read_rights(role.rights), by=by)
        _require_free(role)
        role.full_clean()
        role.save()
        note("role.defined", by=by, subject=role, facts={"name": role.name, "rights": role.rights})
    return role


def change_role(role: StaffRole, *, name: str, rights: Collection[Right], by: User | str, seen: int | None) -> None:
    """Change name and rights of a role; its members have the new rights at their next request.

    Raises:
        StaleWrite: the role was changed since the version `seen`.
        RightNotHeld: the actor lacks a right of the role as it was, or as it would be.
        RightsLost: nobody who manages staff would hold a right any more.

    """
    with transaction.atomic(), keep_rights():
        advance_version(role, seen=seen)
        row = StaffRole.objects.get(pk=role.pk)  # a refused change leaves the caller's object alone
        before, after = read_rights(row.rights), read_rights(_sort(rights))
        require_held(before | after, by=by)
        row.name, row.rights = name.strip(), sorted(after)
        _require_free(row)
        row.full_clean()
        row.save(update_fields=["name", "rights"])
        facts = {"name": row.name, "granted": sorted(after - before), "taken": sorted(before - after)}
        note("role.changed", by=by, subject=row, facts=facts)
    role.refresh_from_db()


def delete_role(role: StaffRole, *, by: User | str) -> None:
    """Delete a role that nobody has, locked accounts included.

    Raises:
        RoleInUse: somebody has it.
        RightNotHeld: the actor lacks a right of it.

    """
    with transaction.atomic():
        held = StaffRole.objects.select_for_update().get(pk=role.pk)
        require_held(read_rights(held.rights), by=by)
        if number := User.objects.filter(role=held.code).count():
            raise RoleInUse("role-in-use", name=held.name, number=number)
        note("role.deleted", by=by, subject=held, facts={"name": held.name, "rights": held.rights})
        held.delete()


def _sort(rights: Collection[str]) -> list[str]:
    if unknown := set(rights) - set(RIGHTS):
        raise InvalidValue("right-unknown", right=min(unknown))
    if not rights:
        raise InvalidValue("role-without-rights")
    return sorted(set(rights))


def _make_code(name: str) -> str:
    """Return a code of its own for a new role: it stays when the name changes."""
    stem = slugify(name)[:30] or "role"
    taken = {*ROLE_RIGHTS, *StaffRole.objects.filter(code__startswith=stem).values_list("code", flat=True)}
    return next(code for code in (stem, *(f"{stem}-{number}" for number in range(2, 10_000))) if code not in taken)


def _require_free(role: StaffRole) -> None:
    # Compared here, because SQLite compares only ASCII regardless of case.
    others = StaffRole.objects.exclude(pk=role.pk).values_list("name", flat=True)
    if fold(role.name) in map(fold, others):
        raise InvalidValue("name-taken", name=role.name)
