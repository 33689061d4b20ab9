"""Bars as numbers for SVG: a strict content security policy leaves no style attribute, but width and x are attributes."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BarSegment:
    """A piece of a bar: how much, in which of the data colours 1 to 7, and hatched when machines did it."""

    amount: int
    fill: int
    hatched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A segment in place: x and width in per cent of the bar, ready to be an attribute (dot as decimal sign)."""

    x: str
    width: str
    fill: int
    hatched: bool


def lay_segments(segments: Iterable[BarSegment], *, total: int, gap: float = 0) -> list[Rectangle]:
    """Lay segments side by side, 100 being `total`; what is more than nothing is at least half a per cent wide."""
    laid: list[Rectangle] = []
    x = 0.0
    for segment in segments:
        if segment.amount <= 0 or total <= 0:
            continue
        width = min(max(100 * segment.amount / total, 0.5), max(100 - x, 0))
        laid.append(Rectangle(x=f"{x:.2f}", width=f"{width:.2f}", fill=segment.fill, hatched=segment.hatched))
        x += width + gap
    return laid
