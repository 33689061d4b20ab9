"""Serve the unsubscribe page: one button, no sign-in; GET changes nothing."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from esmero.mailroom.arriving.unsubscription import (
    is_unsubscribed,
    may_undo,
    undo_unsubscription,
    unsubscribe_by_message,
)
from esmero.mailroom.composing.compiled_templates import pick
from esmero.rendering.tokens import TokenPurpose
from esmero.web.public.labels import REASONS
from esmero.web.public.visit_token import TokenVisit, requires_token


@require_http_methods(["GET", "HEAD", "POST"])
@requires_token(TokenPurpose.UNSUBSCRIBE)
def unsubscribe(request: HttpRequest, visit: TokenVisit) -> HttpResponse:
    """Show the state of the ledger, withdraw by the button, and offer to undo it."""
    message, now = visit.message, timezone.now()
    undo = _("I do want these messages by e-mail after all.")
    if request.method == "POST":
        if visit.person is None:  # a test message, or an erased person
            return HttpResponseRedirect(visit.path(TokenPurpose.UNSUBSCRIBE))
        act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
        if act == "leave":
            unsubscribe_by_message(message, at=now, source="page", reason=reason if reason in REASONS else "")
        elif act == "undo":
            undo_unsubscription(message, at=now, wording=undo)
        return HttpResponseRedirect(visit.path(TokenPurpose.UNSUBSCRIBE))
    topic = message.dispatch.topic
    return visit.show(
        request,
        "public/unsubscribe.html",
        topic=pick(topic.name, get_language() or message.language) if topic else "",
        left=is_unsubscribed(message),
        undo=undo if may_undo(message, at=now) else "",
        reasons=REASONS.items(),
        preferences=visit.path(TokenPurpose.PREFERENCES),
    )
