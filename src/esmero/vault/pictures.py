"""Decode a picture completely and encode it anew, so that nothing but its pixels is kept."""

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from esmero.refusal import InvalidValue

if TYPE_CHECKING:  # loading Pillow takes long, and only decoding needs it
    from PIL.Image import Image

MOST_PIXELS = 30_000_000
MOST_FRAMES = 300
# Format as Pillow names it → media type and ending.
FORMATS = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
ENDINGS = dict(FORMATS.values())
_ORIENTATION = 0x0112


class NotAPicture(InvalidValue):
    """Refuse an upload that is no usable picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPicture:
    """Hold a picture as it was encoded anew; sizes in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int


def reencode(content: bytes) -> EncodedPicture:
    """Decode every pixel and encode the picture again, without EXIF, location data, comments or trailing octets.

    Raises:
        NotAPicture: it is no PNG, JPEG, GIF or WebP that can be decoded completely, or it has too many pixels.

    """
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


def _write(image: "Image", *, animated: bool) -> EncodedPicture:
    from PIL import ImageOps, ImageSequence

    # MPO: a JPEG with a second picture behind it, as many telephones write.
    kind = "JPEG" if image.format == "MPO" else image.format or ""
    written = BytesIO()
    if animated and kind in ("GIF", "WEBP"):
        frames = [frame.copy() for frame in ImageSequence.Iterator(image)]
        durations = [frame.info.get("duration", 100) for frame in frames]
        for frame in frames:
            frame.info = {}
        frames[0].save(
            written, kind, save_all=True, append_images=frames[1:], duration=durations, loop=image.info.get("loop", 0)
        )
        return _hold(written, kind, image)
    image.load()
    turned = _is_turned(image)
    drawn = ImageOps.exif_transpose(image) if turned else image
    drawn, converted = _to_srgb(drawn)
    transparency = {} if "transparency" not in image.info else {"transparency": image.info["transparency"]}
    # Pillow writes comments, XMP and the profile from here.
    drawn.info = {}
    # "keep" reuses the JPEG's quantisation tables: no loss of quality unless the pixels were changed.
    if kind == "JPEG":
        same = image.format == "JPEG" and not (turned or converted)
        drawn.save(written, kind, quality="keep" if same else 90, optimize=True)
    elif kind == "WEBP":
        drawn.save(written, kind, quality=90)
    else:
        drawn.save(written, kind, optimize=kind == "PNG", **transparency)
    return _hold(written, kind, drawn)


def _is_turned(image: "Image") -> bool:
    try:
        return bool(image.getexif().get(_ORIENTATION, 1) != 1)
    except (SyntaxError, ValueError, OSError, EOFError):  # broken EXIF data, which goes anyway
        return False


def _hold(written: BytesIO, kind: str, image: "Image") -> EncodedPicture:
    media_type = FORMATS[kind][0]
    return EncodedPicture(content=written.getvalue(), media_type=media_type, width=image.width, height=image.height)


def _to_srgb(image: "Image") -> tuple["Image", bool]:
    """Convert to sRGB, the colour space of pictures without a profile; a profile may hold any octets.

    Returns:
        The picture, and whether its pixels were changed.

    """
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image, False
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return image, False
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):  # a broken profile: the pixels are shown as they are
        return image, False
    return (converted, True) if converted is not None else (image, False)
