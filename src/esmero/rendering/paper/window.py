"""Describe where the address of a letter on A4 stands, so that it shows through the window of an envelope."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeWindow:
    """Describe the visible part of an A4 page: all values in mm, `left` and `top` from the page's upper left corner.

    `head` is the height of the part for sender and number, above the address; `inset` is the margin inside the window,
    because a folded letter moves in its envelope; `body` is the distance from the top of the page to the text.
    """

    left: float
    top: float
    width: float
    height: float
    head: float
    inset: float
    body: float
