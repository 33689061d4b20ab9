"""Compute bars as numbers for SVG.

A strict content security policy forbids style attributes, but x and width are attributes.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BarSegment:
    """Describe a part of a bar: amount, data colour 1 to 7, hatched for actions of machines."""

    amount: int
    fill: int
    hatched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """Describe a positioned segment: x and width in per cent of the bar, as attributes (dot as decimal sign)."""

    x: str
    width: str
    fill: int
    hatched: bool


def place_segments(segments: Iterable[BarSegment], *, total: int, gap: float = 0) -> list[Rectangle]:
    """Position segments side by side, 100 being `total`; a segment above zero is at least 0.5 per cent wide."""
    laid: list[Rectangle] = []
    x = 0.0
    for segment in segments:
        if segment.amount <= 0 or total <= 0:
            continue
        width = min(max(100 * segment.amount / total, 0.5), max(100 - x, 0))
        laid.append(Rectangle(x=f"{x:.2f}", width=f"{width:.2f}", fill=segment.fill, hatched=segment.hatched))
        x += width + gap
    return laid
