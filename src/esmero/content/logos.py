"""Provide a brand's logo for the header of its mails."""

from PIL import Image

from esmero.content.media import public_path
from esmero.house.models import Brand
from esmero.rendering.letters.letter import Logo
from esmero.vault.files import path_of

WIDEST, HIGHEST = 240, 48  # px in the header of a mail


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
