"""The forms of the sign-in: allauth's, with one name for each thing, and no example inside a field that its label names."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

# What allauth says itself, in our words: gettext takes ours first.
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
    """Who signs in; the way for a forgotten password stands below the button."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class ResetPasswordForm(_Plain, account.ResetPasswordForm):  # type: ignore[misc]
    """Where the link for a new password goes."""


class NewPasswordForm(_Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password, twice."""


class ChangePasswordForm(_Plain, account.ChangePasswordForm):  # type: ignore[misc]
    """The old password and the new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class ReauthenticateForm(_Plain, account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class SecondFactorForm(_Plain, mfa.AuthenticateForm):  # type: ignore[misc]
    """The six digits, or a recovery code."""


class SecondFactorAgainForm(_Plain, mfa.ReauthenticateForm):  # type: ignore[misc]
    """The six digits once more."""


class ActivateAppForm(_Plain, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first six digits of an app."""


class AddKeyForm(_Plain, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A passkey or a security key, and whether it opens the door alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        alone = self.fields["passwordless"]
        alone.label = _("It opens the door alone, without a password")
        alone.help_text = _("It then asks for your fingerprint, your face or its PIN each time.")


class RenameKeyForm(_Plain, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """What a key is called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
