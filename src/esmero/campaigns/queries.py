"""Reading campaigns: which run, how far each is, what became of its messages, and who was left out for which reason."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db.models import Count, Q

from esmero.campaigns.models import AudienceMember, Campaign
from esmero.house.models import Brand
from esmero.outbox.models import Message, MessageEvent

_UNDER_WAY = (Campaign.State.PLANNING, Campaign.State.RUNNING)
_TO_LEAVE = frozenset({"planned", "held", "waiting", "claimed", "wire", "orphaned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a campaign is. The sum of `states` is the number of its messages, at every moment."""

    states: Mapping[str, int]
    returned_for_good: int
    per_minute: int

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


def list_campaigns(*, brand: Brand, before: int | None = None, limit: int) -> Sequence[Campaign]:
    """Return at most `limit` campaigns, the newest first; `before` is the id of the last one on the page before."""
    rows = Campaign.objects.filter(brand=brand).select_related("topic", "segment", "job")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[:limit])


def list_running(*, brand: Brand) -> Sequence[Campaign]:
    """Return the campaigns that are under way or paused, the newest first."""
    states = (*_UNDER_WAY, Campaign.State.PAUSED, Campaign.State.CHECKING)
    return list(Campaign.objects.filter(brand=brand, state__in=states).select_related("job").order_by("-id"))


def measure_progress(campaigns: Collection[Campaign], *, at: datetime) -> dict[int, Progress]:
    """Return the progress of each campaign that has a dispatch, by the campaign's id; two queries for all of them."""
    campaign_of = {campaign.dispatch_id: campaign.pk for campaign in campaigns if campaign.dispatch_id}
    states: dict[int, dict[str, int]] = {key: {} for key in campaign_of.values()}
    returned: dict[int, int] = dict.fromkeys(campaign_of.values(), 0)
    recent: dict[int, int] = dict.fromkeys(campaign_of.values(), 0)
    if campaign_of:
        messages = Message.objects.filter(dispatch__in=campaign_of)
        counted = messages.values_list("dispatch", "state").annotate(
            number=Count("id"), returned=Count("id", filter=Q(worst=Message.Worst.RETURNED_FOR_GOOD))
        )
        for dispatch, state, number, bad in counted:
            key = campaign_of[dispatch]
            states[key][state] = number
            returned[key] += bad
        pace = messages.filter(sent_at__gt=at - timedelta(minutes=1), sent_at__lte=at)
        for dispatch, number in pace.values_list("dispatch").annotate(number=Count("id")):
            recent[campaign_of[dispatch]] = number
    return {
        key: Progress(states=states[key], returned_for_good=returned[key], per_minute=recent[key]) for key in states
    }


def count_refusals(campaign: Campaign) -> dict[str, int]:
    """Return how many messages of a started campaign the gate refused, under the first objection's code."""
    refused = Message.objects.filter(dispatch=campaign.dispatch_id, state=Message.State.REFUSED)
    counted: dict[str, int] = {}
    for verdict, number in refused.values_list("verdict").annotate(number=Count("id")).order_by():
        first = verdict.partition(" ")[0].partition(":")[0]
        counted[first] = counted.get(first, 0) + number
    return counted


def list_audience(
    campaign: Campaign, *, first: str = "", after: int | None = None, limit: int
) -> Sequence[AudienceMember]:
    """Return at most `limit` people of a dry run; `first` is the code of their first objection, "go" for none."""
    rows = AudienceMember.objects.filter(campaign=campaign).select_related("person__address")
    if first:
        rows = rows.filter(outcome="go") if first == "go" else rows.filter(first=first)
    if after is not None:
        rows = rows.filter(id__gt=after)
    return list(rows.order_by("id")[:limit])


def count_acts(campaign: Campaign) -> dict[tuple[str, bool], int]:
    """Return how many messages of a campaign had each event: (kind, by a machine) to messages, each counted once."""
    events = MessageEvent.objects.filter(message__dispatch=campaign.dispatch_id)
    counted: dict[tuple[str, bool], int] = {}
    for rows, by_machine in ((events.filter(machine=""), False), (events.exclude(machine=""), True)):
        numbers = rows.values_list("kind").annotate(number=Count("message", distinct=True))
        for kind, number in numbers.order_by():
            counted[kind, by_machine] = number
    return counted


def count_clicks(campaign: Campaign, *, limit: int = 30) -> Sequence[tuple[str, int, int]]:
    """Return (address, messages clicked by people, by machines) of each link, the most clicked by people first."""
    clicks = MessageEvent.objects.filter(
        message__dispatch=campaign.dispatch_id, kind=MessageEvent.Kind.CLICKED, link__isnull=False
    )
    counted = clicks.values_list("link__url").annotate(
        people=Count("message", distinct=True, filter=Q(machine="")),
        machines=Count("message", distinct=True, filter=~Q(machine="")),
    )
    return list(counted.order_by("-people", "link__url")[:limit])
