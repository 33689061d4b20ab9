"""Check links and run the spam filter in the background; pages read the stored results and never wait.

Dry runs, test sends and a button request the checks. Results are valid for an hour.
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
from esmero.mailroom.checking.link_request import LinkAnswer, check_links
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.mailroom.composing.sample_message import make_sample_message
from esmero.rendering.templates.compile import CompiledTemplate, compile_source
from esmero.rendering.templates.language import CLOSE_FIELD, OPEN_FIELD
from esmero.rendering.templates.problem import TemplateFault
from esmero.work.jobs import enqueue, save_progress
from esmero.work.models import Job

FRESH = timedelta(hours=1)
PATIENCE = timedelta(minutes=2)  # a requested check counts as pending for this long
RETENTION = timedelta(days=1)

type CheckLinks = Callable[..., Mapping[str, LinkAnswer]]


@dataclass(frozen=True, slots=True)
class TextLinks:
    """Hold the links of a compiled text.

    `checkable` have a fixed address; `personal` contain a field and are not requested.
    """

    checkable: tuple[str, ...]
    personal: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckResults:
    """Hold the results so far, by address or key; `pending`: some checks are still running."""

    results: Mapping[str, ExternalCheck]
    pending: bool
    missing: tuple[str, ...]


def find_links(compiled: CompiledTemplate, *, brand: Brand) -> TextLinks:
    """Return a text's links without those of the installation: they carry tokens, and opening one has an effect."""
    own = _hosts([brand.public_url])
    checkable = tuple(url for url in dict.fromkeys(compiled.links) if not _hosts([url]) & own)
    personal: dict[str, None] = {}
    for node in LexborHTMLParser(compiled.html.source).css("a[href]"):
        address = node.attributes.get("href") or ""
        if OPEN_FIELD in address:
            start, _, rest = address.partition(OPEN_FIELD)
            personal[f"{start}…{rest.rpartition(CLOSE_FIELD)[2]}"] = None
    return TextLinks(checkable, tuple(personal))


def request_checks(*, urls: Collection[str], texts: Collection[TemplateText] = (), by: str) -> Job | None:
    """Queue a job for links and texts without a check in the last hour; None if nothing is left to check."""
    at = timezone.now()
    wanted = [(ExternalCheck.Kind.LINK, make_link_key(url), url) for url in dict.fromkeys(urls)]
    judged = list(texts) if spam_check.is_available() else []
    wanted += [(ExternalCheck.Kind.SPAM, make_text_key(text), "") for text in judged]
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
            "texts": [text.pk for text in judged if make_text_key(text) in keys],
        }
        return enqueue(LINK_CHECK, facts=facts, by=by)


def read_results(*, urls: Collection[str], texts: Collection[TemplateText] = (), at: datetime) -> CheckResults:
    """Return the results of the last hour, by address or by the key of a text; one query."""
    names = {make_link_key(url): url for url in urls} | {key: key for key in map(make_text_key, texts)}
    rows = ExternalCheck.objects.filter(key__in=names)
    fresh = {names[row.key]: row for row in rows if row.tried_at is not None and at - row.tried_at <= FRESH}
    pending = any(names[row.key] not in fresh and at - row.asked_at <= PATIENCE for row in rows)
    return CheckResults(fresh, pending, tuple(name for name in names.values() if name not in fresh))


def run_chunk(job: Job, *, check: CheckLinks = check_links) -> bool:
    """Check the links, then text by text, of a job.

    A job names them, or its subject is a version, of which everything without a recent result is checked.
    """
    if "texts" in job.cursor:
        return _judge_next(job)
    texts = _texts_of(job)
    urls = dict.fromkeys(str(url) for url in job.facts.get("urls", []))
    if job.subject_id is not None:
        for text in texts:
            urls |= dict.fromkeys(_read_links(text))
        found = read_results(urls=list(urls), texts=texts, at=timezone.now())
        urls = {url: None for url in urls if url in found.missing}
        texts = [text for text in texts if make_text_key(text) in found.missing]
    # The demo's hosts are invented, and nothing may leave its machine.
    answers = dict.fromkeys(urls, LinkAnswer("demo")) if settings.ESMERO.demo else check(urls, own=own_hosts())
    at = timezone.now()
    with transaction.atomic():
        for url, answer in answers.items():
            facts = {"status": answer.status, "final": answer.final[:500]}
            _store(ExternalCheck.Kind.LINK, make_link_key(url), url=url, outcome=answer.outcome, facts=facts, at=at)
        ExternalCheck.objects.filter(asked_at__lt=at - RETENTION).delete()
        job.cursor = {"texts": [text.pk for text in texts] if spam_check.is_available() else []}
        save_progress(job)
    return not job.cursor["texts"]


def _judge_next(job: Job) -> bool:
    """Run the spam filter on one text; each is a chunk of its own, because a filter may be slow."""
    first, *others = job.cursor["texts"] or [0]
    text = TemplateText.objects.select_related("version__template__brand").filter(pk=first).first()
    verdict = _judge(text) if text is not None else None
    with transaction.atomic():
        if text is not None and verdict is not None:
            outcome, facts = verdict
            _store(
                ExternalCheck.Kind.SPAM, make_text_key(text), url="", outcome=outcome, facts=facts, at=timezone.now()
            )
        job.cursor = {"texts": others}
        save_progress(job)
    return not others


def make_link_key(url: str) -> str:
    """Return the key of a link."""
    return hashlib.sha256(url.encode()).hexdigest()


def make_text_key(text: TemplateText) -> str:
    """Return the key of a text in its current wording."""
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
    except TemplateFault:  # the template editor reports it
        return ()
    return find_links(compiled, brand=text.version.template.brand).checkable


def _judge(text: TemplateText) -> tuple[str, dict[str, object]]:
    try:
        verdict = spam_check.judge(make_sample_message(text))
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


def _store(kind: str, key: str, *, url: str, outcome: str, facts: Mapping[str, object], at: datetime) -> None:
    row, _new = ExternalCheck.objects.get_or_create(kind=kind, key=key, defaults={"url": url, "asked_at": at})
    ExternalCheck.objects.filter(pk=row.pk).update(outcome=outcome, facts=dict(facts), tried_at=at)


def _is_due(row: ExternalCheck | None, *, at: datetime) -> bool:
    if row is None:
        return True
    if row.tried_at is not None and row.tried_at >= row.asked_at:
        return at - row.tried_at > FRESH
    return at - row.asked_at > PATIENCE


def own_hosts() -> set[str]:
    """Return all host names of the installation: its brands' public addresses, and the console's."""
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
