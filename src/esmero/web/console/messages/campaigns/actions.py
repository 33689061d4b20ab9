"""Serve the actions of a campaign: state changes, retry, copy, test send, goal."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.campaigns.lifecycle import (
    begin_dry_run,
    cancel_campaign,
    duplicate_campaign,
    pause_campaign,
    resume_campaign,
    retry_failed,
    set_goal,
    start_campaign,
)
from esmero.campaigns.models import Campaign
from esmero.dossier.segments.selection import select_persons
from esmero.mailroom.checking.test_send import send_test
from esmero.mailroom.composing.goal_links import list_targets
from esmero.people.segments.values import SegmentFault
from esmero.web.console.access import requires, staff
from esmero.web.console.undo.toast import offer_undo

_ACTIONS = {
    "check": begin_dry_run,
    "start": start_campaign,
    "pause": pause_campaign,
    "resume": resume_campaign,
    "cancel": cancel_campaign,
    "retry": retry_failed,
}


@require_POST
@requires("campaigns.start")
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a campaign's state: check, start, pause, resume, cancel, retry failed messages."""
    moved = get_object_or_404(Campaign.objects.select_related("brand", "topic__purpose", "version", "job"), pk=pk)
    move = _ACTIONS.get(request.POST.get("act", ""))
    if move is not None:
        move(moved, by=staff(request))
    return redirect("console:campaign", pk=pk)


@require_POST
@requires("campaigns.write")
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy a campaign into a new draft, and open it for editing."""
    copied = get_object_or_404(Campaign.objects.select_related("brand", "topic", "version", "segment"), pk=pk)
    copy = duplicate_campaign(copied, by=staff(request))
    messages.success(request, _("“%(name)s” is a draft of its own.") % {"name": copy.name})
    return redirect("console:campaign-edit", pk=copy.pk)


@require_POST
@requires("campaigns.write")
def goal(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the goal of a campaign: a link of its template, or a reply; a toast offers undo."""
    changed = get_object_or_404(Campaign.objects.select_related("version"), pk=pk)
    targets = list_targets(changed.version) if changed.version else []
    before, chosen = changed.goal, request.POST.get("goal", "")
    wanted: dict[str, Any] = {"reply": True} if chosen == "reply" else {"link": chosen} if chosen else {}
    set_goal(changed, goal=wanted, targets=targets, by=staff(request))
    words = _("The campaign has a goal now.") if wanted else _("The campaign has no goal any more.")
    offer_undo(request, words, kind="goal", campaign=pk, goal=before)
    return redirect("console:campaign", pk=pk)


@require_POST
@requires("campaigns.write")
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the campaign's message to a staff address, rendered for the first person of its segment."""
    tested = get_object_or_404(Campaign.objects.select_related("brand", "topic__purpose", "version", "segment"), pk=pk)
    try:
        person = select_persons(tested.segment.conditions).first() if tested.segment else None
    except SegmentFault as fault:
        messages.error(request, str(fault))
        return redirect(f"{reverse('console:campaign', args=[pk])}?tab=message")
    message = send_test(
        tested,
        to=request.POST.get("to", ""),
        by=staff(request),
        person=person,
        language=request.POST.get("language", ""),
    )
    messages.success(request, _("The test is on its way to %(address)s.") % {"address": message.address})
    return redirect(f"{reverse('console:campaign', args=[pk])}?tab=message&test={message.pk}")
