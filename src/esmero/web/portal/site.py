"""Keep the customer area apart from the console: its own URLs, cookies, sessions and users (docs/decisions/0022)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.http.request import split_domain_port
from django.utils import timezone, translation

from esmero.accounts.links import AREA
from esmero.house.models import User
from esmero.house.sign_in.kinds import UserKind, current_kind, serving
from esmero.web.portal.places import list_area_tabs
from esmero.web.shells.host_brands import find_brand_of_area

PREFIX = "area_"
URLCONF = "esmero.web.portal.urls"

type Answer = Callable[[HttpRequest], HttpResponseBase]


def is_for_customers(request: HttpRequest) -> bool:
    """Return whether a request is for the customer area: by its host, or without such a host by its path."""
    if settings.CUSTOMER_HOST:
        return split_domain_port(request.get_host())[0] == settings.CUSTOMER_HOST
    return request.path.startswith(AREA)


class SiteMiddleware:
    """Decide which kind of users a request serves, and hide the cookies of the other kind.

    Cookies of the area have names of their own and the area's path; inside, Django and the libraries know them by the
    usual names. A cookie of the console is not read in the area, nor the other way round.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_for_customers(request):
            with serving(UserKind.STAFF):
                return self._answer(request)
        request.urlconf = URLCONF
        for name in _names():
            request.COOKIES.pop(name, None)
            if PREFIX + name in request.COOKIES:
                request.COOKIES[name] = request.COOKIES.pop(PREFIX + name)
        with serving(UserKind.CUSTOMER):
            response = self._answer(request)
        for name in _names():
            if name in response.cookies:
                _rename(response, name)
        return response


class CustomerLanguageMiddleware:
    """Activate the language that a customer chose on a page, else that of their account, else the browser's."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if current_kind() != UserKind.CUSTOMER:
            return self._answer(request)
        chosen = request.GET.get("lang", "")
        chosen = chosen if chosen in dict(settings.LANGUAGES) else ""
        if isinstance(request.user, User):
            timezone.activate(request.user.timezone)
            if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
                translation.activate(request.user.language)
        if chosen:
            translation.activate(chosen)
        response = self._answer(request)
        if chosen:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, samesite="Lax", secure=settings.ESMERO.secure)
        return response


def describe_area(request: HttpRequest) -> dict[str, Any]:
    """Return the facts that templates shared with the console need in the area (context processor)."""
    if getattr(request, "urlconf", None) != URLCONF:
        return {}
    account = getattr(request, "customer_account", None)
    brand = account.brand if account is not None else find_brand_of_area(request)
    return {
        "in_area": True,
        "brand": brand,
        "languages": settings.LANGUAGES,
        "door_shell": "shell/area.html",
        "area_places": list_area_tabs(request),
    }


def _names() -> tuple[str, ...]:
    # "messages" is the name that Django gives its cookie of messages.
    return (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages")


def _rename(response: HttpResponseBase, name: str) -> None:
    morsel = response.cookies.pop(name)
    morsel.set(PREFIX + name, morsel.value, morsel.coded_value)
    morsel["path"] = AREA
    response.cookies[PREFIX + name] = morsel
