"""Show what was refused as a note on the page that the reader came from: the one handler of refusals in the console.

A view lets a refusal out, unless it belongs to a field of its form.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from esmero.refusal import Refusal
from esmero.web.refusals.say import say

_OURS = ("/console/", "/accounts/")


class RefusalMiddleware:
    """Answer a refusal that escapes from a view of the console or of the pages of staff accounts."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._answer(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Send the reader back with a note after a form; answer any other request with the text itself."""
        if not isinstance(exception, Refusal) or not request.path.startswith(_OURS):
            return None
        if not request.user.is_authenticated:  # the facts of a refusal are for staff alone
            return None
        words = say(exception)
        if request.headers.get("HX-Request") == "true":  # a fragment has no page to go back to
            return render(request, "refusal.html#note", {"words": words}, status=exception.status)
        if request.method != "POST":  # going back could lead here again
            return render(request, "refusal.html", {"words": words}, status=exception.status)
        messages.error(request, words)
        return redirect(find_way_back(request))


def find_way_back(request: HttpRequest) -> str:
    """Return the address of the page with the form; without a referrer, that of the nearest page above."""
    here = request.headers.get("Referer", "")
    if here and url_has_allowed_host_and_scheme(
        here, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return urlsplit(here)._replace(scheme="", netloc="").geturl()
    above = request.path.rstrip("/")
    while "/" in above:
        above = above.rpartition("/")[0]
        try:
            resolve(f"{above}/")
        except Resolver404:
            continue
        return f"{above}/"
    return reverse("console:today")
