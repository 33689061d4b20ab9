"""Serve a campaign's pages: draft, dry run, sending and results."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from esmero.campaigns.lifecycle import change_campaign, create_campaign, find_missing
from esmero.campaigns.models import Campaign
from esmero.campaigns.queries import CampaignStatistics, audience_rows, read_campaign_statistics
from esmero.content.models import TemplateText
from esmero.dossier.segments.selection import select_persons
from esmero.house.audit_log.queries import list_audit
from esmero.house.roles import may
from esmero.mailroom.composing.goal_links import list_targets
from esmero.mailroom.composing.preview import Preview, preview
from esmero.mailroom.planning.listing import AUDIENCE, recipients_of
from esmero.outbox.models import Message
from esmero.outbox.queries import dispatch_rows
from esmero.people.models import Person
from esmero.people.segments.values import SegmentFault
from esmero.refusal import Refusal
from esmero.rendering.templates.problem import TemplateFault
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.list_pages import answer_list
from esmero.web.console.messages.campaigns.campaign_form import CampaignForm
from esmero.web.console.messages.campaigns.charts import chart_acts, chart_links
from esmero.web.console.messages.campaigns.funnel import build_funnel, reasons_of_dry_run, sort_reasons
from esmero.web.console.messages.campaigns.live_state import LIVE, describe_live
from esmero.web.console.messages.campaigns.offered_acts import describe_origin, offer_acts
from esmero.web.console.messages.campaigns.recipients import DRAWN_AUDIENCE, DRAWN_RECIPIENTS
from esmero.web.console.messages.templates.test_status import find_test
from esmero.web.console.page_frame import show, show_part, take_brand, wants_part
from esmero.web.labels.messages import label_objection
from esmero.web.parts.components.rates import format_estimate, format_share
from esmero.web.refusals.say import say

_TABS = ("overview", "message", "record")
RECEIVERS = 8


@requires("campaigns.write")
def edit_campaign(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Create a campaign, or change a draft."""
    changed = get_object_or_404(Campaign, pk=pk) if pk else None
    brand = changed.brand if changed else take_brand(request)
    form = CampaignForm(request.POST or None, brand=brand, campaign=changed, segment=request.GET.get("segment", ""))
    if request.method == "POST" and form.is_valid():
        try:
            if changed:
                kept = change_campaign(changed, by=staff(request), **form.facts())
            else:
                kept = create_campaign(brand=brand, by=staff(request), **form.facts())
        except Refusal as refusal:
            form.add_error(None, say(refusal))
        else:
            return redirect("console:campaign", pk=kept.pk)
    return show(
        request,
        "console/messages/campaign_form.html",
        subject="campaigns",
        form=form,
        campaign=changed,
        lacking=form.find_lacking(),
    )


@requires()
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a campaign; htmx polls its live part while its state changes."""
    shown = _load(pk)
    tab = request.GET.get("tab", "overview")
    if tab == "people" and not wants_part(request):
        query = request.GET.copy()
        query.pop("tab")
        return redirect(f"{reverse('console:campaign-people', args=[pk])}?{query.urlencode()}")
    tab = tab if tab in (*_TABS, "people") else "overview"
    if wants_part(request) and request.GET.get("was") != shown.state:
        # Another state has other buttons and tabs, so the whole page is loaded again.
        return HttpResponse(headers={"HX-Refresh": "true"})
    account = read_campaign_statistics(shown, at=timezone.now())
    live = _live(request, shown, account=account, tab=tab)
    if wants_part(request):
        return show_part(request, "console/messages/campaign_live.html", campaign=shown, tab=tab, **live)
    return show(
        request,
        f"console/messages/campaign_{tab}.html",
        subject="campaigns",
        campaign=shown,
        tab=tab,
        **live,
        **_TAB_FACTS[tab](shown, account),
        **find_test(request.GET.get("test", "") if tab == "message" else ""),
    )


@requires()
def recipients(request: HttpRequest, pk: int) -> HttpResponseBase:
    """List a campaign's people: the dry run's verdicts, after the start each message with its outcome."""
    shown = _load(pk)
    account = read_campaign_statistics(shown, at=timezone.now())
    started = shown.dispatch_id is not None and shown.state != Campaign.State.PLANNING
    rows: Any
    if started:
        assert shown.dispatch_id is not None
        figures = account.statistics if account else None
        ends = (figures.get("first"), figures.get("last")) if figures and not request.GET.get("state") else None
        rows = dispatch_rows(shown.dispatch_id, ends=ends)
        names = [name for name, *_rest in account.receivers if name][:30] if account else []
        listing, drawn = recipients_of(shown, receivers=names), DRAWN_RECIPIENTS
    else:
        rows, listing, drawn = audience_rows(shown), AUDIENCE, DRAWN_AUDIENCE
    return answer_list(
        request,
        "console/messages/campaign_people.html",
        listing=listing,
        rows=rows,
        drawn=drawn,
        subject="campaigns",
        campaign=shown,
        tab="people",
        empty_title=_("Nobody here"),
        empty_text=_("The people appear with the dry run."),
        **_live(request, shown, account=account, tab="people"),
    )


@requires()
def hours(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the charts of a campaign alone, for polling while the page is visible."""
    shown = _load(pk)
    account = read_campaign_statistics(shown, at=timezone.now())
    facts = {**_overview(shown, account), "moving": shown.state in LIVE}
    return show_part(request, "console/messages/campaign_charts.html", campaign=shown, **facts)


