"""From audience to answer, in rows: each with its number, its base, and the interval of a rate that is a sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.campaigns.queries import Progress
from esmero.web.parts.bars import Segment

_ALL, _GREEN = 6, 1
_REASON_FILLS = (2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the funnel."""

    name: str | Promise
    number: int
    rate: str
    parts: list[Segment]
    machines: int = 0


def sort_reasons(reasons: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """Return (code, people, colour) of each reason, the largest first; the sixth colour serves all that follow."""
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    last = len(_REASON_FILLS) - 1
    return [(code, number, _REASON_FILLS[min(place, last)]) for place, (code, number) in enumerate(ranked)]


def build_funnel(
    *, reasons: Mapping[str, int], to_get: int, progress: Progress | None, acts: Mapping[tuple[str, bool], int]
) -> list[Step]:
    """Lay out the steps; before the start (no progress) only who is left out and who would get it."""
    left_out = sum(reasons.values())
    audience = left_out + to_get
    parts = [Segment(amount=number, fill=fill) for _code, number, fill in sort_reasons(reasons)]
    steps = [
        Step(name=_("Audience"), number=audience, rate="", parts=[Segment(amount=audience, fill=_ALL)]),
        Step(name=_("Left out"), number=left_out, rate=_share(left_out, audience), parts=parts),
    ]
    if progress is None:
        bar = [Segment(amount=to_get, fill=_GREEN)]
        return [*steps, Step(name=_("Would get it"), number=to_get, rate=_share(to_get, audience), parts=bar)]
    left, stayed = progress.left, progress.left - progress.returned_for_good
    people, machines = acts.get(("clicked", False), 0), acts.get(("clicked", True), 0)
    click_parts = [Segment(amount=people, fill=_GREEN), Segment(amount=machines, fill=_ALL, hatched=True)]
    answers = acts.get(("replied", False), 0)
    return [
        *steps,
        Step(name=_("Left the house"), number=left, rate=_share(left, to_get), parts=[Segment(amount=left, fill=1)]),
        Step(name=_("Not returned"), number=stayed, rate=_share(stayed, left), parts=[Segment(amount=stayed, fill=1)]),
        Step(
            name=_("Human click"), number=people, rate=_estimate(people, stayed), parts=click_parts, machines=machines
        ),
        Step(
            name=_("Answered"), number=answers, rate=_estimate(answers, stayed), parts=[Segment(amount=answers, fill=1)]
        ),
    ]


def _share(part: int, whole: int) -> str:
    return f"{_tenths(100 * part / whole)} %" if whole else "–"


def _estimate(part: int, whole: int) -> str:
    """Say a rate with the bounds of its 95 % interval (Wilson): what was seen is a sample of what people do."""
    if not whole:
        return "–"
    z = 1.96
    rate, share = part / whole, z * z / whole
    middle = (rate + share / 2) / (1 + share)
    half = z / (1 + share) * sqrt(rate * (1 - rate) / whole + share / (4 * whole))
    low, high = (_tenths(100 * bound) for bound in (max(middle - half, 0), min(middle + half, 1)))
    return f"{_tenths(100 * rate)} % ({low}–{high})"


def _tenths(value: float) -> str:
    """Write a number with one decimal; number_format alone would cut it off instead of rounding."""
    return number_format(round(value, 1), 1)
