"""Links tried and texts shown to a spam filter in the background: pages read what was found, and never wait for it.

A dry run or a test send asks for it, and so does whoever presses the button. What was found is worth an hour.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from esmero.campaigns.lifecycle import LINK_CHECK
from esmero.content.models import ExternalCheck, TemplateText
from esmero.content.versions import source_of
from esmero.house.models import Brand
from esmero.mailroom.checking import spam_check
from esmero.mailroom.checking.link_request import LinkAnswer, try_links
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.mailroom.composing.sample_message import make_example
from esmero.rendering.templates.compile import CompiledTemplate, compile_source
from esmero.rendering.templates.language import CLOSE_FIELD, OPEN_FIELD
from esmero.rendering.templates.problem import TemplateFault
from esmero.work.jobs import enqueue, save_progress
from esmero.work.models import Job

FRESH = timedelta(hours=1)
PATIENCE = timedelta(minutes=2)  # so long a try that was asked for is waited for
FORGOTTEN = timedelta(days=1)

type Tries = Callable[..., Mapping[str, LinkAnswer]]


@dataclass(frozen=True, slots=True)
class TextLinks:
    """The links of a compiled text: `tried` can be asked; `personal` hold a field, and are asked for nobody."""

    tried: tuple[str, ...]
    personal: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckResults:
    """What is known by now: `trials` by what was tried; `pending` says that some of it is being tried."""

    trials: Mapping[str, ExternalCheck]
    pending: bool
    missing: tuple[str, ...]


def links_of(compiled: CompiledTemplate, *, brand: Brand) -> TextLinks:
    """Return a text's links. Those of the house itself are left out: they carry tokens, and opening one is an act."""
    own = _hosts([brand.public_url])
    tried = tuple(url for url in dict.fromkeys(compiled.links) if not _hosts([url]) & own)
    personal: dict[str, None] = {}
    for node in LexborHTMLParser(compiled.html.source).css("a[href]"):
        address = node.attributes.get("href") or ""
        if OPEN_FIELD in address:
            start, _, rest = address.partition(OPEN_FIELD)
            personal[f"{start}…{rest.rpartition(CLOSE_FIELD)[2]}"] = None
    return TextLinks(tried, tuple(personal))


def ask_for(*, urls: Collection[str], texts: Collection[TemplateText] = (), by: str) -> Job | None:
    """Ask for links to be tried and texts to be judged that were not within the hour, nor are being; None: nothing is."""
    at = timezone.now()
    wanted = [(ExternalCheck.Kind.LINK, key_of(url), url) for url in dict.fromkeys(urls)]
    judged = list(texts) if spam_check.is_there() else []
    wanted += [(ExternalCheck.Kind.SPAM, key_of_text(text), "") for text in judged]
    with transaction.atomic():
        known = {
            (row.kind, row.key): row for row in ExternalCheck.objects.filter(key__in=[key for _, key, _ in wanted])
        }
        due = [one for one in wanted if _is_due(known.get(one[:2]), at=at)]
        if not due:
            return None
        for kind, key, url in due:
            ExternalCheck.objects.update_or_create(kind=kind, key=key, defaults={"url": url, "asked_at": at})
        keys = {key for _kind, key, _url in due}
        facts = {
            "urls": [url for _kind, _key, url in due if url],
            "texts": [text.pk for text in judged if key_of_text(text) in keys],
        }
        return enqueue(LINK_CHECK, facts=facts, by=by)


def read_found(*, urls: Collection[str], texts: Collection[TemplateText] = (), at: datetime) -> CheckResults:
    """Return what was found within the hour, by address or by the key of a text; one query."""
    names = {key_of(url): url for url in urls} | {key: key for key in map(key_of_text, texts)}
    rows = ExternalCheck.objects.filter(key__in=names)
    fresh = {names[row.key]: row for row in rows if row.tried_at is not None and at - row.tried_at <= FRESH}
    pending = any(names[row.key] not in fresh and at - row.asked_at <= PATIENCE for row in rows)
    return CheckResults(fresh, pending, tuple(name for name in names.values() if name not in fresh))


