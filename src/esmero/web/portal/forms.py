"""Define the forms of the customer area."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from esmero.accounts.models import CustomerAccount


class LinkForm(forms.Form):
    """Ask for a link by mail."""

    login = forms.CharField(
        label=_("User name or email"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class CodeForm(forms.Form):
    """Enter the six digits of the mail."""

    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class FirstPasswordForm(forms.Form):
    """Choose a password, entered once: the browser shows and keeps it."""

    password = forms.CharField(
        label=_("New password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def __init__(self, *args: Any, account: CustomerAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._account = account

    def clean_password(self) -> str:
        """Return a password that passes the validators of the house."""
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password, self._account.user)
        return password


class NewEmailForm(forms.Form):
    """Name a new address to sign in with."""

    email = forms.EmailField(label=_("New address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
