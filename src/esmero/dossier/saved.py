"""Save a segment with its exact count; each change stands in the audit log."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from esmero.dossier.segments import count
from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.people.models import Segment


def list_segments(*, brand: Brand) -> Sequence[Segment]:
    """Return the segments of a brand and those of the whole house, by name."""
    return list(Segment.objects.filter(Q(brand=brand) | Q(brand=None)).order_by("name"))


def is_free(name: str, *, besides: Segment | None) -> bool:
    """Say whether no other segment bears this name."""
    others = Segment.objects.filter(name=name)
    return not (others.exclude(pk=besides.pk) if besides else others).exists()


def save_segment(
    segment: Segment | None, *, name: str, conditions: Mapping[str, Any], brand: Brand | None, by: User | str
) -> Segment:
    """Store a new segment (None) or change one, with the number of people whom it selects now.

    Raises:
        SegmentFault: a condition names something that is not there; nothing is stored.

    """
    number = count(dict(conditions))
    with transaction.atomic():
        kept = segment or Segment(brand=brand)
        kept.name, kept.conditions, kept.counted, kept.counted_at = name, dict(conditions), number, timezone.now()
        kept.save()
        note("segment.changed" if segment else "segment.created", by=by, subject=kept, facts={"counted": number})
    return kept
