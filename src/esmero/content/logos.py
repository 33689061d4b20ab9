"""A brand's logo: kept like a picture of the library, and put at the head of its letters."""

from PIL import Image

from esmero.content.media import public_path, redraw
from esmero.house.models import Brand
from esmero.rendering.letters.letter import Logo
from esmero.vault.files import path_of, seal
from esmero.vault.models import StoredFile

WIDEST, HIGHEST = 240, 48  # px at the head of a letter


def keep_logo(content: bytes, *, name: str) -> StoredFile:
    """Keep a logo under its hash and return its row; letters that show it do so after the brand has another, too.

    Raises:
        NotAPicture: it cannot be decoded wholly.

    """
    picture, kind, _width, _height = redraw(content)
    return seal(picture, kind="logo", media_type=Image.MIME[kind], name=name)


def logo_of(brand: Brand) -> Logo | None:
    """Return the brand's logo as it stands in a letter, no wider and no higher than there is room; None without one."""
    sealed = brand.logo
    if sealed is None:
        return None
    try:
        with Image.open(path_of(sealed.sha256)) as picture:
            width, height = picture.size
    except OSError:
        return None
    shown = max(1, round(width * min(1, WIDEST / width, HIGHEST / height)))
    address = f"{brand.public_url.rstrip('/')}{public_path(sealed)}"
    return Logo(address=address, width=shown, alt=brand.name)