def _load(pk: int) -> Campaign:
    related = ("brand", "topic__purpose", "segment", "version__template", "job", "dispatch")
    return get_object_or_404(Campaign.objects.select_related(*related), pk=pk)


def _live(request: HttpRequest, shown: Campaign, *, account: CampaignStatistics | None, tab: str) -> dict[str, Any]:
    """Return the facts that change during a campaign: progress, funnel, reasons."""
    if shown.state == Campaign.State.PLANNING:
        account = None
    reasons = dict(account.refusals) if account else reasons_of_dry_run(shown)
    dry = int(shown.counts.get("go", 0)) + int(shown.counts.get("wait", 0))
    progress = account.progress if account else None
    to_get = progress.total + progress.states.get("cancelled", 0) if progress else dry
    failed = sum(
        account.statistics.worst(worst, state=Message.State.GAVE_UP)
        for worst in Message.Worst.values
        if worst not in (Message.Worst.HARD_BOUNCE, Message.Worst.COMPLAINED)
    ) if account else 0  # fmt: skip
    verdicts = {"to_get": to_get, "left_out": sum(reasons.values()), "wait": int(shown.counts.get("wait", 0))}
    missing = find_missing(shown)
    return {
        "progress": progress,
        "reasons": sort_reasons(reasons),
        "to_get": to_get,
        "left_out": verdicts["left_out"],
        "offered": offer_acts(shown, to_get=to_get, failed=failed, progress=progress, missing=missing),
        "origin": describe_origin(shown),
        "funnel": build_funnel(reasons=reasons, to_get=to_get, account=account, goal=shown.goal),
        "moving": shown.state in LIVE,
        "live": describe_live(
            shown,
            tab=tab,
            account=account,
            verdicts=verdicts,
            waits=[(code, label_objection(code), number) for code, number in shown.counts.get("waits", {}).items()],
            missing=missing,
            may_test=may(staff(request), "campaigns.write"),
        ),
    }


def _overview(shown: Campaign, account: CampaignStatistics | None) -> dict[str, Any]:
    goals = {"goal_links": list_targets(shown.version) if shown.version else []}
    if account is None:
        return {"receivers": [], "links": [], **goals}
    delivered = account.progress.left - account.returned
    receivers = [
        (name, left, bad, format_share(bad, left), complaints, format_estimate(complaints, left))
        for name, left, bad, complaints in account.receivers[:RECEIVERS]
    ]
    links = [(link, format_estimate(link.people, delivered)) for link in account.links[:30]]
    return {
        "receivers": receivers,
        "links": links,
        "acts_chart": chart_acts(account.statistics),
        "links_chart": chart_links(account.links) if account.links else None,
        **goals,
    }


def _message(shown: Campaign, _account: CampaignStatistics | None) -> dict[str, Any]:
    """Render each language for the first person of the segment."""
    if shown.version is None:
        return {"texts": []}
    texts = list(shown.version.texts.order_by("language").select_related("version__template__brand"))
    try:
        person = select_persons(shown.segment.conditions).first() if shown.segment else None
    except SegmentFault:  # reported on the segment's own page
        person = None
    return {"person": person, "texts": [(text, _see(text, person=person, campaign=shown)) for text in texts]}


def _see(text: TemplateText, *, person: Person | None, campaign: Campaign) -> Preview | None:
    try:
        return preview(text, person=person, campaign=campaign)
    except TemplateFault:
        return None


def _record(shown: Campaign, _account: CampaignStatistics | None) -> dict[str, Any]:
    return {"entries": list_audit(shown)}


_TAB_FACTS = {"overview": _overview, "message": _message, "record": _record}
