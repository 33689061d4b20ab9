"""Store the brand's picture library: each picture is a checked upload (vault/uploads.py), stored once by its hash."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet

from esmero.content.models import MediaFile, Template, TemplateText
from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.vault.models import StoredFile
from esmero.vault.pictures import ENDINGS
from esmero.vault.uploads import CheckedFile, keep_upload

PUBLIC = ("media", "logo")  # kinds of stored files that are public by their URL


def add_picture(
    file: CheckedFile, *, brand: Brand, name: str, alt: Mapping[str, str], by: User
) -> tuple[MediaFile, bool]:
    """Add a picture, checked by the rule PICTURE, to the library; return it, and whether it is new.

    The same picture is stored once.
    """
    with transaction.atomic():
        sealed = keep_upload(file, name=f"{name[:140]}.{ENDINGS[file.media_type]}")
        kept, new = MediaFile.objects.get_or_create(
            brand=brand,
            sha256=sealed.sha256,
            defaults={
                "sealed": sealed,
                "name": name[:150],
                "alt": {code: words for code, words in alt.items() if words},
                "media_type": file.media_type,
                "size": len(file.content),
                "width": file.width,
                "height": file.height,
                "created_by": by.name,
            },
        )
        if new:
            note("media.added", by=by, subject=kept, facts={"name": kept.name})
        else:
            sealed.delete()  # the row only: the bytes belong to the picture in the library
            if kept.archived_at is not None:
                MediaFile.objects.filter(pk=kept.pk).update(archived_at=None)
    return kept, new


def describe_picture(picture: MediaFile, *, name: str, alt: Mapping[str, str], by: User) -> None:
    """Change a picture's name and alternative texts; templates that show it keep their own."""
    with transaction.atomic():
        said = {code: words for code, words in alt.items() if words}
        MediaFile.objects.filter(pk=picture.pk).update(name=name[:150], alt=said)
        note("media.described", by=by, subject=picture, facts={"name": name[:150]})


def public_path(picture: MediaFile | StoredFile) -> str:
    """Return the public path; it is known only to readers of a mail that shows the picture."""
    return f"/m/{picture.sha256}.{ENDINGS[picture.media_type]}"


def public_address(picture: MediaFile, *, brand: Brand) -> str:
    """Return the public URL for mails."""
    return f"{brand.public_url.rstrip('/')}{public_path(picture)}"


def to_public(text: str, *, brand: Brand) -> str:
    """Replace picture paths, as used in the console, by public URLs."""
    base = brand.public_url.rstrip("/")
    return text.replace('"/m/', f'"{base}/m/').replace("(/m/", f"({base}/m/")


def to_local(text: str, *, brand: Brand) -> str:
    """Replace public URLs of the brand's pictures by paths for the console."""
    base = brand.public_url.rstrip("/")
    return text.replace(f'"{base}/m/', '"/m/').replace(f"({base}/m/", "(/m/")


def find_uses(picture: MediaFile) -> QuerySet[Template]:
    """Return the templates with a version that shows the picture."""
    texts = TemplateText.objects.filter(mjml__contains=picture.sha256, version__template__brand=picture.brand_id)
    return Template.objects.filter(pk__in=texts.values("version__template")).order_by("name")
