"""Restrict console pages by right, and set the user's language and time zone."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from esmero.house.models import User
from esmero.house.rights import Right
from esmero.house.roles import may
from esmero.house.team import needs_two_factor

# Recovery codes alone are no second factor: they only replace one that is lost.
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]

type View = Callable[..., HttpResponseBase]


class NoBrand(Exception):
    """Report that a page needs a brand and there is none yet; `requires` answers with the way to Today."""


def requires(right: Right = "house.read") -> Callable[[View], View]:
    """Allow a view only to users who have this right.

    Others get 403; anonymous users go to the sign-in page. Where a second factor is mandatory, users without one go
    to its setup page.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = staff(request)
            if not may(user, right):
                raise PermissionDenied
            if needs_two_factor() and not is_mfa_enabled(user, types=SECOND_FACTORS):
                messages.warning(request, _("Everybody here needs a second factor. Set yours up now."))
                return redirect("mfa_index")
            translation.activate(user.language)
            timezone.activate(ZoneInfo(user.timezone))
            try:
                return view(request, *args, **kwargs)
            except NoBrand:
                return redirect("console:today")

        return guarded

    return decorate


def staff(request: HttpRequest) -> User:
    """Return the signed-in user; only for views guarded by `requires`."""
    return cast("User", request.user)
