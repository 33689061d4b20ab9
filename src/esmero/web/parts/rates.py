"""Rates in words: a share of all that there are, and an estimate with its interval where what was seen is a sample."""

from math import sqrt

from django.utils.formats import number_format

_Z = 1.96  # of the normal distribution, for 95 %


def find_interval(part: int, whole: int) -> tuple[float, float]:
    """Return the bounds of the 95 % interval of a rate, 0 to 1 (Wilson's score, as in Brown, Cai and DasGupta 2001)."""
    if whole <= 0:
        return 0.0, 1.0
    rate, share = part / whole, _Z * _Z / whole
    middle = (rate + share / 2) / (1 + share)
    half = _Z / (1 + share) * sqrt(max(rate * (1 - rate), 0) / whole + share / (4 * whole))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def say_share(part: int, whole: int) -> str:
    """Say a part of a whole in per cent; a dash where there is no whole."""
    return f"{_percent(part / whole)} %" if whole else "–"


def say_estimate(part: int, whole: int) -> str:
    """Say a rate with its bounds: what was seen is a sample of what people do."""
    if not whole:
        return "–"
    low, high = find_interval(part, whole)
    return f"{_percent(part / whole)} % ({_percent(low)}–{_percent(high)})"


def _percent(rate: float) -> str:
    return str(number_format(round(100 * rate, 1), decimal_pos=1))  # which by itself cuts and does not round
