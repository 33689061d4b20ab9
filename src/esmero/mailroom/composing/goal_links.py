"""List the links of a template, also of one that was never sent, as possible goals of a campaign."""

from esmero.content.models import Link, TemplateVersion
from esmero.content.versions import source_of
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.rendering.templates.compile import compile_source
from esmero.rendering.templates.problem import TemplateFault


def list_targets(version: TemplateVersion) -> list[str]:
    """Return the distinct addresses of a version's counted links in their order; a faulty text gives none."""
    texts = list(version.texts.order_by("language"))
    known: dict[int, list[str]] = {text.pk: [] for text in texts}
    for pk, url in Link.objects.filter(text__in=texts).order_by("number").values_list("text", "url"):
        known[pk].append(url)
    fields = known_fields() if not all(known.values()) else frozenset()
    urls: list[str] = []
    for text in texts:
        if known[text.pk]:
            urls += known[text.pk]
            continue
        try:
            urls += compile_source(source_of(text), fields=fields, footer=None).links
        except TemplateFault:
            continue
    return list(dict.fromkeys(urls))
