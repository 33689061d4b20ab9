"""Open a signed page to the holder of its grant. GET and HEAD never act: mail gateways fetch every link."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from esmero.grants.granting import GrantRefused, read_grant
from esmero.grants.models import Grant
from esmero.grants.purposes import GrantPurpose
from esmero.people.persons.spoken_languages import pick_spoken
from esmero.web.signed_pages.old_links import SendAgain, answer_old_link, keep_private

type GrantView = Callable[[HttpRequest, Grant], HttpResponse]


def requires_grant(
    purpose: GrantPurpose, *, again: SendAgain | None = None, spent: GrantView | None = None
) -> Callable[[GrantView], Callable[[HttpRequest, str], HttpResponse]]:
    """Restrict a view to holders of an open grant; all others get the page of old links.

    The view acts on POST alone, within `spend`; where another request was faster, that raises GrantRefused and the
    answer is the same page. `again` sends another link in place of a genuine old one. `spent` shows the holder of a
    spent link the outcome of the act, until the link expires.
    """

    def decorate(view: GrantView) -> Callable[[HttpRequest, str], HttpResponse]:
        @require_http_methods(["GET", "HEAD", "POST"])
        @never_cache
        @sensitive_post_parameters()
        @wraps(view)
        def guarded(request: HttpRequest, token: str) -> HttpResponse:
            now = timezone.now()
            try:
                grant = read_grant(token, purpose=purpose, at=now)
                with translation.override(_choose_language(request, grant)):
                    return keep_private(view(request, grant))
            except GrantRefused as refused:
                if spent is not None and refused.grant is not None and _is_done(refused.grant, at=now):
                    with translation.override(_choose_language(request, refused.grant)):
                        return keep_private(spent(request, refused.grant))
                with translation.override(_choose_language(request, refused.grant)):
                    return answer_old_link(request, grant=refused.grant, again=again, at=now)

        return guarded

    return decorate


def _is_done(grant: Grant, *, at: datetime) -> bool:
    return grant.uses > 0 and grant.revoked_at is None and grant.expires_at > at


def _choose_language(request: HttpRequest, grant: Grant | None) -> str:
    chosen = request.GET.get("lang", "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return pick_spoken(grant.language if grant is not None else "", translation.get_language() or "")
