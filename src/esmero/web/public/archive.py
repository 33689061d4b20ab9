"""Serve a topic's public issues: list, Atom feed, and each issue to read and share."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from esmero.asks.models import Form
from esmero.mailroom.composing.compiled_templates import pick
from esmero.mailroom.composing.public_archive import ArchivedIssue, find_topic, list_issues, read_issue
from esmero.people.models import Topic
from esmero.rendering.templates.problem import TemplateFault
from esmero.web.parts.content_security_policies import LETTER_CSP

FRESH = 300  # seconds


@require_safe
@cache_control(public=True, max_age=FRESH)
def archive(request: HttpRequest, brand: str, code: str) -> HttpResponse:
    """List the issues of a topic."""
    topic = _topic(brand, code)
    language = _language(request, topic)
    with translation.override(language):
        return _show(request, topic, "public/archive.html", issues=list_issues(topic, language=language))


@require_safe
@cache_control(public=True, max_age=FRESH)
def issue(request: HttpRequest, brand: str, code: str, number: int) -> HttpResponse:
    """Show one issue with share links."""
    topic = _topic(brand, code)
    language = _language(request, topic)
    with translation.override(language):
        read = _read(topic, number, language=language)
        place = f"{topic.brand.public_url.rstrip('/')}{request.path}"
        return _show(
            request,
            topic,
            "public/issue.html",
            issue=read[0],
            place=place,
            letter=f"{request.path}/letter?lang={language}",
        )


@require_safe
@cache_control(public=True, max_age=FRESH)
@xframe_options_sameorigin
@csp_override(LETTER_CSP)
def issue_letter(request: HttpRequest, brand: str, code: str, number: int) -> HttpResponse:
    """Return the letter alone, for the iframe: no script runs and nothing external is loaded."""
    topic = _topic(brand, code)
    return HttpResponse(_read(topic, number, language=_language(request, topic))[1])


@require_safe
@cache_control(public=True, max_age=FRESH)
def feed(request: HttpRequest, brand: str, code: str) -> HttpResponse:
    """Return the latest issues as an Atom feed (RFC 4287)."""
    topic = _topic(brand, code)
    language = _language(request, topic)
    base = topic.brand.public_url.rstrip("/")
    made = Atom1Feed(
        title=f"{topic.brand.name}: {pick(topic.name, language) or topic.code}",
        link=f"{base}/a/{brand}/{code}",
        description=pick(topic.description, language),
        language=language,
        feed_url=f"{base}{request.path}",
        author_name=topic.brand.name,  # required (RFC 4287, 4.1.1)
        author_email=None,
    )
    for one in list_issues(topic, language=language, limit=20):
        made.add_item(
            title=one.subject,
            link=f"{base}/a/{brand}/{code}/{one.number}",
            description="",
            pubdate=one.at,
            updateddate=one.at,
            unique_id=f"{base}/a/{brand}/{code}/{one.number}",
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _topic(brand: str, code: str) -> Topic:
    topic = find_topic(brand, code)
    if topic is None:
        raise Http404
    return topic


def _read(topic: Topic, number: int, *, language: str) -> tuple[ArchivedIssue, str]:
    try:
        read = read_issue(topic, number, language=language)
    except TemplateFault as fault:
        raise Http404 from fault
    if read is None:
        raise Http404
    return read


def _language(request: HttpRequest, topic: Topic) -> str:
    chosen = request.GET.get("lang", "")
    return chosen if chosen in dict(settings.LANGUAGES) else topic.brand.language


def _show(request: HttpRequest, topic: Topic, template: str, **facts: object) -> HttpResponse:
    language = translation.get_language() or topic.brand.language
    shared = {
        "brand": topic.brand,
        "topic": topic,
        "topic_name": pick(topic.name, language) or topic.code,
        "topic_words": pick(topic.description, language),
        "languages": settings.LANGUAGES,
        "sign_up": Form.objects.filter(brand=topic.brand, topics=topic, state=Form.State.OPEN).order_by("id").first(),
    }
    return render(request, template, {**shared, **facts})
