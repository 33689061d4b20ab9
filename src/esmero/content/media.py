"""Store the brand's picture library: each picture fully decoded, stripped of metadata, stored once by its hash."""

import warnings
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from esmero.content.models import MediaFile, Template, TemplateText
from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.house.upload_limits import MAX_PICTURE
from esmero.refusal import InvalidValue
from esmero.vault.files import seal
from esmero.vault.models import StoredFile

if TYPE_CHECKING:  # loading Pillow takes long, and only decoding needs it
    from PIL.Image import Image

MOST_PIXELS = 30_000_000
MOST_FRAMES = 300
# Format as Pillow names it → media type and ending. Nothing that can hold a program: no SVG, no HTML.
FORMATS = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
ENDINGS = dict(FORMATS.values())
PUBLIC = ("media", "logo")  # kinds of stored files that are public by their URL
_ORIENTATION = 0x0112


class NotAPicture(InvalidValue):
    """Refuse an upload that is no usable picture."""


def add_picture(content: bytes, *, brand: Brand, name: str, alt: Mapping[str, str], by: User) -> tuple[MediaFile, bool]:
    """Add a picture to the library; return it, and whether it is new: the same picture is stored once.

    Raises:
        NotAPicture: it is no PNG, JPEG, GIF or WebP that can be decoded completely, or it is too large.

    """
    picture, kind, width, height = reencode(content)
    media_type, ending = FORMATS[kind]
    with transaction.atomic():
        sealed = seal(picture, kind="media", media_type=media_type, name=f"{name[:140]}.{ending}")
        kept, new = MediaFile.objects.get_or_create(
            brand=brand,
            sha256=sealed.sha256,
            defaults={
                "sealed": sealed,
                "name": name[:150],
                "alt": {code: words for code, words in alt.items() if words},
                "media_type": media_type,
                "size": len(picture),
                "width": width,
                "height": height,
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


def reencode(content: bytes) -> tuple[bytes, str, int, int]:
    """Decode every pixel and encode the picture again, without EXIF, location data or trailing bytes."""
    if not content:
        raise NotAPicture("picture-empty")
    if len(content) > MAX_PICTURE:
        raise NotAPicture("picture-too-large")
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(content), formats=tuple(FORMATS))
            # Limits before decoding: a small file may expand to many frames or pixels.
            frames = getattr(image, "n_frames", 1)
            if image.width * image.height * min(frames, MOST_FRAMES) > MOST_PIXELS * 4 or frames > MOST_FRAMES:
                raise NotAPicture("picture-too-many-pixels")
            if image.width * image.height > MOST_PIXELS:
                raise NotAPicture("picture-too-many-pixels")
            return _write(image, animated=frames > 1)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise NotAPicture("picture-too-many-pixels") from fault
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError) as fault:
        raise NotAPicture("picture-unreadable") from fault


def _write(image: "Image", *, animated: bool) -> tuple[bytes, str, int, int]:
    from PIL import ImageOps, ImageSequence

    kind = image.format or ""
    written = BytesIO()
    if animated and kind in ("GIF", "WEBP"):
        frames = [frame.copy() for frame in ImageSequence.Iterator(image)]
        durations = [frame.info.get("duration", 100) for frame in frames]
        for frame in frames:
            frame.info = {}
        frames[0].save(
            written, kind, save_all=True, append_images=frames[1:], duration=durations, loop=image.info.get("loop", 0)
        )
        return written.getvalue(), kind, image.width, image.height
    image.load()
    turned = image.getexif().get(_ORIENTATION, 1) != 1
    drawn = ImageOps.exif_transpose(image) if turned else image
    profile = image.info.get("icc_profile")
    transparency = {} if "transparency" not in image.info else {"transparency": image.info["transparency"]}
    # "keep" reuses the JPEG's quantisation tables: no loss of quality unless the picture was rotated.
    if kind == "JPEG":
        drawn.save(written, kind, quality=90 if turned else "keep", icc_profile=profile, optimize=True)
    elif kind == "WEBP":
        drawn.save(written, kind, quality=90, icc_profile=profile, exif=b"", xmp=b"")
    else:
        drawn.info = {}
        drawn.save(written, kind, optimize=kind == "PNG", icc_profile=profile, **transparency)
    return written.getvalue(), kind, drawn.width, drawn.height
