"""Query the templates of a brand and their current versions."""

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery

from esmero.content.models import Template, TemplateText, TemplateVersion
from esmero.house.models import Brand

LANGUAGES = ("es", "fr", "en")


def template_rows(*, brand: Brand) -> QuerySet[Template]:
    """Return a brand's templates with the values that a list shows.

    `newest` is the number of the newest version (None if there is none), `changed_at` and `changed_by` its time and
    author, `in_es`, `in_fr` and `in_en` whether it has a text in that language.
    """
    versions = TemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
    rows = Template.objects.filter(brand=brand).annotate(
        newest_id=Subquery(versions.values("pk")[:1]),
        newest=Subquery(versions.values("number")[:1]),
        changed_at=Subquery(versions.values("created_at")[:1]),
        changed_by=Subquery(versions.values("created_by")[:1]),
    )
    texts = TemplateText.objects.filter(version=OuterRef("newest_id"))
    return rows.annotate(**{f"in_{code}": Exists(texts.filter(language=code)) for code in LANGUAGES})


def latest_versions(*, brand: Brand, besides: int | None = None) -> QuerySet[TemplateVersion]:
    """Return the newest version of each active template of a brand, and the version with the id `besides`."""
    newest = (
        Template.objects.filter(brand=brand, archived_at=None).annotate(newest=Max("versions__id")).values("newest")
    )
    wanted = Q(pk__in=newest) | Q(pk=besides) if besides else Q(pk__in=newest)
    return TemplateVersion.objects.filter(wanted).select_related("template").order_by("template__name", "number")


def has_promotion(version_id: int) -> bool:
    """Return whether a text of this version contains a promotion."""
    from esmero.rendering.templates.promotion import SLOT  # loads the whole renderer

    return TemplateText.objects.filter(version=version_id, mjml__icontains=f"<{SLOT}").exists()
