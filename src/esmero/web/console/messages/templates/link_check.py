"""Describe the results of external checks: whether links answer, and the spam filter's verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from esmero.content.models import ExternalCheck, TemplateText
from esmero.house.models import Brand
from esmero.house.roles import may
from esmero.mailroom.checking.link_check import CheckResults, find_links, make_text_key, read_results, request_checks
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.rendering.checks.findings import TemplateFinding
from esmero.rendering.templates.compile import CompiledTemplate, TemplateSource, compile_source
from esmero.rendering.templates.problem import TemplateFault
from esmero.web.console.access import requires, staff
from esmero.web.console.messages.templates.findings import FindingNote, describe_findings
from esmero.web.console.messages.templates.template_editor import TextForm, open_editor, read_form
from esmero.web.console.page_frame import show_part

_QUIET = frozenset({"ok", "untried", "demo"})
_NO_VERDICT: Mapping[str, str | Promise] = {
    "silent": gettext_lazy("SpamAssassin is here, but no spamd answers, so it gave no verdict."),
    "slow": gettext_lazy("SpamAssassin took too long for a verdict."),
    "large": gettext_lazy("The letter is too large for a verdict of SpamAssassin."),
    "broken": gettext_lazy("SpamAssassin gave no verdict."),
}


@dataclass(frozen=True, slots=True)
class LinkCheckSummary:
    """Hold the check results of one text: notes, links, and links not checked within the last hour."""

    notes: list[FindingNote] = field(default_factory=list)
    links: int = 0
    answering: int = 0
    missing: int = 0
    pending: bool = False


@require_POST
@requires()
def link_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the check results of the current text.

    With act=try, start a link check, and a spam check of the stored text.
    """
    editor = open_editor(pk, language=request.GET.get("language", ""))
    form = TextForm(request.POST, template=editor.template, text=editor.text)
    facts: dict[str, Any] = {"url": f"{reverse('console:template-trials', args=[pk])}?language={editor.language}"}
    if not form.is_valid():
        return show_part(request, "console/messages/trials.html", notes=[], unfinished=True, links=1, **facts)
    written = read_form(form, editor=editor)
    try:
        compiled = compile_source(written.source, fields=known_fields(), footer=None)
    except TemplateFault:  # the template check reports it beside the text
        return show_part(request, "console/messages/trials.html", notes=[], links=1, **facts)
    user = staff(request)
    facts["may_try"] = may(user, "campaigns.write")
    if request.POST.get("act") == "try" and facts["may_try"]:
        urls = find_links(compiled, brand=editor.template.brand).checkable
        request_checks(urls=urls, texts=[editor.text] if editor.text else [], by=user.name)
    tried = summarise_checks(
        written.source,
        compiled,
        brand=editor.template.brand,
        text=editor.text,
        blocks=written.blocks,
        at=timezone.now(),
    )
    return show_part(request, "console/messages/trials.html", **describe_checks(tried), **facts)


def describe_checks(tried: LinkCheckSummary) -> dict[str, Any]:
    """Return the template context for one text, or for several added up."""
    well = ""
    if tried.answering:
        well = ngettext("%(number)s link answers", "%(number)s links answer", tried.answering) % {
            "number": tried.answering
        }
    return {
        "notes": tried.notes,
        "links": tried.links,
        "missing": tried.missing,
        "pending": tried.pending,
        "well": well,
    }


