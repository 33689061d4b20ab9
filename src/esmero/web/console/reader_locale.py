"""Activate a staff member's language and time zone on all pages, including sign-in and 404 pages."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from esmero.house.models import User

_OURS = ("/console/", "/accounts/")


class ReadingMiddleware:
    """Activate the language of a signed-in user.

    Placed after Django's LocaleMiddleware, because the stored choice overrides that of the browser.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        timezone.deactivate()  # threads are reused: clear the zone of an earlier request
        if request.path.startswith(_OURS) and isinstance(request.user, User):
            translation.activate(request.user.language)
            timezone.activate(ZoneInfo(request.user.timezone))
        return self._answer(request)
