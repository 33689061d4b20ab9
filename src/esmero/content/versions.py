"""Templates and their versions: a version is checked before it is kept, and never changed once something used it."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from esmero.content.models import Link, Template, TemplateText, TemplateVersion
from esmero.house.models import Brand
from esmero.rendering.compile import Source, compile_source


def create_template(name: str, *, brand: Brand) -> Template:
    """Return a new template of this name; a number is added where the brand has one of that name already."""
    taken = set(Template.objects.filter(brand=brand, name__startswith=name).values_list("name", flat=True))
    free = next(n for n in range(1, len(taken) + 2) if (name if n == 1 else f"{name} {n}") not in taken)
    return Template.objects.create(brand=brand, name=name if free == 1 else f"{name} {free}")


def add_version(
    template: Template, *, texts: Sequence[Source], fields: Collection[str], created_by: str = ""
) -> TemplateVersion:
    """Check each language's text and keep them as the template's next version.

    Raises:
        TemplateFault: with all problems of the first language that has any; nothing is kept.

    """
    for text in texts:
        compile_source(text, fields=fields, footer=None)
    with transaction.atomic():
        last = TemplateVersion.objects.filter(template=template).aggregate(Max("number"))["number__max"] or 0
        version = TemplateVersion.objects.create(template=template, number=last + 1, created_by=created_by)
        TemplateText.objects.bulk_create(
            TemplateText(
                version=version, language=text.language, subject=text.subject, preheader=text.preheader, mjml=text.mjml
            )
            for text in texts
        )
    return version


def source_of(text: TemplateText) -> Source:
    """Return the text as the renderer takes it."""
    return Source(language=text.language, subject=text.subject, preheader=text.preheader, mjml=text.mjml)


def register_links(text: TemplateText, *, urls: Sequence[str]) -> list[int]:
    """Keep the link targets of a text, in their order, and return their ids; what is registered already stays."""
    have = dict(Link.objects.filter(text=text).values_list("number", "id"))
    missing = [Link(text=text, number=n, url=url) for n, url in enumerate(urls) if n not in have]
    if missing:
        with transaction.atomic():
            Link.objects.bulk_create(missing, ignore_conflicts=True)
        have = dict(Link.objects.filter(text=text).values_list("number", "id"))
    return [have[n] for n in range(len(urls))]


def seal_version(version: TemplateVersion) -> None:
    """Say that something uses this version: from now on it is never changed."""
    TemplateVersion.objects.filter(pk=version.pk, sealed_at=None).update(sealed_at=timezone.now())
