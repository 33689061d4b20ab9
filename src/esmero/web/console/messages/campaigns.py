"""Campaigns: from a draft through the dry run to the sending, and what came of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.campaigns.lifecycle import (
    NotNow,
    begin_dry_run,
    cancel_campaign,
    change_campaign,
    create_campaign,
    pause_campaign,
    resume_campaign,
    start_campaign,
)
from esmero.campaigns.models import Campaign
from esmero.campaigns.queries import (
    count_acts,
    count_clicks,
    count_refusals,
    list_audience,
    list_campaigns,
    measure_progress,
)
from esmero.dossier.segments import select_persons
from esmero.house.queries import list_audit
from esmero.mailroom.rehearsal import send_test
from esmero.outbox.queries import count_by_receiver, list_messages
from esmero.outbox.relays import NoRelay
from esmero.people.segments import SegmentFault
from esmero.web.console.access import requires, staff
from esmero.web.console.messages.campaign_form import CampaignForm
from esmero.web.console.messages.funnel import build_funnel, sort_reasons
from esmero.web.console.page import read_brand, show, show_part, wants_part
from esmero.web.parts.paging import cut_page, read_key

PAGE = 50
_ACTS = {
    "check": begin_dry_run,
    "start": start_campaign,
    "pause": pause_campaign,
    "resume": resume_campaign,
    "cancel": cancel_campaign,
}
_TABS = ("overview", "people", "message", "record")
# What moves by itself, so that the page asks for it again.
LIVE = frozenset({"checking", "planning", "running"})


@requires()
def campaigns(request: HttpRequest) -> HttpResponse:
    """Show a page of the brand's campaigns."""
    brand = read_brand(request)
    key = read_key(request.GET.get("after"), kinds=(int,))
    rows = list_campaigns(brand=brand, before=int(key[0]) if key else None, limit=PAGE + 1) if brand else []
    page = cut_page(rows, size=PAGE, key=lambda one: (one.pk,))
    progress = measure_progress(page.rows, at=timezone.now())
    with_progress = [(one, progress.get(one.pk)) for one in page.rows]
    return show(
        request, "console/messages/campaigns.html", subject="campaigns", rows=with_progress, following=page.following
    )


@requires("campaigns.write")
def edit_campaign(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make a campaign, or change a draft."""
    changed = get_object_or_404(Campaign, pk=pk) if pk else None
    brand = changed.brand if changed else read_brand(request)
    if brand is None:
        return redirect("console:today")
    form = CampaignForm(request.POST or None, brand=brand, campaign=changed)
    if request.method == "POST" and form.is_valid():
        try:
            if changed:
                kept = change_campaign(changed, by=staff(request), **form.facts())
            else:
                kept = create_campaign(brand=brand, by=staff(request), **form.facts())
        except NotNow as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("console:campaign", pk=kept.pk)
    return show(request, "console/messages/campaign_form.html", subject="campaigns", form=form, campaign=changed)


@requires()
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a campaign; htmx asks for its live part again while something moves."""
    shown = get_object_or_404(
        Campaign.objects.select_related("brand", "topic__purpose", "segment", "version__template", "job", "dispatch"),
        pk=pk,
    )
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in _TABS else "overview"
    if wants_part(request) and request.GET.get("was") != shown.state:
        return HttpResponse(headers={"HX-Refresh": "true"})
    live = _live(shown)
    if wants_part(request):
        return show_part(request, "console/messages/campaign_live.html", campaign=shown, tab=tab, **live)
    return show(
        request,
        f"console/messages/campaign_{tab}.html",
        subject="campaigns",
        campaign=shown,
        tab=tab,
        **live,
        **_TAB_FACTS[tab](request, shown),
    )


@require_POST
@requires("campaigns.start")
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a campaign on its way: check, start, pause, resume, cancel."""
    moved = get_object_or_404(Campaign.objects.select_related("brand", "topic__purpose", "version", "job"), pk=pk)
    move = _ACTS.get(request.POST.get("act", ""))
    if move is not None:
        try:
            move(moved, by=staff(request))
        except (NotNow, NoRelay) as refusal:
            messages.error(request, str(refusal))
    return redirect("console:campaign", pk=pk)


@require_POST
@requires("campaigns.write")
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the campaign's message to one address of our own, as the first person of its segment would see it."""
    tested = get_object_or_404(Campaign.objects.select_related("brand", "topic__purpose", "version", "segment"), pk=pk)
    try:
        person = select_persons(tested.segment.conditions).first() if tested.segment else None
        message = send_test(
            tested,
            to=request.POST.get("to", ""),
            by=staff(request),
            person=person,
            language=request.POST.get("language", ""),
        )
    except (NotNow, NoRelay, SegmentFault) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The test is on its way to %(address)s.") % {"address": message.address})
    return redirect(f"{reverse('console:campaign', args=[pk])}?tab=message")


def _live(shown: Campaign) -> dict[str, Any]:
    """Gather what changes while the campaign moves: progress, funnel, reasons."""
    progress = measure_progress([shown], at=timezone.now()).get(shown.pk)
    acts = count_acts(shown) if shown.dispatch_id else {}
    planned = progress is not None and sum(progress.states.values()) > 0 and shown.state != Campaign.State.PLANNING
    reasons = count_refusals(shown) if planned else _dry_run_reasons(shown)
    dry = int(shown.counts.get("go", 0)) + int(shown.counts.get("wait", 0))
    to_get = progress.total + progress.states.get("cancelled", 0) if planned and progress else dry
    return {
        "progress": progress if planned else None,
        "reasons": sort_reasons(reasons),
        "to_get": to_get,
        "left_out": sum(reasons.values()),
        "waits": int(shown.counts.get("wait", 0)),
        "funnel": build_funnel(reasons=reasons, to_get=to_get, progress=progress if planned else None, acts=acts),
        "moving": shown.state in LIVE,
    }


def _dry_run_reasons(shown: Campaign) -> dict[str, int]:
    besides = {"audience", "go", "wait", "promotion"}
    return {code: int(number) for code, number in shown.counts.items() if code not in besides}


def _overview(_request: HttpRequest, shown: Campaign) -> dict[str, Any]:
    if shown.dispatch_id is None:
        return {"receivers": [], "clicks": []}
    return {"receivers": count_by_receiver(dispatch=shown.dispatch_id), "clicks": count_clicks(shown)}


def _people(request: HttpRequest, shown: Campaign) -> dict[str, Any]:
    code, state = request.GET.get("reason", ""), request.GET.get("state", "")
    key = read_key(request.GET.get("after"), kinds=(int,))
    after = int(key[0]) if key else None
    if shown.dispatch_id is None:
        members = list_audience(shown, first=code, after=after, limit=PAGE + 1)
        return {"members": cut_page(members, size=PAGE, key=lambda one: (one.pk,)), "code": code}
    rows = list_messages(dispatch=shown.dispatch_id, state=state, code=code, after=after, limit=PAGE + 1)
    return {"page": cut_page(rows, size=PAGE, key=lambda one: (one.pk,)), "code": code, "chosen": state}


def _message(_request: HttpRequest, shown: Campaign) -> dict[str, Any]:
    return {"texts": list(shown.version.texts.order_by("language")) if shown.version else []}


def _record(_request: HttpRequest, shown: Campaign) -> dict[str, Any]:
    return {"entries": list_audit(shown)}


_TAB_FACTS = {"overview": _overview, "people": _people, "message": _message, "record": _record}
