"""Collect the findings to review before a campaign is sent: texts of every language, reason, links."""

from collections.abc import Mapping
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from esmero.campaigns.models import Campaign
from esmero.content.models import TemplateText
from esmero.content.versions import make_letter, source_of
from esmero.house.roles import may
from esmero.mailroom.checking.link_check import find_links, request_checks
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.mailroom.composing.sample_message import render_sample
from esmero.rendering.checks.findings import find_part_differences, find_problems
from esmero.rendering.templates.compile import CompiledTemplate, compile_source
from esmero.rendering.templates.problem import TemplateFault
from esmero.web.console.access import requires, staff
from esmero.web.console.messages.templates.brand_checks import (
    read_shares,
    report_advertising,
    report_brand_gaps,
    report_dead_share_link,
    report_missing_reason,
)
from esmero.web.console.messages.templates.findings import FindingNote, describe_findings, describe_problems
from esmero.web.console.messages.templates.link_check import (
    LinkCheckSummary,
    add_summaries,
    describe_checks,
    link_to_template,
    summarise_checks,
)
from esmero.web.console.page_frame import show_part, wants_part
from esmero.web.parts.components.template_tags import language_name


@require_http_methods(["GET", "HEAD", "POST"])
@requires()
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the findings of a campaign's texts; a POST starts the link check. The page loads it separately."""
    campaign = get_object_or_404(Campaign.objects.select_related("brand", "topic__purpose", "version__template"), pk=pk)
    texts = list(campaign.version.texts.order_by("language")) if campaign.version else []
    user = staff(request)
    may_try = may(user, "campaigns.write")
    if request.method == "POST":
        if may_try:
            urls = [url for text in texts for url in _read_links(text, campaign)]
            request_checks(urls=urls, texts=texts, by=user.name)
        if not wants_part(request):
            return redirect(f"{reverse('console:campaign', args=[pk])}?tab=message")
    shares = read_shares()
    tried = [_review_text(text, campaign, shares=shares) for text in texts]
    notes = report_missing_reason(campaign, languages=[text.language for text in texts])
    return show_part(
        request,
        "console/messages/campaign_care.html",
        url=reverse("console:campaign-care", args=[pk]),
        may_try=may_try,
        **describe_checks(add_summaries(tried, notes=notes)),
    )


def _review_text(text: TemplateText, campaign: Campaign, *, shares: Mapping[str, int]) -> LinkCheckSummary:
    """Collect the findings of one language, each linked to the page where the text is edited."""
    place = language_name(text.language)
    template = text.version.template
    url = f"{reverse('console:template', args=[template.pk])}?language={text.language}"
    source = source_of(text)
    blocks = make_letter(text.letter, brand=campaign.brand, title=text.subject).blocks if text.letter else None
    try:
        compiled = _compile(text)
        parts = render_sample(text)
    except TemplateFault as fault:
        return LinkCheckSummary(
            notes=link_to_template(describe_problems(fault.problems, blocks=blocks), url=url, place=place)
        )
    notes: list[FindingNote] = describe_findings(find_problems(source, compiled), blocks=blocks, shares=shares)
    notes += describe_findings(find_part_differences(parts.html, parts.text), blocks=blocks)
    notes += report_advertising(source, uses=[campaign], blocks=blocks)
    notes += report_dead_share_link(campaign, source)
    notes += report_brand_gaps(campaign.brand, compiled)
    tried = summarise_checks(source, compiled, brand=campaign.brand, text=text, blocks=blocks, at=timezone.now())
    return replace(tried, notes=link_to_template([*notes, *tried.notes], url=url, place=place))


def _compile(text: TemplateText) -> CompiledTemplate:
    return compile_source(source_of(text), fields=known_fields(), footer=None)


def _read_links(text: TemplateText, campaign: Campaign) -> tuple[str, ...]:
    try:
        return find_links(_compile(text), brand=campaign.brand).checkable
    except TemplateFault:
        return ()
