"""Explain to a recipient why they got a message: permission, reason, rules, and both opt-outs."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from esmero.content.models import TemplateText
from esmero.mailroom.arriving.unsubscription import is_unsubscribed
from esmero.mailroom.composing.compiled_templates import pick
from esmero.mailroom.planning.explanation import explain
from esmero.outbox.models import Message
from esmero.rendering.tokens import TokenPurpose
from esmero.web.public.labels import mask
from esmero.web.public.visit_token import TokenVisit, requires_token
from esmero.web.public.why_answers import list_why_answers, tell_sending


@require_safe
@requires_token(TokenPurpose.WHY)
def why(request: HttpRequest, visit: TokenVisit) -> HttpResponse:
    """Show the ledger's facts about one message to the holder of its token."""
    message, dispatch = visit.message, visit.message.dispatch
    found = explain(message)
    language = get_language() or visit.brand.language
    subject = _find_subject(message) or (pick(dispatch.topic.name, language) if dispatch.topic else "")
    left = is_unsubscribed(message)
    return visit.show(
        request,
        "public/why.html",
        sending=tell_sending(subject=subject, address=mask(message.address), at=message.sent_at),
        answers=list_why_answers(
            found,
            reason=pick(dispatch.reason, language),
            is_known=visit.person is not None,
            left=left,
            data=visit.path(TokenPurpose.PREFERENCES, below="/data"),
            shared=visit.share(),
        ),
        left=left,
        preferences=visit.path(TokenPurpose.PREFERENCES),
        unsubscribe=visit.path(TokenPurpose.UNSUBSCRIBE),
    )


def _find_subject(message: Message) -> str:
    """Return the subject if it is the same for everybody; a personalised one was not stored."""
    texts = TemplateText.objects.filter(version=message.dispatch.version_id, language=message.language)
    subject = texts.values_list("subject", flat=True).first() or ""
    return "" if "{" in subject else subject
