"""Restrict pages of the customer area to customers with an open account, and lasting changes to a fresh sign-in."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from esmero.accounts.models import CustomerAccount
from esmero.accounts.opening import find_account
from esmero.house.sign_in.kinds import UserKind, current_kind

# Pages by which whoever sits at an open session could keep the account.
_LASTING = frozenset({"account_email"})
_FACTORS = "mfa_"
_HARMLESS = frozenset({"mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"})

type AccountView = Callable[Concatenate[HttpRequest, CustomerAccount, ...], HttpResponseBase]


def requires_account(view: AccountView) -> Callable[..., HttpResponseBase]:
    """Call the view with the account of the signed-in customer; others go to the sign-in page."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return view(request, request.customer_account, *args, **kwargs)  # type: ignore[attr-defined]

    return guarded


class CustomerAccountMiddleware:
    """Sign out whoever is signed in to the area without an open account: also pages of the library assume one.

    Lasting changes want a fresh sign-in of accounts that have neither password nor factor, too: the library trusts
    these, because it has nothing to ask them for.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if current_kind() == UserKind.CUSTOMER and request.user.is_authenticated:
            account = find_account(request.user)
            if account is None:  # closed, or its person is no longer known
                logout(request)
                # No URL was resolved yet, so that a name alone would lead to the console.
                return redirect(reverse("account_login", urlconf=request.urlconf))
            request.customer_account = account  # type: ignore[attr-defined]
        return self._answer(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseBase | None:
        """Lead to the sign-in by a link first, where it was too long ago."""
        name = request.resolver_match.url_name or "" if request.resolver_match else ""
        lasting = name in _LASTING or (name.startswith(_FACTORS) and name not in _HARMLESS)
        if not lasting or not hasattr(request, "customer_account") or get_reauthentication_flows(request.user):
            return None
        records = get_authentication_records(request, request.user)
        if any(time.time() - one["at"] < app_settings.REAUTHENTICATION_TIMEOUT for one in records):
            return None
        messages.info(request, _("Please sign in once more by a link first."))
        return redirect("area-ask-for-link")