def summarise_checks(
    source: TemplateSource,
    compiled: CompiledTemplate,
    *,
    brand: Brand,
    text: TemplateText | None,
    blocks: Mapping[int, int] | None,
    at: datetime,
) -> LinkCheckSummary:
    """Return the results found within the last hour, in one query.

    `text` is the stored text, to which the spam verdict belongs.
    """
    links = find_links(compiled, brand=brand)
    texts = [text] if text is not None else []
    found = read_results(urls=links.checkable, texts=texts, at=at)
    findings = [_find(url, found, source=source) for url in links.checkable if _is_notable(found, url)]
    findings += [
        TemplateFinding("link-personal", "body", _line_of(one.partition("…")[0], source), {"address": one[:200]})
        for one in links.personal
        if one.startswith("http")
    ]
    notes = describe_findings(findings, blocks=blocks)
    notes += _note_untried([found.results[url] for url in links.checkable if url in found.results])
    for one in texts:
        notes += _note_spam(found.results.get(make_text_key(one)))
    return LinkCheckSummary(
        notes=notes,
        links=len(links.checkable),
        answering=sum(found.results[url].outcome == "ok" for url in links.checkable if url in found.results),
        missing=sum(url not in found.results for url in links.checkable),
        pending=found.pending,
    )


def add_summaries(parts: Sequence[LinkCheckSummary], *, notes: Sequence[FindingNote]) -> LinkCheckSummary:
    """Add up the results of several texts, with notes that concern all of them."""
    return LinkCheckSummary(
        notes=list(dict.fromkeys([*notes, *(one for part in parts for one in part.notes)])),
        links=sum(one.links for one in parts),
        answering=sum(one.answering for one in parts),
        missing=sum(one.missing for one in parts),
        pending=any(one.pending for one in parts),
    )


def link_to_template(notes: Sequence[FindingNote], *, url: str, place: str) -> list[FindingNote]:
    """Link notes to the page where the text is edited, for a page that has no editor."""
    return [
        one if one.url else replace(one, go="", url=url, place=f"{place}, {one.place}" if one.place else place)
        for one in notes
    ]


def _is_notable(found: CheckResults, url: str) -> bool:
    return url in found.results and found.results[url].outcome not in _QUIET


def _find(url: str, found: CheckResults, *, source: TemplateSource) -> TemplateFinding:
    trial = found.results[url]
    facts = {"address": url[:200], "status": str(trial.facts.get("status") or "")}
    return TemplateFinding(f"link-{trial.outcome}", "body", _line_of(url, source), facts)


def _line_of(url: str, source: TemplateSource) -> int:
    places = [source.mjml.find(wanted) for wanted in (url, escape(url, quote=False), escape(url)) if wanted]
    place = next((one for one in places if one >= 0), -1)
    return source.mjml.count("\n", 0, place) + 1 if place >= 0 else 0


def _note_untried(rows: Sequence[ExternalCheck]) -> list[FindingNote]:
    notes = []
    untried = sum(row.outcome == "untried" for row in rows)
    if untried:
        words = ngettext(
            "%(number)s link could not be tried: this house does not reach the network outside.",
            "%(number)s links could not be tried: this house does not reach the network outside.",
            untried,
        )
        notes.append(FindingNote(words=words % {"number": untried}, place="", go="", mild=True))
    if any(row.outcome == "demo" for row in rows):
        words = _("In the demo no link is tried: its hosts are invented, and nothing leaves the machine.")
        notes.append(FindingNote(words=words, place="", go="", mild=True))
    return notes


def _note_spam(row: ExternalCheck | None) -> list[FindingNote]:
    if row is None:
        return []
    facts = row.facts
    if row.outcome == "untried":
        words = str(_NO_VERDICT.get(facts.get("why", ""), _NO_VERDICT["broken"]))
        return [FindingNote(words=words, place="", go="", mild=True)]
    said = {
        "score": number_format(facts["score"], 1),
        "threshold": number_format(facts["threshold"], 1),
        "rules": "; ".join(f"{words} ({name}, {number_format(points, 1)})" for points, name, words in facts["rules"]),
    }
    if row.outcome == "spam":
        words = _("SpamAssassin takes the kept text for spam: %(score)s points, the limit is %(threshold)s. %(rules)s.")
    elif facts["rules"]:
        words = _("SpamAssassin gives the kept text %(score)s points, the limit is %(threshold)s. %(rules)s.")
    else:
        words = _("SpamAssassin gives the kept text %(score)s points, the limit is %(threshold)s.")
    return [FindingNote(words=words % said, place="", go="", mild=row.outcome != "spam")]
