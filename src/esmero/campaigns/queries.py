"""Query campaigns: those in progress, their progress and results, and refusals by reason."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import CharField, Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from esmero.campaigns.models import AudienceMember, Campaign
from esmero.content.models import Link as TemplateLink
from esmero.dossier.models import DailyAggregate
from esmero.dossier.statistics.day_counts import RETURNED
from esmero.dossier.statistics.dispatch_statistics import (
    NEVER,
    SMALL,
    DispatchStatistics,
    count_or_read,
    read_statistics,
)
from esmero.house.models import Brand
from esmero.outbox.models import Message

_UNDER_WAY = (Campaign.State.PLANNING, Campaign.State.RUNNING)
_TO_LEAVE = frozenset({"planned", "waiting", "claimed", "wire", "orphaned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Describe the progress of a campaign. The sum of `states` always equals the number of its messages."""

    states: Mapping[str, int]
    returned_for_good: int
    per_minute: int
    at: datetime | None = None

    @property
    def left(self) -> int:
        """Return the number of sent messages."""
        return self.states.get("sent", 0)

    @property
    def to_leave(self) -> int:
        """Return the number of messages still to be sent."""
        return sum(number for state, number in self.states.items() if state in _TO_LEAVE)

    @property
    def total(self) -> int:
        """Return the number of messages sent, to be sent, or of unknown outcome; without refused and cancelled ones."""
        return self.to_leave + self.left + self.states.get("doubt", 0) + self.states.get("gave-up", 0)

    @property
    def minutes_left(self) -> int | None:
        """Return the minutes to completion at the pace of the last minute; None if idle."""
        return ceil(self.to_leave / self.per_minute) if self.per_minute and self.to_leave else None


def count_running(*, brand: Brand) -> int:
    """Return the number of campaigns in progress."""
    return Campaign.objects.filter(brand=brand, state__in=_UNDER_WAY).count()


def list_running(*, brand: Brand) -> Sequence[Campaign]:
    """Return the campaigns in progress or paused, newest first."""
    states = (*_UNDER_WAY, Campaign.State.PAUSED, Campaign.State.CHECKING)
    return list(Campaign.objects.filter(brand=brand, state__in=states).select_related("job").order_by("-id"))


def measure_progress(campaigns: Collection[Campaign], *, at: datetime) -> dict[int, Progress]:
    """Return {campaign id: progress} of campaigns with a dispatch; three queries for all of them.

    Small campaigns are counted now, together; for large ones the stored statistics are read
    (dossier/statistics/dispatch_statistics.py).
    """
    campaign_of = {campaign.dispatch_id: campaign.pk for campaign in campaigns if campaign.dispatch_id}
    # The limit applies to the sum: many small campaigns must not make a slow page.
    small, room = [], SMALL
    for campaign in campaigns:
        if campaign.dispatch_id and (size := expected_messages(campaign)) <= room:
            small.append(campaign.dispatch_id)
            room -= size
    keys = [f"state|{state}" for state in Message.State.values] + [f"is|sent|{Message.Worst.HARD_BOUNCE:d}"]
    brands = {campaign.brand_id for campaign in campaigns}
    stored = read_statistics([pk for pk in campaign_of if pk not in small], brands=brands, keys=keys)
    numbers: dict[int, dict[str, int]] = {pk: {} for pk in small}
    counted = Message.objects.filter(dispatch__in=small).values_list("dispatch", "state", "worst")
    for dispatch, state, worst, number in counted.annotate(number=Count("id")).order_by():
        known = numbers[dispatch]
        known[f"is|{state}|{worst}"] = number
        known[f"state|{state}"] = known.get(f"state|{state}", 0) + number
    statistics = {**stored, **{pk: DispatchStatistics(each, at) for pk, each in numbers.items()}}
    pace = _measure_pace(campaign_of, at=at)
    return {campaign_of[pk]: progress_of(found, per_minute=pace.get(pk, 0)) for pk, found in statistics.items()}


def expected_messages(campaign: Campaign) -> int:
    """Return the audience size of a campaign, from its dry run; 0 if unknown."""
    return int(campaign.counts.get("audience", 0))


def progress_of(statistics: DispatchStatistics, *, per_minute: int) -> Progress:
    """Return the progress that follows from the statistics of a dispatch."""
    return Progress(
        states=statistics.states,
        returned_for_good=statistics.worst(Message.Worst.HARD_BOUNCE),
        per_minute=per_minute,
        at=statistics.at,
    )


