"""Create templates and versions: a version is validated before it is stored, and immutable once used."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from esmero.content.models import Link, Template, TemplateText, TemplateVersion
from esmero.house.audit import note
from esmero.house.editing.row_versions import advance_version
from esmero.house.models import Brand, User

if TYPE_CHECKING:  # the renderer is loaded by what renders: moving a campaign on needs none of it
    from esmero.rendering.letters.letter import LetterMarkup
    from esmero.rendering.templates.compile import TemplateSource


def create_template(name: str, *, brand: Brand, kind: str = Template.Kind.MJML) -> Template:
    """Create a template; a number is appended to a name that the brand has already."""
    taken = set(Template.objects.filter(brand=brand, name__startswith=name).values_list("name", flat=True))
    free = next(n for n in range(1, len(taken) + 2) if (name if n == 1 else f"{name} {n}") not in taken)
    return Template.objects.create(brand=brand, name=name if free == 1 else f"{name} {free}", kind=kind)


def add_version(
    template: Template,
    *,
    texts: "Sequence[TemplateSource]",
    fields: Collection[str],
    created_by: str = "",
    letters: Mapping[str, str] | None = None,
    changed: str = "",
    seen: int | None = None,
) -> TemplateVersion:
    """Validate the text of each language and store them as the template's next version.

    `seen` is the template's row version that the author built on (house/editing/row_versions.py).

    `letters` are the rich texts from which the MJML was generated, by language; `changed` is the author's change note.

    Raises:
        TemplateFault: with all problems of the first faulty language; nothing is stored.
        StaleWrite: somebody else stored a version since.

    """
    from esmero.rendering.templates.compile import compile_source

    for text in texts:
        compile_source(text, fields=fields, footer=None)
    with transaction.atomic():
        advance_version(template, seen=seen)
        last = TemplateVersion.objects.filter(template=template).aggregate(Max("number"))["number__max"] or 0
        version = TemplateVersion.objects.create(
            template=template, number=last + 1, created_by=created_by, note=changed[:200]
        )
        TemplateText.objects.bulk_create(
            TemplateText(
                version=version,
                language=text.language,
                subject=text.subject,
                preheader=text.preheader,
                mjml=text.mjml,
                letter=(letters or {}).get(text.language, ""),
            )
            for text in texts
        )
        if created_by:
            note("template.saved", by=created_by, subject=template, facts={"version": version.number})
    return version


def source_of(text: TemplateText) -> "TemplateSource":
    """Convert a text to the renderer's input."""
    from esmero.rendering.templates.compile import TemplateSource

    return TemplateSource(language=text.language, subject=text.subject, preheader=text.preheader, mjml=text.mjml)


def register_links(text: TemplateText, *, urls: Sequence[str]) -> list[int]:
    """Store the link targets of a text in order and return their ids; registered ones stay."""
    have = dict(Link.objects.filter(text=text).values_list("number", "id"))
    missing = [Link(text=text, number=n, url=url) for n, url in enumerate(urls) if n not in have]
    if missing:
        with transaction.atomic():
            Link.objects.bulk_create(missing, ignore_conflicts=True)  # another worker may register them too
        have = dict(Link.objects.filter(text=text).values_list("number", "id"))
    return [have[n] for n in range(len(urls))]


def seal_version(version: TemplateVersion) -> None:
    """Seal a version when it is first used: it is immutable from then on."""
    TemplateVersion.objects.filter(pk=version.pk, sealed_at=None).update(sealed_at=timezone.now())


def make_letter(letter: str, *, brand: Brand, title: str) -> "LetterMarkup":
    """Generate MJML from sanitised rich text, with the brand's colour and logo."""
    from esmero.content.logos import logo_of
    from esmero.rendering.letters.letter import LetterStyle, make_mjml

    return make_mjml(letter, look=LetterStyle(colour=brand.colour, logo=logo_of(brand)), title=title)


def restore_version(version: TemplateVersion, *, fields: Collection[str], changed: str, by: User) -> TemplateVersion:
    """Store an earlier version's texts as the newest version; versions in between stay.

    Raises:
        TemplateFault: it is no longer valid, because a field was deleted since; nothing is stored.

    """
    texts = list(version.texts.order_by("id"))
    return add_version(
        version.template,
        texts=[source_of(text) for text in texts],
        letters={text.language: text.letter for text in texts},
        fields=fields,
        created_by=by.name,
        changed=changed,
    )


def duplicate_template(template: Template, *, fields: Collection[str], changed: str, by: User) -> Template:
    """Create a template from the newest version of another one; raises TemplateFault as `restore_version` does."""
    newest = template.versions.order_by("-number").first()
    with transaction.atomic():
        copy = create_template(template.name[:140], brand=template.brand, kind=template.kind)
        if newest is not None:
            texts = list(newest.texts.order_by("id"))
            add_version(
                copy,
                texts=[source_of(text) for text in texts],
                letters={text.language: text.letter for text in texts},
                fields=fields,
                created_by=by.name,
                changed=changed,
            )
        note("template.duplicated", by=by, subject=copy, facts={"of": template.pk})
    return copy
