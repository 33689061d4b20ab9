"""Adapt allauth's sign-in forms: consistent labels, no placeholder that repeats a label."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

from esmero.house.sign_in.kinds import UserKind, current_kind

# Texts of allauth listed for translation here; gettext prefers this project's catalogue.
_OURS = (_("Use a security key"), _("Use your password"), _("Use authenticator app or code"), _("Remember Me"))


class _Plain(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        for name in ("login", "email"):
            if name in self.fields:
                self.fields[name].label = _("Email")


class SignInForm(_Plain, account.LoginForm):  # type: ignore[misc]
    """Sign a user in; the link for a forgotten password is below the button."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        login = self.fields["login"].widget
        if current_kind() == UserKind.CUSTOMER:
            self.fields["login"].label = _("User name or email")
            login.attrs |= {"autocomplete": "username", "autocapitalize": "none"}
        else:
            login.input_type = "email"  # staff have no user names


class ResetPasswordForm(_Plain, account.ResetPasswordForm):  # type: ignore[misc]
    """Request a link for a new password."""


class NewPasswordForm(_Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """Set a new password, entered twice."""


class ChangePasswordForm(_Plain, account.ChangePasswordForm):  # type: ignore[misc]
    """Change the password; requires the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class ReauthenticateForm(_Plain, account.ReauthenticateForm):  # type: ignore[misc]
    """Confirm the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class SecondFactorForm(_Plain, mfa.AuthenticateForm):  # type: ignore[misc]
    """Enter the six digits of an authenticator app, or a recovery code."""


class SecondFactorAgainForm(_Plain, mfa.ReauthenticateForm):  # type: ignore[misc]
    """Confirm the six digits."""


class ActivateAppForm(_Plain, totp.ActivateTOTPForm):  # type: ignore[misc]
    """Confirm an authenticator app with its first six digits."""


class AddKeyForm(_Plain, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """Add a passkey or a security key; a passkey may replace the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        alone = self.fields["passwordless"]
        alone.label = _("It opens the door alone, without a password")
        alone.help_text = _("It then asks for your fingerprint, your face or its PIN each time.")


class RenameKeyForm(_Plain, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Rename a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
