"""Who may open a page of the console, and in which language and time zone they read it: their own."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from esmero.house.models import User
from esmero.house.roles import may

type View = Callable[..., HttpResponseBase]


def requires(permission: str = "house.read") -> Callable[[View], View]:
    """Let in whose role carries this permission; others get 403, and whoever is signed out the sign-in page."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = staff(request)
            if not may(user, permission):
                raise PermissionDenied
            translation.activate(user.language)
            timezone.activate(ZoneInfo(user.timezone))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def staff(request: HttpRequest) -> User:
    """Return who is signed in; only for views that `requires` guards."""
    return cast("User", request.user)
