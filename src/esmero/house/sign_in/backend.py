"""Authenticate users of the kind that the request serves, by django-allauth."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from esmero.house.sign_in.kinds import current_kind


class KindBackend(AuthenticationBackend):  # type: ignore[misc]
    """Refuse a user of another kind, also where the library finds one past the manager (by EmailAddress rows)."""

    def _check_password(self, user: Any, password: str) -> Any:
        """Return the user if the password is right; another kind counts as no user, so its hash is not even asked."""
        return super()._check_password(user if user is not None and user.kind == current_kind() else None, password)
