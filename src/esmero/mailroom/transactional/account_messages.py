"""Adapt django-allauth: mail of staff through the outbox, and no way from one kind of users to the other."""

from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from esmero.accounts.opening import find_account
from esmero.grants.granting import revoke_grants
from esmero.grants.purposes import ACCOUNT_PURPOSES, INVITATION
from esmero.house.audit import note
from esmero.house.models import User
from esmero.house.sign_in.client_address import find_client_ip
from esmero.house.sign_in.kinds import UserKind, current_kind
from esmero.mailroom.transactional.staff_notices import send_notice
from esmero.outbox.posting.content import ToAddress, ToStaff
from esmero.outbox.posting.kinds import STAFF_ACCOUNT


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Name the brand of a customer's account in their authenticator app, Esmero in that of staff."""

    def get_totp_issuer(self) -> str:
        """Return the name beside the six digits."""
        account = find_account(context.request.user)
        return account.brand.name if account is not None else str(super().get_totp_issuer())


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Send the mail of django-allauth through the outbox, refuse sign-up, and keep staff and customers apart."""

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **facts: Any) -> HttpResponse | None:
        """Refuse whoever is of another kind than the site, and customers without an open account.

        All ways to sign in end here: password, passkey, link. A user of another kind is found only past the manager.
        """
        assert isinstance(user, User)
        if user.kind != current_kind():
            raise PermissionDenied
        if user.kind == UserKind.CUSTOMER and find_account(user) is None:
            return self.respond_user_inactive(request, user)  # type: ignore[no-any-return]
        return super().pre_login(request, user, **facts)  # type: ignore[no-any-return]

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **facts: Any) -> HttpResponse:
        """End a customer's invitation: whoever holds its mail later must set no password."""
        assert isinstance(user, User)
        account = find_account(user)
        if account is not None:
            revoke_grants(account, purposes=(INVITATION,), at=timezone.now())
        return super().post_login(request, user, **facts)  # type: ignore[no-any-return]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's address for limits and the list of sessions: behind a proxy, the one that it names."""
        return find_client_ip(request.META)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the first page of the site."""
        return reverse("area") if current_kind() == UserKind.CUSTOMER else str(super().get_login_redirect_url(request))

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Return False: staff are invited (`esmero staff create`) and cannot sign up."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """Return the subject without a prefix: the sender already names the installation."""
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail in the reader's language. Raises NoRelay if no brand has a relay.

        Customers get none: their links are grants (accounts/links.py).
        """
        if current_kind() == UserKind.CUSTOMER:
            return
        user = context.get("user")
        language = user.language if isinstance(user, User) else translation.get_language() or settings.LANGUAGE_CODE
        with translation.override(language):
            mail = self.render_mail(template_prefix, email, {"email": email, **context})
        name = template_prefix.rpartition("/")[2]
        with transaction.atomic():
            to: ToStaff | ToAddress = ToAddress(email, ground="sign-in page", language=language[:2])
            if isinstance(user, User) and user.email.lower() == email.lower():
                to = ToStaff(user)
            message = send_notice(STAFF_ACCOUNT, to, subject=str(mail.subject), text=str(mail.body))
            by = user if isinstance(user, User) else email
            note(
                "staff.written",
                by=by,
                subject=by if isinstance(by, User) else None,
                facts={"mail": name, "message": message.pk},
            )

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link for a new password, at the installation's own address, whatever host the request named."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.ESMERO.public_url.rstrip("/") + path.replace("UID-KEY", quote(key))

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Store a new password, with an audit entry."""
        assert isinstance(user, User)
        with transaction.atomic():
            super().set_password(user, password)
            if user.kind == UserKind.STAFF:
                note("staff.password-changed", by=user, subject=user)
            else:
                account = find_account(user)
                if account is None:
                    raise PermissionDenied
                revoke_grants(account, purposes=ACCOUNT_PURPOSES, at=timezone.now())
                facts = {"account": account.pk}
                note("account.password-set", by=str(account), subject=account.person, facts=facts)
