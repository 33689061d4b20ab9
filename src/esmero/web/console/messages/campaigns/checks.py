"""What a campaign's sender should look at before it leaves: the findings of every language, its reason, and its links."""

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
    tell_care,
    tell_commerce,
    tell_reason,
    tell_share,
)
from esmero.web.console.messages.templates.findings import FindingNote, tell_findings, tell_problems
from esmero.web.console.messages.templates.link_check import (
    LinkCheckSummary,
    add_up,
    at_template,
    describe,
    tell_tried,
)
from esmero.web.console.page_frame import show_part, wants_part
from esmero.web.parts.components.template_tags import language_name


@require_http_methods(["GET", "HEAD", "POST"])
@requires()
def look_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the findings of a campaign's texts; a POST lets their links be tried. The page asks for it on its own."""
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
    tried = [_look(text, campaign, shares=shares) for text in texts]
    told = tell_reason(campaign, languages=[text.language for text in texts])
    return show_part(
        request,
        "console/messages/campaign_care.html",
        url=reverse("console:campaign-care", args=[pk]),
        may_try=may_try,
        **describe(add_up(tried, told=told)),
    )


def _look(text: TemplateText, campaign: Campaign, *, shares: Mapping[str, int]) -> LinkCheckSummary:
    """Look over one language; what it says leads to the page where the text is written."""
    place = language_name(text.language)
    template = text.version.template
    url = f"{reverse('console:template', args=[template.pk])}?language={text.language}"
    source = source_of(text)
    blocks = make_letter(text.letter, brand=campaign.brand, title=text.subject).blocks if text.letter else None
    try:
        compiled = _compile(text)
        parts = render_sample(text)
    except TemplateFault as fault:
        return LinkCheckSummary(told=at_template(tell_problems(fault.problems, blocks=blocks), url=url, place=place))
    told: list[FindingNote] = tell_findings(find_problems(source, compiled), blocks=blocks, shares=shares)
    told += tell_findings(find_part_differences(parts.html, parts.text), blocks=blocks)
    told += tell_commerce(source, uses=[campaign], blocks=blocks)
    told += tell_share(campaign, source)
    told += tell_care(campaign.brand, compiled)
    tried = tell_tried(source, compiled, brand=campaign.brand, text=text, blocks=blocks, at=timezone.now())
    return replace(tried, told=at_template([*told, *tried.told], url=url, place=place))


def _compile(text: TemplateText) -> CompiledTemplate:
    return compile_source(source_of(text), fields=known_fields(), footer=None)


def _read_links(text: TemplateText, campaign: Campaign) -> tuple[str, ...]:
    try:
        return find_links(_compile(text), brand=campaign.brand).checkable
    except TemplateFault:
        return ()