def _measure_pace(dispatches: Collection[int], *, at: datetime) -> dict[int, int]:
    if not dispatches:
        return {}
    # `+ 0` keeps planners off the index on the dispatch: the condition on the last minute is more selective.
    recent = Message.objects.alias(of=F("dispatch_id") + 0).filter(
        sent_at__gt=at - timedelta(minutes=1), sent_at__lte=at, of__in=list(dispatches)
    )
    return dict(recent.values_list("dispatch").annotate(number=Count("id")).order_by())


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClicks:
    """Hold the number of messages with a click on a link, by persons and by machines."""

    url: str
    people: int
    machines: int
    goal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStatistics:
    """Hold the statistics for a campaign page, all from one count."""

    statistics: DispatchStatistics
    progress: Progress
    refusals: Mapping[str, int]
    links: Sequence[LinkClicks]

    def acted(self, kind: str, *, machines: bool = False) -> int:
        """Return the number of messages with such an event, each counted once."""
        return self.statistics.get("acted", kind, "machine" if machines else "person")

    @property
    def returned(self) -> int:
        """Return the number of bounced messages: hard, soft, or by our fault."""
        return sum(self.statistics.worst(worst) for worst in RETURNED)

    @property
    def receivers(self) -> list[tuple[str, int, int, int]]:
        """Return (receiver, sent, hard bounces, complaints), largest first; the last is the sum of all others, ""."""
        left = self.statistics.below("receiver", "left")
        bad, complaints = self.statistics.below("receiver", "returned"), self.statistics.below("receiver", "complained")
        named = sorted(((name, number) for name, number in left.items() if name), key=lambda one: (-one[1], one[0]))
        rest = [("", left[""])] if "" in left else []
        return [(name, number, bad.get(name, 0), complaints.get(name, 0)) for name, number in [*named, *rest]]


def read_campaign_statistics(campaign: Campaign, *, at: datetime) -> CampaignStatistics | None:
    """Read the statistics of a started campaign; None before it has a dispatch, and while a large one is uncounted."""
    if campaign.dispatch_id is None:
        return None
    statistics = count_or_read(
        campaign.dispatch_id, brand=campaign.brand_id, expected=expected_messages(campaign), at=at
    )
    if not statistics.numbers:
        return None
    pace = _measure_pace([campaign.dispatch_id], at=at) if campaign.state == Campaign.State.RUNNING else {}
    return CampaignStatistics(
        statistics=statistics,
        progress=progress_of(statistics, per_minute=pace.get(campaign.dispatch_id, 0)),
        refusals=statistics.below("refused"),
        links=_read_links(campaign, statistics),
    )


def _read_links(campaign: Campaign, statistics: DispatchStatistics) -> list[LinkClicks]:
    people, machines = statistics.below("link", "person"), statistics.below("link", "machine")
    urls = TemplateLink.objects.filter(pk__in=[int(pk) for pk in {*people, *machines}]).values_list("pk", "url")
    goal = campaign.goal.get("link")
    links = [
        LinkClicks(url=url, people=people.get(str(pk), 0), machines=machines.get(str(pk), 0), goal=url == goal)
        for pk, url in urls
    ]
    return sorted(links, key=lambda link: (-link.people, -link.machines, link.url))


def audience_rows(campaign: Campaign) -> QuerySet[AudienceMember]:
    """Return the dry-run rows of a campaign with the relations that a list shows."""
    return AudienceMember.objects.filter(campaign=campaign).select_related("person__address")


def campaign_rows(*, brand: Brand) -> QuerySet[Campaign]:
    """Return a brand's campaigns with stored numbers: `left` (sent), `good` (hard bounces), `clicked`, `answered`."""
    return (
        Campaign.objects.filter(brand=brand)
        .select_related("topic", "segment")
        .annotate(
            left=_stored_number("state|sent"),
            good=_stored_number("is|sent|4"),  # 4: Message.Worst.HARD_BOUNCE
            clicked=_stored_number("acted|clicked|person"),
            answered=_stored_number("acted|replied|person"),
        )
    )


def list_started(*, brand: Brand, begin: date, limit: int) -> Sequence[Any]:
    """Return at most `limit` campaigns started on or after a day, newest first, with their stored numbers."""
    return list(campaign_rows(brand=brand).filter(started_at__date__gte=begin).order_by("-started_at", "-id")[:limit])


def _stored_number(key: str) -> Subquery:
    kind = Concat(Value("dispatch:"), Cast(OuterRef("dispatch_id"), CharField()), output_field=CharField())
    rows = DailyAggregate.objects.filter(brand=OuterRef("brand_id"), kind=kind, day=NEVER, key=key)
    return Subquery(rows.values("number"))
