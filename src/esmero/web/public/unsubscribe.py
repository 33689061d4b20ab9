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
    left = is_unsubscribed(message)
    topic_name = pick(topic.name, get_language() or message.language) if topic else ""
    title, lead = tell_state(visit.brand.name, topic=topic_name, left=left, is_known=visit.person is not None)
    return visit.show(
        request,
        "public/unsubscribe.html",
        title=title,
        lead=lead,
        left=left,
        undo=undo if may_undo(message, at=now) else "",
        reasons=REASONS.items(),
        preferences=visit.path(TokenPurpose.PREFERENCES),
    )


def tell_state(brand: str, *, topic: str, left: bool, is_known: bool) -> tuple[str, str]:
    """Return title and lead; `topic` is "" for all advertising, `left` after unsubscribing."""
    if not is_known:
        lead = _("There is nothing to set: we know nobody, or nobody any more, to whom this message went.")
        return _("Unsubscribe"), lead
    if left:
        title = _("You will get no more of these")
        lead = (
            _("%(brand)s no longer writes to you about “%(topic)s”. This holds from now on.")
            if topic
            else _("%(brand)s no longer sends you advertising. This holds from now on.")
        )
    else:
        title = _("Do you want no more of these messages?")
        lead = (
            _(
                "%(brand)s will no longer write to you about “%(topic)s”. What belongs to your contract still reaches "
                "you."
            )
            if topic
            else _("%(brand)s will no longer send you advertising. What belongs to your contract still reaches you.")
        )
    return title, lead % {"brand": brand, "topic": topic}
