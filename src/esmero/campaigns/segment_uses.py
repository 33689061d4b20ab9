"""List the campaigns that use a segment."""

from collections.abc import Collection, Mapping, Sequence

from esmero.campaigns.models import Campaign


def list_uses(segments: Collection[int]) -> Mapping[int, Sequence[Campaign]]:
    """Return {segment id: latest campaigns that use it}; one query."""
    uses: dict[int, list[Campaign]] = {}
    for campaign in Campaign.objects.filter(segment__in=segments).order_by("-id")[:1000]:
        if campaign.segment_id is not None:
            uses.setdefault(campaign.segment_id, []).append(campaign)
    return uses
