"""Answer a refusal on a public page by one plain page: the one handler of refusals outside the console."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from esmero.refusal import Refusal
from esmero.web.public.visit_token import FOR_VISITORS, show_refusal
from esmero.web.shells.host_brands import find_brand


class PublicRefusalMiddleware:
    """Answer a refusal that escapes from a view; the console's middleware has answered those of its own pages."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._answer(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer in the name of the brand whose host was requested; other exceptions end on the page of our faults."""
        if isinstance(exception, Refusal) and exception.code in FOR_VISITORS:
            return show_refusal(request, exception, brand=find_brand(request))
        return None
