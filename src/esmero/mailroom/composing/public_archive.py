"""Show the public archive of a topic: its issues without any personal content."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from django.db.models import QuerySet

from esmero.campaigns.models import Campaign
from esmero.content.models import TemplateText
from esmero.content.versions import source_of
from esmero.mailroom.composing.compiled_templates import pick
from esmero.mailroom.composing.recipient_fields import SHARE_URL, known_fields
from esmero.outbox.models import Dispatch, MessageClass
from esmero.people.models import Topic
from esmero.rendering.checks.findings import fields_without_fallback
from esmero.rendering.templates.compile import CompiledTemplate, TemplateSource, compile_source
from esmero.rendering.templates.compiled_text import TokenLink
from esmero.rendering.tokens import TokenPurpose

_SHOWN = (Campaign.State.RUNNING, Campaign.State.PAUSED, Campaign.State.DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedIssue:
    """Describe one issue; `language` is the language of its text: the reader's if there is a text in it."""

    number: int
    language: str
    subject: str
    at: datetime


def find_topic(brand: str, code: str) -> Topic | None:
    """Return a topic with a public archive."""
    topics = Topic.objects.filter(brand__slug=brand, code=code, archive_is_public=True)
    return topics.select_related("brand", "purpose").first()


def find_public_number(dispatch: Dispatch) -> int | None:
    """Return the number of a dispatch's issue in the public archive; None if its topic is not public."""
    topic = dispatch.topic
    if topic is None or not topic.archive_is_public:
        return None
    return _public(topic).filter(dispatch=dispatch).values_list("pk", flat=True).first()


def find_share_url(dispatch: Dispatch) -> str:
    """Return the public address of a dispatch's issue; "" if its topic is not public.

    It contains no token and nothing about its reader, so it may be shared. A test belongs to no issue: it gets the
    address of the archive.
    """
    if dispatch.topic is None or not dispatch.topic.archive_is_public:
        return ""
    if dispatch.message_class == MessageClass.INTERNAL:
        return make_share_url(dispatch.topic, None)
    number = find_public_number(dispatch)
    return "" if number is None else make_share_url(dispatch.topic, number)


def make_share_url(topic: Topic, number: int | None) -> str:
    """Return the address of an issue of a public topic, or of its archive."""
    path = f"/a/{topic.brand.slug}/{topic.code}"
    return f"{topic.brand.public_url.rstrip('/')}{path}" + (f"/{number}" if number is not None else "")


def list_issues(topic: Topic, *, language: str, limit: int = 50) -> list[ArchivedIssue]:
    """Return the latest sent issues, the newest first; always three queries."""
    campaigns = list(_public(topic).order_by("-started_at", "-id")[:limit])
    texts, fields = _texts_of(campaigns), known_fields()
    issues = []
    for campaign in campaigns:
        text = _choose(texts.get(campaign.version_id or 0, {}), language=language, otherwise=topic.brand.language)
        if text is not None and campaign.started_at is not None:
            issues.append(_issue(campaign.pk, text, topic=topic, at=campaign.started_at, fields=fields))
    return issues


def read_issue(topic: Topic, number: int, *, language: str) -> tuple[ArchivedIssue, str] | None:
    """Return an issue and its HTML without personal content and promotions.

    Fields show their fallbacks, links have their original targets.

    Raises:
        TemplateFault: the text can no longer be compiled (a field was deleted since).
    """
    campaign = _public(topic).filter(pk=number).first()
    if campaign is None or campaign.started_at is None:
        return None
    texts = _texts_of([campaign]).get(campaign.version_id or 0, {})
    text = _choose(texts, language=language, otherwise=topic.brand.language)
    if text is None:
        return None
    fields = known_fields()
    compiled = compile_source(source_of(text), fields=fields, footer=None)
    shown = (compiled.without_promotion or compiled).html
    html = shown.render({SHARE_URL: make_share_url(topic, campaign.pk)}, _make_token_links(compiled))
    return _issue(campaign.pk, text, topic=topic, at=campaign.started_at, fields=fields), html


def _public(topic: Topic) -> QuerySet[Campaign]:
    return Campaign.objects.filter(topic=topic, state__in=_SHOWN, dispatch__isnull=False)


def _texts_of(campaigns: Sequence[Campaign]) -> dict[int, dict[str, TemplateText]]:
    found: dict[int, dict[str, TemplateText]] = defaultdict(dict)
    for text in TemplateText.objects.filter(version__in={one.version_id for one in campaigns if one.version_id}):
        found[text.version_id][text.language] = text
    return found


def _choose(texts: dict[str, TemplateText], *, language: str, otherwise: str) -> TemplateText | None:
    return texts.get(language) or texts.get(otherwise) or next(iter(texts.values()), None)


def _issue(number: int, text: TemplateText, *, topic: Topic, at: datetime, fields: Collection[str]) -> ArchivedIssue:
    """Compile the subject alone: a list of fifty issues must not compile fifty messages.

    A subject that needs a name would break off without it (“News for”): such an issue gets the name of its topic.
    """
    if fields_without_fallback(text.subject):
        return ArchivedIssue(number=number, language=text.language, subject=pick(topic.name, text.language), at=at)
    alone = TemplateSource(
        language=text.language, subject=text.subject, preheader="", mjml="<mjml><mj-body></mj-body></mjml>"
    )
    subject = compile_source(alone, fields=fields, footer=None).subject
    return ArchivedIssue(number=number, language=text.language, subject=" ".join(subject.render({}, {}).split()), at=at)


def _make_token_links(compiled: CompiledTemplate) -> dict[TokenLink, str]:
    """Return the original target of each counted link; personal links are disabled."""
    token_links: defaultdict[TokenLink, str] = defaultdict(lambda: "#")
    for place, url in enumerate(compiled.links):
        token_links[TokenLink(TokenPurpose.CLICK, place)] = escape(url)
    return token_links
