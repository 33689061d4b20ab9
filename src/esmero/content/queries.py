"""Reading templates: those of a brand, and the version of each that a campaign takes."""

from collections.abc import Sequence

from django.db.models import Max, Q, QuerySet

from esmero.content.models import Template, TemplateText, TemplateVersion
from esmero.house.models import Brand
from esmero.rendering.promotion import SLOT


def list_templates(*, brand: Brand) -> Sequence[Template]:
    """Return a brand's templates by name, each with the number of its `newest` version (None while it has none)."""
    return list(Template.objects.filter(brand=brand).annotate(newest=Max("versions__number")).order_by("name"))


def latest_versions(*, brand: Brand, besides: int | None = None) -> QuerySet[TemplateVersion]:
    """Return the newest version of each of a brand's templates, and the version with the id `besides`."""
    newest = Template.objects.filter(brand=brand).annotate(newest=Max("versions__id")).values("newest")
    wanted = Q(pk__in=newest) | Q(pk=besides) if besides else Q(pk__in=newest)
    return TemplateVersion.objects.filter(wanted).select_related("template").order_by("template__name", "number")


def has_promotion(version_id: int) -> bool:
    """Say whether a text of this version holds a promotion."""
    return TemplateText.objects.filter(version=version_id, mjml__icontains=f"<{SLOT}").exists()
