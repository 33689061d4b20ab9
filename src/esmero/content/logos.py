"""Store a brand's logo and provide it for the header of its mails."""

from PIL import Image

from esmero.content.media import public_path, reencode
from esmero.house.models import Brand
from esmero.rendering.letters.letter import Logo
from esmero.vault.files import path_of, seal
from esmero.vault.models import StoredFile

WIDEST, HIGHEST = 240, 48  # px in the header of a mail


def store_logo(content: bytes, *, name: str) -> StoredFile:
    """Store a logo under its hash and return its StoredFile; mails sent with it still show it after a change of logo.

    Raises:
        NotAPicture: it cannot be decoded completely.

    """
    picture, kind, _width, _height = reencode(content)
    return seal(picture, kind="logo", media_type=Image.MIME[kind], name=name)


def logo_of(brand: Brand) -> Logo | None:
    """Return the brand's logo scaled to the header of a mail; None without one."""
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
