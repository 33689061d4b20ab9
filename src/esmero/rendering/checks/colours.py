"""Read colours of mail HTML, and compute the contrast of two colours by WCAG 2.2."""

import re

type Colour = tuple[int, int, int]

_NAMED = {
    "black": (0, 0, 0), "white": (255, 255, 255), "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255),
    "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192), "yellow": (255, 255, 0),
    "orange": (255, 165, 0), "navy": (0, 0, 128), "lightgray": (211, 211, 211), "lightgrey": (211, 211, 211),
}  # fmt: skip


def read_colour(text: str) -> Colour | None:
    """Read `#rgb`, `#rrggbb`, `rgb(…)` or a common name at the beginning of a value; None for anything else."""
    words = text.strip().lower().split("!")[0].strip()
    found = re.match(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", words)
    if found:
        code = found[1] if len(found[1]) == 6 else "".join(letter * 2 for letter in found[1])
        return int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16)
    found = re.match(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)", words)
    if found:
        red, green, blue = (min(int(value), 255) for value in found.groups())
        return red, green, blue
    return _NAMED.get(words.split()[0] if words else "")


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        value / 255 / 12.92 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
