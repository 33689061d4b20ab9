"""Build the funnel from audience to goal: each step with its number, its rate and a link to its people."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.campaigns.models import COUNTS_WITHOUT_REASON, Campaign
from esmero.campaigns.queries import CampaignStatistics
from esmero.outbox.models import MessageEvent
from esmero.web.parts.components.bars import BarSegment
from esmero.web.parts.components.rates import format_estimate, format_share

_ALL, _GREEN = 6, 1
_REASON_FILLS = (2, 3, 4, 5)
_OTHERS = 6
Kind = MessageEvent.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """Describe one row of the funnel; `query` lists its people, `note` explains the step."""

    name: str | Promise
    number: int
    rate: str
    parts: list[BarSegment]
    machines: int = 0
    query: str | None = None
    note: str | Promise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionReasons:
    """Hold the reasons for excluding people as (code, people, colour), the largest first.

    The largest have a colour of their own; all `others` share one, and are one part of the bar.
    """

    named: list[tuple[str, int, int]]
    others: list[tuple[str, int, int]]

    @property
    def rest(self) -> int:
        """Return the number of people that the other reasons exclude together."""
        return sum(number for _code, number, _fill in self.others)

    @property
    def parts(self) -> list[BarSegment]:
        """Return the parts of the bar."""
        named = [BarSegment(amount=number, fill=fill) for _code, number, fill in self.named]
        return [*named, BarSegment(amount=self.rest, fill=_OTHERS)]


def sort_reasons(reasons: Mapping[str, int]) -> ExclusionReasons:
    """Assign a colour to each of the largest reasons, and one to all others; a single other is listed itself."""
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    fills = _REASON_FILLS if len(ranked) > len(_REASON_FILLS) + 1 else (*_REASON_FILLS, _OTHERS)
    named = [(code, number, fill) for (code, number), fill in zip(ranked, fills, strict=False)]
    return ExclusionReasons(named=named, others=[(code, number, _OTHERS) for code, number in ranked[len(fills) :]])


def build_funnel(
    *, reasons: Mapping[str, int], to_get: int, account: CampaignStatistics | None, goal: Mapping[str, object]
) -> list[FunnelStep]:
    """Build the steps; before the start (no account) only exclusions and expected recipients."""
    left_out = sum(reasons.values())
    audience = left_out + to_get
    parts = sort_reasons(reasons).parts
    before = [
        FunnelStep(
            name=_("Audience"), number=audience, rate="", parts=[BarSegment(amount=audience, fill=_ALL)], query=""
        ),
        FunnelStep(
            name=_("Left out"),
            number=left_out,
            rate=format_share(left_out, audience),
            parts=parts,
            query="state=refused" if account else "outcome=refuse",
        ),
    ]
    if account is None:
        bar = [BarSegment(amount=to_get, fill=_GREEN)]
        rate = format_share(to_get, audience)
        return [*before, FunnelStep(name=_("Would get it"), number=to_get, rate=rate, parts=bar, query="outcome=go")]
    left, delivered = account.progress.left, account.progress.left - account.returned
    people, machines = account.acted(Kind.CLICKED), account.acted(Kind.CLICKED, machines=True)
    click_parts = [BarSegment(amount=people, fill=_GREEN), BarSegment(amount=machines, fill=_ALL, hatched=True)]
    return [
        *before,
        FunnelStep(
            name=_("Sent"), number=left, rate=format_share(left, to_get), parts=[BarSegment(amount=left, fill=_GREEN)],
            query="state=sent",
        ),
        FunnelStep(
            name=_("Delivered"), number=delivered, rate=format_share(delivered, left),
            parts=[BarSegment(amount=delivered, fill=_GREEN)], query="outcome=delivered",
        ),
        FunnelStep(
            name=_("Human click"), number=people, rate=format_estimate(people, delivered), parts=click_parts,
            machines=machines, query="did=clicked",
        ),
        _goal_step(account, delivered=delivered, goal=goal),
    ]  # fmt: skip


def _goal_step(account: CampaignStatistics, *, delivered: int, goal: Mapping[str, object]) -> FunnelStep:
    """Build the last step: the link set as goal, else a reply."""
    link = goal.get("link")
    if link:
        number = next((one.people for one in account.links if one.goal), 0)
        name, query, note = _("Goal"), "did=goal", str(link)
    else:
        number, name, query, note = account.acted(Kind.REPLIED), _("Answered"), "did=replied", ""
    return FunnelStep(
        name=name,
        number=number,
        rate=format_estimate(number, delivered),
        parts=[BarSegment(amount=number, fill=_GREEN)],
        query=query,
        note=note if link else _("goal") if goal.get("reply") else "",
    )


def reasons_of_dry_run(campaign: Campaign) -> dict[str, int]:
    """Return the reasons of the dry run: code to number of people."""
    return {code: int(number) for code, number in campaign.counts.items() if code not in COUNTS_WITHOUT_REASON}
