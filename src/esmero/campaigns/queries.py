"""Reading campaigns: which run, how far each is, what became of its messages, and who was left out for which reason."""

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
_TO_LEAVE = frozenset({"planned", "held", "waiting", "claimed", "wire", "orphaned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a campaign is. The sum of `states` is the number of its messages, at every moment."""

    states: Mapping[str, int]
    returned_for_good: int
    per_minute: int
    at: datetime | None = None

    @property
    def left(self) -> int:
        """How many have left the house."""
        return self.states.get("sent", 0)

    @property
    def to_leave(self) -> int:
        """How many are still to leave."""
        return sum(number for state, number in self.states.items() if state in _TO_LEAVE)

    @property
    def total(self) -> int:
        """All that leave, have left, or whose fate is unknown; neither refused nor cancelled ones."""
        return self.to_leave + self.left + self.states.get("doubt", 0) + self.states.get("gave-up", 0)

    @property
    def minutes_left(self) -> int | None:
        """Minutes to the end at the pace of the last minute; None while nothing moves."""
        return ceil(self.to_leave / self.per_minute) if self.per_minute and self.to_leave else None


def count_running(*, brand: Brand) -> int:
    """Count the campaigns that are under way."""
    return Campaign.objects.filter(brand=brand, state__in=_UNDER_WAY).count()


def list_running(*, brand: Brand) -> Sequence[Campaign]:
    """Return the campaigns that are under way or paused, the newest first."""
    states = (*_UNDER_WAY, Campaign.State.PAUSED, Campaign.State.CHECKING)
    return list(Campaign.objects.filter(brand=brand, state__in=states).select_related("job").order_by("-id"))


def measure_progress(campaigns: Collection[Campaign], *, at: datetime) -> dict[int, Progress]:
    """Return the progress of each campaign that has a dispatch, by the campaign's id; three queries for all of them.

    Small campaigns are counted now, together; of large ones the stored figures are read (dossier/statistics/dispatch_statistics.py).
    """
    campaign_of = {campaign.dispatch_id: campaign.pk for campaign in campaigns if campaign.dispatch_id}
    small, room = [], SMALL
    for campaign in campaigns:
        if campaign.dispatch_id and (size := expect(campaign)) <= room:
            small.append(campaign.dispatch_id)
            room -= size
    keys = [f"state|{state}" for state in Message.State.values] + [f"is|sent|{Message.Worst.RETURNED_FOR_GOOD:d}"]
    brands = {campaign.brand_id for campaign in campaigns}
    stored = read_statistics([pk for pk in campaign_of if pk not in small], brands=brands, keys=keys)
    numbers: dict[int, dict[str, int]] = {pk: {} for pk in small}
    counted = Message.objects.filter(dispatch__in=small).values_list("dispatch", "state", "worst")
    for dispatch, state, worst, number in counted.annotate(number=Count("id")).order_by():
        known = numbers[dispatch]
        known[f"is|{state}|{worst}"] = number
        known[f"state|{state}"] = known.get(f"state|{state}", 0) + number
    figures = {**stored, **{pk: DispatchStatistics(each, at) for pk, each in numbers.items()}}
    pace = _measure_pace(campaign_of, at=at)
    return {campaign_of[pk]: progress_of(found, per_minute=pace.get(pk, 0)) for pk, found in figures.items()}


def expect(campaign: Campaign) -> int:
    """Return how many messages a started campaign has: the people of its dry run; those of before are taken for few."""
    return int(campaign.counts.get("audience", 0))


def progress_of(figures: DispatchStatistics, *, per_minute: int) -> Progress:
    """Say how far a campaign is with these figures of its dispatch."""
    return Progress(
        states=figures.states,
        returned_for_good=figures.worst(Message.Worst.RETURNED_FOR_GOOD),
        per_minute=per_minute,
        at=figures.at,
    )


def _measure_pace(dispatches: Collection[int], *, at: datetime) -> dict[int, int]:
    if not dispatches:
        return {}
    # The sum keeps the database from an index on the dispatch: the last minute is the narrower door.
    recent = Message.objects.alias(of=F("dispatch_id") + 0).filter(
        sent_at__gt=at - timedelta(minutes=1), sent_at__lte=at, of__in=list(dispatches)
    )
    return dict(recent.values_list("dispatch").annotate(number=Count("id")).order_by())


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClicks:
    """A link of a campaign: how many messages had it opened by people, and by machines."""

    url: str
    people: int
    machines: int
    goal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStatistics:
    """All that a campaign's page says of its dispatch, from one set of figures."""

    figures: DispatchStatistics
    progress: Progress
    refusals: Mapping[str, int]
    links: Sequence[LinkClicks]

    def acted(self, kind: str, *, machines: bool = False) -> int:
        """Count the messages that had such an event, each once."""
        return self.figures.get("acted", kind, "machine" if machines else "person")

    @property
    def returned(self) -> int:
        """Messages that left and came back, for good, for now or because of us."""
        return sum(self.figures.worst(worst) for worst in RETURNED)

    @property
    def receivers(self) -> list[tuple[str, int, int, int]]:
        """(receiver, left, returned for good, complaints), the largest first; the last is the sum of all others, ""."""
        left = self.figures.below("receiver", "left")
        bad, complaints = self.figures.below("receiver", "returned"), self.figures.below("receiver", "complained")
        named = sorted(((name, number) for name, number in left.items() if name), key=lambda one: (-one[1], one[0]))
        rest = [("", left[""])] if "" in left else []
        return [(name, number, bad.get(name, 0), complaints.get(name, 0)) for name, number in [*named, *rest]]


def read_account(campaign: Campaign, *, at: datetime) -> CampaignStatistics | None:
    """Gather what a started campaign's page says; None before it has a dispatch, and while a large one is uncounted."""
    if campaign.dispatch_id is None:
        return None
    figures = count_or_read(campaign.dispatch_id, brand=campaign.brand_id, expected=expect(campaign), at=at)
    if not figures.numbers:
        return None
    pace = _measure_pace([campaign.dispatch_id], at=at) if campaign.state == Campaign.State.RUNNING else {}
    return CampaignStatistics(
        figures=figures,
        progress=progress_of(figures, per_minute=pace.get(campaign.dispatch_id, 0)),
        refusals=figures.below("refused"),
        links=_read_links(campaign, figures),
    )


def _read_links(campaign: Campaign, figures: DispatchStatistics) -> list[LinkClicks]:
    people, machines = figures.below("link", "person"), figures.below("link", "machine")
    urls = TemplateLink.objects.filter(pk__in=[int(pk) for pk in {*people, *machines}]).values_list("pk", "url")
    goal = campaign.goal.get("link")
    links = [
        LinkClicks(url=url, people=people.get(str(pk), 0), machines=machines.get(str(pk), 0), goal=url == goal)
        for pk, url in urls
    ]
    return sorted(links, key=lambda link: (-link.people, -link.machines, link.url))


def audience_rows(campaign: Campaign) -> QuerySet[AudienceMember]:
    """Return the people of a campaign's dry run with what a list says of them."""
    return AudienceMember.objects.filter(campaign=campaign).select_related("person__address")


def campaign_rows(*, brand: Brand) -> QuerySet[Campaign]:
    """Return a brand's campaigns with their stored numbers: `left`, `good` (returned for good), `clicked`, `answered`."""
    return (
        Campaign.objects.filter(brand=brand)
        .select_related("topic", "segment")
        .annotate(
            left=_stored("state|sent"),
            good=_stored("is|sent|4"),
            clicked=_stored("acted|clicked|person"),
            answered=_stored("acted|replied|person"),
        )
    )


def list_started(*, brand: Brand, begin: date, limit: int) -> Sequence[Any]:
    """Return at most `limit` campaigns that were started on or after a day, the newest first, with their stored numbers."""
    return list(campaign_rows(brand=brand).filter(started_at__date__gte=begin).order_by("-started_at", "-id")[:limit])


def _stored(key: str) -> Subquery:
    kind = Concat(Value("dispatch:"), Cast(OuterRef("dispatch_id"), CharField()), output_field=CharField())
    rows = DailyAggregate.objects.filter(brand=OuterRef("brand_id"), kind=kind, day=NEVER, key=key)
    return Subquery(rows.values("number"))
