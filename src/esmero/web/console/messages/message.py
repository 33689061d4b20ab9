"""Show one message to staff: verdict rule by rule, delivery events, and inbound mail about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.campaigns.models import Campaign
from esmero.mailroom.models import Inbound
from esmero.mailroom.planning.explanation import explain
from esmero.mailroom.sending.manual_retry import try_message_again
from esmero.outbox.models import Message, MessageEvent
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show
from esmero.web.parts.labels.objection_facts import describe_objection
from esmero.web.parts.labels.states import (
    EVENT,
    SIGNS,
    UNSUBSCRIBE_REASON,
    describe_machine_signs,
    describe_pass,
    label_meaning,
    label_objection,
)

EVENTS = 200


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
            "person__address", "dispatch__brand", "dispatch__topic__purpose", "dispatch__version"
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
    )


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
