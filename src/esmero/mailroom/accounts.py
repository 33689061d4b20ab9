"""Staff log-ins send their own mail (password reset) through the outbox like everything else that leaves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Staff are invited (`esmero staff create`); nobody signs up by themselves."""
        return False
