"""Show one message to staff: verdict rule by rule, delivery events, and inbound mail about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from esmero.campaigns.models import Campaign
from esmero.mailroom.composing.sent_copy import SentCopy, has_copy, show_copy
from esmero.mailroom.models import Inbound
from esmero.mailroom.planning.explanation import explain
from esmero.mailroom.sending.manual_retry import try_message_again
from esmero.outbox.letters.numbers import write_number
from esmero.outbox.models import Message, MessageAttachment, MessageEvent
from esmero.outbox.posting.decisions import approve_held, cancel_posted
from esmero.outbox.posting.kinds import SECRET
from esmero.people.models import Channel
from esmero.rendering.templates.problem import TemplateFault
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show
from esmero.web.files.serving import serve_stored
from esmero.web.labels.messages import EVENT, describe_machine_signs, describe_pass, label_objection
from esmero.web.labels.objection_facts import describe_objection
from esmero.web.labels.people import UNSUBSCRIBE_REASON
from esmero.web.labels.returns import LETTER_RETURN, SIGNS, label_meaning
from esmero.web.parts.content_security_policies import PREVIEW_CSP

EVENTS = 200
_CANCELLABLE = (Message.State.PLANNED, Message.State.WAITING, Message.State.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """Hold the result of one rule, with the facts of an objection."""

    code: str
    words: str
    objects: bool
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEventEntry:
    """Describe one event for display, with the inbound mail that reported it."""

    at: Any
    look: str
    words: str
    note: str
    inbound: int | None


@requires()
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a message: each rule's verdict with its facts, the permission used, and its events."""
    shown = get_object_or_404(
        Message.objects.select_related(
            "person__address", "dispatch__brand", "dispatch__topic__purpose", "dispatch__version", "print_batch"
        ),
        pk=pk,
    )
    why = explain(shown)
    campaign = Campaign.objects.filter(dispatch=shown.dispatch_id).first()
    events = list(shown.events.select_related("link").order_by("-at", "-id")[:EVENTS])
    arrivals = Inbound.objects.filter(message=shown).order_by("-received_at")[:20]
    return show(
        request,
        "console/messages/message.html",
        subject="campaigns",
        message=shown,
        campaign=campaign,
        why=why,
        rules=_rule_answers(why.rules, shown),
        events=[_describe_event(event) for event in events],
        arrivals=list(arrivals),
        copy=None if shown.channel == Channel.POST else _show_copy(shown),
        number=write_number(shown.pk),
        letter_words=_("The letter as it was printed (PDF)")
        if shown.print_batch
        else _("The letter as it would be printed now (PDF)"),
        has_letter=has_copy(shown),
        is_secret=shown.kind in SECRET,
        can_cancel=bool(shown.kind) and shown.state in _CANCELLABLE,
    )


def _show_copy(shown: Message) -> SentCopy | None:
    """Return the content, None if it cannot be shown."""
    if not has_copy(shown):
        return None
    try:
        return show_copy(shown)
    except TemplateFault:
        return None


@require_safe
@requires()
@xframe_options_sameorigin
@csp_override(PREVIEW_CSP)
def copy_frame(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001
    """Return the HTML of a message alone, for the iframe."""
    copy = _show_copy(get_object_or_404(Message.objects.select_related("dispatch__brand", "dispatch__topic"), pk=pk))
    if copy is None or not copy.html:
        raise Http404
    return HttpResponse(copy.html)


@require_safe
@requires()
def attachment(request: HttpRequest, pk: int, position: int) -> HttpResponseBase:
    """Return an attached file as a download, whatever its type: it is never shown in a page of ours."""
    attached = get_object_or_404(MessageAttachment.objects.select_related("file"), message=pk, position=position)
    return serve_stored(request, attached.file, permission="files.read", name=attached.name)


@require_POST
@requires("campaigns.start")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a held message leave."""
    held = get_object_or_404(Message, pk=pk)
    if approve_held(held, by=staff(request), now=timezone.now()):
        messages.success(request, _("It leaves now, if the gate lets it."))
    else:
        messages.error(request, _("This message is no longer held: somebody else has decided."))
    return redirect("console:message", pk=pk)


@require_POST
@requires("campaigns.start")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a single message that has not left."""
    waiting = get_object_or_404(Message, pk=pk)
    if cancel_posted(waiting, by=staff(request)):
        messages.success(request, _("The message is cancelled. Nobody gets it."))
    else:
        messages.error(request, _("It is too late to cancel this message: it is leaving, or has left."))
    return redirect("console:message", pk=pk)


@require_POST
@requires("work.retry")
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Retry one message now: one that waits for its next attempt, or one that was given up."""
    tried = get_object_or_404(Message, pk=pk)
    try_message_again(tried, by=staff(request))
    messages.success(request, _("It goes again at once, if the gate still lets it."))
    return redirect("console:message", pk=pk)


def _rule_answers(rules: tuple[str, ...], shown: Message) -> list[RuleAnswer]:
    """Pair each applicable rule with its result; the verdict stores the codes of objecting rules only."""
    objections: Mapping[str, Mapping[str, Any]] = shown.objections or {}
    said = {code.partition(":")[0]: code for code in shown.verdict.split()}
    return [
        RuleAnswer(
            code=code,
            words=label_objection(code) if code in said else describe_pass(code),
            objects=code in said,
            facts=describe_objection(code, objections.get(code, {})) if code in said else "",
        )
        for code in dict.fromkeys([*rules, *said])
    ]


def _describe_event(event: MessageEvent) -> MessageEventEntry:
    word = EVENT.get(event.kind)
    facts = event.facts
    if event.kind == MessageEvent.Kind.CLICKED and event.machine:
        words, look = _("A machine opened a link"), "plain"
    else:
        words, look = (str(word.text), word.look) if word else (event.kind, "plain")
    meaning = label_meaning(facts["meaning"]) if facts.get("meaning") else ""
    details = [
        meaning,
        LETTER_RETURN.get(facts.get("letter", ""), ""),
        facts.get("status", ""),
        facts.get("text", ""),
        facts.get("subject", ""),
        event.link.url if event.link else "",
        str(SIGNS["hook:only-one"]) if facts.get("guessed") else "",
        describe_machine_signs(facts, machine=event.machine) if event.kind == MessageEvent.Kind.CLICKED else "",
        UNSUBSCRIBE_REASON.get(str(facts.get("reason", "")), ""),
    ]
    return MessageEventEntry(
        at=event.at,
        look=look,
        words=words,
        note=" · ".join(str(one) for one in details if one),
        inbound=facts.get("inbound"),
    )
