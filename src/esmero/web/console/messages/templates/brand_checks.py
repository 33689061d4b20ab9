"""Check a letter against its brand: required details, premium phone numbers, mail programs of its readers."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db.models import Q, Sum
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from esmero.asks.models import Form
from esmero.campaigns.models import Campaign
from esmero.content.models import Template
from esmero.dossier.models import DailyAggregate
from esmero.house.jurisdictions import is_ordinary_rate
from esmero.house.models import Brand
from esmero.mailroom.composing.recipient_fields import SHARE_URL
from esmero.rendering.checks.css_support import GMAIL, GMX, ORANGE, OUTLOOK_COM, YAHOO
from esmero.rendering.checks.findings import find_advertising
from esmero.rendering.templates.compile import CompiledTemplate, TemplateSource
from esmero.web.console.messages.templates.findings import FindingNote, describe_findings

DAYS = 30
MOST_USES = 20
UNSENT_STATES = (Campaign.State.DRAFT, Campaign.State.CHECKING, Campaign.State.CHECKED)
# Name of a mailbox provider (outbox/receivers.py), or a domain → the mail program of its users.
_PROGRAMS = {"Gmail": GMAIL, "Yahoo": YAHOO, "Microsoft": OUTLOOK_COM, "Orange": ORANGE}
_GMX = re.compile(r"(gmx\.[a-z]+|web\.de)")
_PHONE = re.compile(r"(?<![\w/.=-])(?:\+|00)?\d[\d \u00a0\u202f().-]{6,18}\d(?![\w/-])")


def read_shares() -> dict[str, int]:
    """Return each mail program's percentage of the mail of the last 30 days, from the daily aggregates."""
    since = timezone.now().date() - timedelta(days=DAYS)
    sent: Counter[str] = Counter()
    rows = DailyAggregate.of_every_brand().filter(kind="sent", day__gte=since).values("key").annotate(sum=Sum("number"))
    for key, number in rows.values_list("key", "sum"):
        sent[_PROGRAMS.get(key) or (GMX if _GMX.fullmatch(key) else "")] += number
    whole = sum(sent.values())
    return {name: round(100 * number / whole) for name, number in sent.items() if name and whole}


def report_advertising(
    source: TemplateSource, *, uses: Sequence[Campaign | Form], blocks: Mapping[int, int] | None
) -> list[FindingNote]:
    """Report advertising outside the promotion part if one use of the text is sent as non-commercial."""
    use = next((one for one in uses if isinstance(one, Form) or not one.topic.purpose.commercial), None)
    if use is None:
        return []
    found = [replace(one, facts={**one.facts, "use": use.name}) for one in find_advertising(source)]
    return describe_findings(found, blocks=blocks)


def report_missing_reason(campaign: Campaign, *, languages: Sequence[str]) -> list[FindingNote]:
    """Report the languages in which a campaign states no reason for its readers, with the page to add it."""
    # Lazy, because the command line prints these notes without addresses and need not load the URLs.
    url = reverse_lazy("console:campaign-edit", args=[campaign.pk])
    facts = {"campaign": campaign.name}
    written = [code for code, words in campaign.reason.items() if words.strip()]
    if not written:
        words = _(
            "“%(campaign)s” does not say why its readers get it, and nothing leaves without. Write it in the"
            " campaign, in one "
            "sentence from the reader’s side; it stands in the foot of the letter."
        )
        return [FindingNote(words=words % facts, place=_("the campaign’s reason"), go="", url=url)]
    from esmero.web.parts.components.template_tags import (
        language_name,  # with all tags of templates: a command seldom needs them
    )

    words = _(
        "“%(campaign)s” does not say in %(language)s why its readers get it: they would read it in %(other)s. Write"
        " it in the "
        "campaign."
    )
    return [
        FindingNote(
            words=words
            % {**facts, "language": language_name(code), "other": language_name(_fallback_language(campaign, written))},
            place=_("the campaign’s reason"),
            go="",
            url=format_lazy("{}#id_reason_{}", url, code),
        )
        for code in languages
        if code not in written
    ]


def report_dead_share_link(campaign: Campaign, source: TemplateSource) -> list[FindingNote]:
    """Report a share link without a target, because the topic's archive is not public."""
    if campaign.topic.archive_is_public or SHARE_URL not in source.mjml or f"if {SHARE_URL}" in source.mjml:
        return []
    words = _(
        "The letter offers its address to pass on, but the issues of “%(topic)s” are public to nobody, so it leads"
        " nowhere. "
        "Make them public, or put the link between {%% if share_url %%} and {%% endif %%}."
    )
    url = reverse("console:topic", args=[campaign.topic_id])
    from esmero.web.parts.components.template_tags import said

    facts = {"topic": said(campaign.topic.name) or campaign.topic.code}
    return [FindingNote(words=words % facts, place=_("the topic"), go="", url=url)]


def _fallback_language(campaign: Campaign, written: Sequence[str]) -> str:
    """Return the language in which the reason is rendered for readers without one in their own language."""
    return next((code for code in campaign.reason if code in written), campaign.brand.language)


def find_uses(template: Template) -> list[Campaign | Form]:
    """Return the uses of a template: forms that send it, and campaigns not yet started.

    Without any, return the campaign that used it last. Three queries.
    """
    forms = Form.objects.filter(Q(confirmation=template) | Q(welcome=template)).exclude(state=Form.State.CLOSED)
    campaigns = Campaign.objects.filter(version__template=template).select_related("topic__purpose", "brand")
    ahead = list(campaigns.filter(state__in=UNSENT_STATES).order_by("-id")[:MOST_USES])
    uses: list[Campaign | Form] = [*forms.order_by("id")[:MOST_USES], *ahead]
    return uses or list(campaigns.order_by("-id")[:1])


def report_brand_gaps(brand: Brand, compiled: CompiledTemplate) -> list[FindingNote]:
    """Report missing brand details (rules G10 and G11), and each phone number above the ordinary rate."""
    place, url = _("the brand’s settings"), reverse("console:brand-edit", args=[brand.pk])
    notes = []
    if not is_ordinary_rate(brand.phone, code=brand.profile):
        notes.append(
            FindingNote(
                words=_("The brand names no phone at the ordinary rate; no message leaves without."),
                place=place,
                go="",
                url=url,
            )
        )
    if not brand.postal_address:
        notes.append(FindingNote(words=_("The brand names no postal address."), place=place, go="", url=url))
    text = "".join(piece if isinstance(piece, str) else " " for piece in compiled.text.pieces)
    text = re.sub(r"https?://\S+", " ", text)
    notes += [
        FindingNote(words=_("A call to %(phone)s costs more than an ordinary one.") % {"phone": phone}, place="", go="")
        for phone in dict.fromkeys(match[0].strip() for match in _PHONE.finditer(text))
        if not is_ordinary_rate(phone, code=brand.profile)
    ]
    return notes
