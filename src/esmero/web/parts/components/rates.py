"""Format numbers, shares, and rates estimated from a sample with their interval."""

import re
from math import sqrt
from typing import Any

from django.utils.formats import number_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_WHOLE = re.compile(r"%\((\w+)\)d")
_Z = 1.96  # of the normal distribution, for 95 %


def find_interval(part: int, whole: int) -> tuple[float, float]:
    """Return the bounds of the 95 % interval of a rate, 0 to 1 (Wilson's score, as in Brown, Cai and DasGupta 2001)."""
    if whole <= 0:
        return 0.0, 1.0
    rate, share = part / whole, _Z * _Z / whole
    middle = (rate + share / 2) / (1 + share)
    half = _Z / (1 + share) * sqrt(max(rate * (1 - rate), 0) / whole + share / (4 * whole))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def format_number(number: int) -> str:
    """Format a whole number with the grouping of the reader's language."""
    return str(number_format(number, force_grouping=True))


def fill(words: str, **facts: object) -> str:
    """Fill the placeholders of a translated text; whole numbers are grouped, also for %(…)d."""
    said = {name: format_number(fact) if type(fact) is int else fact for name, fact in facts.items()}
    return _WHOLE.sub(r"%(\1)s", words) % said


def fill_markup(words: str, **facts: Any) -> SafeString:
    """Fill the placeholders of a translated text like `fill`, for values that may hold elements; others are escaped."""
    escaped = {name: fact if type(fact) is int else conditional_escape(fact) for name, fact in facts.items()}
    return mark_safe(fill(words, **escaped))  # noqa: S308 - our text, the values are escaped


def format_share(part: int, whole: int) -> str:
    """Format a part of a whole in per cent; a dash if the whole is zero."""
    return f"{_percent(part / whole)}\u00a0%" if whole else "–"


def format_estimate(part: int, whole: int) -> str:
    """Format a rate with its bounds, because observed actions are a sample of all actions."""
    if not whole:
        return "–"
    low, high = find_interval(part, whole)
    return f"{_percent(part / whole)}\u00a0% ({_percent(low)}–{_percent(high)})"


def _percent(rate: float) -> str:
    """Round to one decimal; 100 is shown only for a full share."""
    rounded = round(100 * rate, 1)
    return str(number_format(rounded if rounded < 100 or rate >= 1 else 99.9, decimal_pos=1))
