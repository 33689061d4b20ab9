"""Derive a brand's style sheet from its colour, corrected to a readable contrast (WCAG 2.2, 1.4.3: 4.5 to 1)."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from esmero.house.models import Brand

type Colour = tuple[int, int, int]

READABLE = 4.5
PAPER: Colour = (0xFA, 0xF9, 0xF6)
NIGHT: Colour = (0x1A, 0x1E, 0x22)
_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")


@require_safe
@cache_control(public=True, max_age=300)
def brand_colours(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001
    """Return the style sheet that applies one brand's colour, for light and dark pages."""
    brand = get_object_or_404(Brand.objects.only("colour"), slug=slug)
    return HttpResponse(style_sheet(brand.colour), content_type="text/css; charset=utf-8")


def style_sheet(colour: str, *, scope: str = ":root") -> str:
    """Return the CSS variables derived from a colour "#rrggbb"; "" for an invalid value."""
    both = _correct_both(colour)
    if both is None:
        return ""
    light, dark = both
    tokens = {
        "act": (light, dark),
        "act-soft": (_mix(light, PAPER, share=0.12), _mix(dark, NIGHT, share=0.16)),
    }
    lines = (f"--{name}:light-dark({_hex(day)},{_hex(night)})" for name, (day, night) in tokens.items())
    return f"{scope}{{{';'.join(lines)}}}\n"


def explain_colour(colour: str) -> tuple[str, str, str] | None:
    """Return (given, on light pages, on dark pages) if the colour was changed for light pages, else None."""
    both = _correct_both(colour)
    if both is None or _hex(both[0]) == colour.lower():
        return None
    return colour, _hex(both[0]), _hex(both[1])


def _correct_both(colour: str) -> tuple[Colour, Colour] | None:
    match = _HEX.fullmatch(colour)
    if match is None:
        return None
    own: Colour = (int(match[1], 16), int(match[2], 16), int(match[3], 16))
    return correct(own, ground=PAPER, towards=(0, 0, 0)), correct(own, ground=NIGHT, towards=(255, 255, 255))


def correct(colour: Colour, *, ground: Colour, towards: Colour) -> Colour:
    """Move a colour in steps of 2 % towards black or white until its contrast to the ground is 4.5 to 1."""
    for step in range(51):
        candidate = _mix(towards, colour, share=step / 50)
        if contrast(candidate, ground) >= READABLE:
            return candidate
    return towards


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    channels = (value / 255 for value in colour)
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mix(one: Colour, other: Colour, *, share: float) -> Colour:
    """Mix `share` of one colour into another."""
    mixed = [round(a * share + b * (1 - share)) for a, b in zip(one, other, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
