"""Restrict pages of the customer area to customers with an open account."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from esmero.accounts.models import CustomerAccount
from esmero.accounts.opening import find_account

type AccountView = Callable[Concatenate[HttpRequest, CustomerAccount, ...], HttpResponseBase]


def requires_account(view: AccountView) -> Callable[..., HttpResponseBase]:
    """Call the view with the account of the signed-in customer; others go to the sign-in page."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        account = find_account(request.user)
        if account is None:  # closed, or its person is no longer known
            logout(request)
            return redirect("account_login")
        request.customer_account = account  # type: ignore[attr-defined]
        return view(request, account, *args, **kwargs)

    return guarded
