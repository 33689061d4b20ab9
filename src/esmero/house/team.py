"""Manage staff: invitation, role, deactivation and two-factor policy. One active owner always remains."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import User
from esmero.refusal import Refusal

TWO_FACTOR = "two_factor_for_all"


class LastOwner(Refusal):
    """Refuse a change that would leave no active owner."""


def invite(email: str, *, name: str, role: str, language: str, timezone: str, by: User) -> User:
    """Create a user without a password, who sets it by a link. Raises ValidationError."""
    user = User(email=email.strip().lower(), name=name.strip(), role=role, language=language, timezone=timezone)
    user.set_unusable_password()
    user.full_clean()
    with transaction.atomic():
        user.save()
        note("staff.invited", by=by, subject=user, facts={"email": user.email, "role": role})
    return user


def change_member(member: User, *, facts: Mapping[str, Any], by: User) -> User:
    """Change name, role or language of a user. Raises LastOwner, ValidationError."""
    with transaction.atomic():
        if facts.get("role", member.role) != User.Role.OWNER:
            _require_owner(member)
        changed = {key: value for key, value in facts.items() if getattr(member, key) != value}
        for key, value in changed.items():
            setattr(member, key, value)
        member.full_clean()
        member.save(update_fields=list(facts))
        note("staff.changed", by=by, subject=member, facts={"email": member.email, **changed})
    return member


def deactivate(member: User, *, by: User) -> None:
    """Deactivate a user and end their sessions. Raises LastOwner."""
    with transaction.atomic():
        _require_owner(member)
        User.objects.filter(pk=member.pk).update(is_active=False)
        note("staff.locked", by=by, subject=member, facts={"email": member.email})


def reactivate(member: User, *, by: User) -> None:
    """Reactivate a user."""
    with transaction.atomic():
        User.objects.filter(pk=member.pk).update(is_active=True)
        note("staff.let-in", by=by, subject=member, facts={"email": member.email})


def require_two_factor(*, on: bool, by: User) -> None:
    """Require a second factor of all users, or not; stored with an owner, and in force while that owner is active."""
    with transaction.atomic():
        for owner in User.objects.select_for_update().filter(role=User.Role.OWNER):
            rest = {key: value for key, value in owner.console.items() if key != TWO_FACTOR}
            wanted = {**rest, TWO_FACTOR: True} if on and owner.pk == by.pk else rest
            User.objects.filter(pk=owner.pk).update(console=wanted)
        note("house.two-factor", by=by, facts={"on": on})


def needs_two_factor() -> bool:
    """Return whether all users need a second factor."""
    owners = User.objects.filter(role=User.Role.OWNER, is_active=True)
    return owners.filter(**{f"console__{TWO_FACTOR}": True}).exists()


def _require_owner(member: User) -> None:
    # Locked: two owners could otherwise deactivate each other at the same time.
    owners = User.objects.select_for_update().filter(role=User.Role.OWNER, is_active=True)
    if member.role == User.Role.OWNER and list(owners.values_list("pk", flat=True)) == [member.pk]:
        raise LastOwner("last-owner")
