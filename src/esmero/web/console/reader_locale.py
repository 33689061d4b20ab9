"""In which language and zone staff read every page of theirs, also those of the sign-in and what says that nothing is there."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from esmero.house.models import User

_OURS = ("/console/", "/accounts/")


class ReadingMiddleware:
    """Stands behind Django's for the browser's language: whoever has signed in has said which one they read."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        timezone.deactivate()  # of whoever asked before, by this thread
        if request.path.startswith(_OURS) and isinstance(request.user, User):
            translation.activate(request.user.language)
            timezone.activate(ZoneInfo(request.user.timezone))
        return self._answer(request)
