"""Send the mail of staff accounts (password reset) through the outbox."""

from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from esmero.house.audit import note
from esmero.house.models import User
from esmero.mailroom.transactional.staff_notices import send_notice
from esmero.outbox.posting.content import ToAddress, ToStaff
from esmero.outbox.posting.kinds import STAFF_ACCOUNT


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Send the mail of django-allauth through the outbox, and refuse sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Return False: staff are invited (`esmero staff create`) and cannot sign up."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """Return the subject without a prefix: the sender already names the installation."""
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail in the reader's language. Raises NoRelay if no brand has a relay."""
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
            note("staff.password-changed", by=user, subject=user)
