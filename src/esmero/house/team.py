"""Manage staff: invitation, role, deactivation and two-factor policy.

Nobody gives or takes a right that they do not have, and no right is lost to the house (house/staffing/grants.py).
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import HouseSetting, StaffRole, User
from esmero.house.rights import Right
from esmero.house.roles import list_roles
from esmero.house.staffing.grants import keep_rights, require_held
from esmero.refusal import InvalidValue

TWO_FACTOR = "two_factor_for_all"
# It concerns all staff and the security of the house: the right to invite somebody is not enough to end it.
TWO_FACTOR_RIGHTS: tuple[Right, ...] = ("staff.manage", "house.settings")


def invite(email: str, *, name: str, role: str, language: str, timezone: str, by: User) -> User:
    """Create a user without a password, who sets it by a link. Raises RightNotHeld, InvalidValue, ValidationError."""
    user = User(email=email.strip().lower(), name=name.strip(), role=role, language=language, timezone=timezone)
    user.set_unusable_password()
    user.full_clean()
    with transaction.atomic():
        _require_role(role, by=by)
        user.save()
        note("staff.invited", by=by, subject=user, facts={"email": user.email, "role": role})
    return user


def change_member(member: User, *, facts: Mapping[str, Any], by: User) -> User:
    """Change name, role or language of a user.

    Raises:
        RightNotHeld: the actor lacks a right of the old or the new role.
        RightsLost: nobody who manages staff would hold a right any more.
        InvalidValue: there is no such role.
        ValidationError: a value is not valid.

    """
    with transaction.atomic(), keep_rights():
        row = User.objects.get(pk=member.pk)  # a refused change leaves the caller's object alone
        changed = {key: value for key, value in facts.items() if getattr(row, key) != value}
        require_above(row, by=by)
        if "role" in changed:
            _require_role(changed["role"], by=by)
        was = {"role_before": row.role} if "role" in changed else {}
        for key, value in changed.items():
            setattr(row, key, value)
        row.full_clean()
        row.save(update_fields=list(facts))
        note("staff.changed", by=by, subject=row, facts={"email": row.email, **changed, **was})
    member.refresh_from_db()
    return member


def deactivate(member: User, *, by: User) -> None:
    """Deactivate a user and end their sessions. Raises RightNotHeld, RightsLost."""
    with transaction.atomic(), keep_rights():
        require_above(member, by=by)
        User.objects.filter(pk=member.pk).update(is_active=False)
        note("staff.locked", by=by, subject=member, facts={"email": member.email})


def reactivate(member: User, *, by: User) -> None:
    """Reactivate a user. Raises RightNotHeld."""
    with transaction.atomic():
        require_above(member, by=by)
        User.objects.filter(pk=member.pk).update(is_active=True)
        note("staff.let-in", by=by, subject=member, facts={"email": member.email})


def require_above(member: User, *, by: User) -> None:
    """Raise RightNotHeld if the member's role has rights that the actor lacks.

    Otherwise who manages staff could take the account of an owner, by a link for a new password.
    """
    require_held(list_roles([member.role]).get(member.role, frozenset()), by=by)


def require_two_factor(*, on: bool, by: User) -> None:
    """Require a second factor of all users, or leave it to each; it holds whatever becomes of its author.

    Raises:
        RightNotHeld: the actor lacks a right of TWO_FACTOR_RIGHTS.

    """
    require_held(TWO_FACTOR_RIGHTS, by=by)
    with transaction.atomic():
        if on:
            HouseSetting.objects.get_or_create(name=TWO_FACTOR, defaults={"by": str(by)})
        else:
            HouseSetting.objects.filter(name=TWO_FACTOR).delete()
        note("house.two-factor", by=by, facts={"on": on})


def needs_two_factor() -> bool:
    """Return whether all users need a second factor. One query."""
    return HouseSetting.objects.filter(name=TWO_FACTOR).exists()


def _require_role(code: str, *, by: User) -> None:
    # Locked, so that the role is not deleted or widened meanwhile.
    StaffRole.objects.select_for_update().filter(code=code).first()
    rights = list_roles([code]).get(code)
    if rights is None:
        raise InvalidValue("role-unknown", role=code)
    require_held(rights, by=by)