def run_chunk(job: Job, *, tries: Tries = try_links) -> bool:
    """Try what a job names, or whatever of a version (its subject) was not tried within the hour: links, then text by text."""
    if "texts" in job.cursor:
        return _judge_next(job)
    texts = _texts_of(job)
    urls = dict.fromkeys(str(url) for url in job.facts.get("urls", []))
    if job.subject_id is not None:
        for text in texts:
            urls |= dict.fromkeys(_read_links(text))
        found = read_found(urls=list(urls), texts=texts, at=timezone.now())
        urls = {url: None for url in urls if url in found.missing}
        texts = [text for text in texts if key_of_text(text) in found.missing]
    # The demo's hosts are invented, and nothing leaves its machine.
    answers = dict.fromkeys(urls, LinkAnswer("demo")) if settings.ESMERO.demo else tries(urls, own=own_hosts())
    at = timezone.now()
    with transaction.atomic():
        for url, answer in answers.items():
            facts = {"status": answer.status, "final": answer.final[:500]}
            _keep(ExternalCheck.Kind.LINK, key_of(url), url=url, outcome=answer.outcome, facts=facts, at=at)
        ExternalCheck.objects.filter(asked_at__lt=at - FORGOTTEN).delete()
        job.cursor = {"texts": [text.pk for text in texts] if spam_check.is_there() else []}
        save_progress(job)
    return not job.cursor["texts"]


def _judge_next(job: Job) -> bool:
    """Show one text to the filter; each is a chunk of its own, for a filter may take its time."""
    first, *others = job.cursor["texts"] or [0]
    text = TemplateText.objects.select_related("version__template__brand").filter(pk=first).first()
    verdict = _judge(text) if text is not None else None
    with transaction.atomic():
        if text is not None and verdict is not None:
            outcome, facts = verdict
            _keep(ExternalCheck.Kind.SPAM, key_of_text(text), url="", outcome=outcome, facts=facts, at=timezone.now())
        job.cursor = {"texts": others}
        save_progress(job)
    return not others


def key_of(url: str) -> str:
    """Return the key of a link."""
    return hashlib.sha256(url.encode()).hexdigest()


def key_of_text(text: TemplateText) -> str:
    """Return the key of a text as it stands."""
    said = f"{text.language}\0{text.subject}\0{text.preheader}\0{text.mjml}"
    return hashlib.sha256(said.encode()).hexdigest()


def _texts_of(job: Job) -> Sequence[TemplateText]:
    rows = TemplateText.objects.select_related("version__template__brand").order_by("id")
    if job.subject_id is not None:
        return list(rows.filter(version=job.subject_id))
    return list(rows.filter(pk__in=job.facts.get("texts", [])))


def _read_links(text: TemplateText) -> tuple[str, ...]:
    try:
        compiled = compile_source(source_of(text), fields=known_fields(), footer=None)
    except TemplateFault:  # said where it is written
        return ()
    return links_of(compiled, brand=text.version.template.brand).tried


def _judge(text: TemplateText) -> tuple[str, dict[str, object]]:
    try:
        verdict = spam_check.judge(make_example(text))
    except (spam_check.SpamCheckUnavailable, TemplateFault) as fault:
        return "untried", {"why": str(fault) if isinstance(fault, spam_check.SpamCheckUnavailable) else "broken"}
    if verdict is None:
        return "untried", {"why": "broken"}
    rules = [list(rule) for rule in verdict.rules]
    return "spam" if verdict.is_spam else "ok", {
        "score": verdict.score,
        "threshold": verdict.threshold,
        "rules": rules,
    }


def _keep(kind: str, key: str, *, url: str, outcome: str, facts: Mapping[str, object], at: datetime) -> None:
    row, _new = ExternalCheck.objects.get_or_create(kind=kind, key=key, defaults={"url": url, "asked_at": at})
    ExternalCheck.objects.filter(pk=row.pk).update(outcome=outcome, facts=dict(facts), tried_at=at)


def _is_due(row: ExternalCheck | None, *, at: datetime) -> bool:
    if row is None:
        return True
    if row.tried_at is not None and row.tried_at >= row.asked_at:
        return at - row.tried_at > FRESH
    return at - row.asked_at > PATIENCE


def own_hosts() -> set[str]:
    """Return the names of all hosts of the house: its brands' public addresses, and the console's."""
    brands = Brand.objects.values_list("public_url", flat=True)
    return _hosts([settings.ESMERO.public_url, *brands]) | {host.lower() for host in settings.ESMERO.hosts}


def _hosts(urls: Iterable[str]) -> set[str]:
    found = set()
    for url in urls:
        try:
            found.add((urlsplit(url).hostname or "").rstrip("."))
        except ValueError:
            continue
    return found - {""}
