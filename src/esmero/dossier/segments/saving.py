"""Save, copy and delete segments, each with its exact count; each change stands in the audit log."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from esmero.dossier.segments.estimates import is_large
from esmero.dossier.segments.mentions import mentioned, rename
from esmero.dossier.segments.selection import count, read_house, select_persons
from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.people.models import Person, Segment
from esmero.people.segments.conditions import SegmentFault
from esmero.work.jobs import enqueue, save_progress
from esmero.work.models import Job

COUNT = "count-segment"


class InUseError(Exception):
    """A segment is named by others, or something else keeps it: it cannot go."""


def segment_rows(*, brand: Brand | None) -> QuerySet[Segment]:
    """Return the segments of a brand and those of the whole house."""
    return Segment.objects.filter(Q(brand=brand) | Q(brand=None)) if brand else Segment.objects.all()


def list_segments(*, brand: Brand) -> Sequence[Segment]:
    """Return the segments of a brand and those of the whole house, by name."""
    return list(segment_rows(brand=brand).order_by("name"))


def is_free(name: str, *, besides: Segment | None) -> bool:
    """Say whether no other segment bears this name."""
    others = Segment.objects.filter(name=name)
    return not (others.exclude(pk=besides.pk) if besides else others).exists()


def save_segment(
    segment: Segment | None, *, name: str, conditions: Mapping[str, Any], brand: Brand | None, by: User | str
) -> Segment:
    """Store a new segment (None) or change one, with the number of people whom it selects now; a large house counts later.

    Segments that name it follow when its own name changes.

    Raises:
        SegmentFault: a condition names something that is not there, or would come back to this segment; nothing is
            stored.

    """
    rows = select_as(name, conditions=conditions, segment=segment)
    number = None if is_large() else rows.count()
    with transaction.atomic():
        kept = segment or Segment(brand=brand)
        old = kept.name
        kept.name, kept.conditions, kept.counted = name, dict(conditions), number
        kept.counted_at = None if number is None else timezone.now()
        kept.save()
        facts: dict[str, Any] = {} if number is None else {"counted": number}
        if number is None:
            enqueue(COUNT, subject_id=kept.pk, by=str(by))
        if segment and old != name:
            facts["was"] = old
            _follow(old, name)
        note("segment.changed" if segment else "segment.created", by=by, subject=kept, facts=facts)
    return kept


def run_count(job: Job) -> bool:
    """Count a segment that was saved in a large house; what it says by then is counted."""
    segment = Segment.objects.filter(pk=job.subject).first()
    if segment is not None:
        number = count(segment.conditions)
        with transaction.atomic():
            rows = Segment.objects.filter(pk=segment.pk, conditions=segment.conditions)
            rows.update(counted=number, counted_at=timezone.now())
            save_progress(job)
    return True


def select_as(name: str, *, conditions: Mapping[str, Any], segment: Segment | None) -> QuerySet[Person]:
    """Select people by conditions as those of a segment: one that they lead back to makes a circle.

    Raises:
        SegmentFault: see `save_segment`.

    """
    house = read_house()
    kept = {key: value for key, value in house.named.items() if segment is None or key != segment.name}
    house.named = {**kept, name: dict(conditions)} | ({segment.name: dict(conditions)} if segment else {})
    return select_persons({"segment": name}, house=house)


def copy_segment(segment: Segment, *, name: str, by: User | str) -> Segment:
    """Store a second segment with the same conditions under the first free name that begins with `name`."""
    free, number = name[:150], 1
    while not is_free(free, besides=None):
        number += 1
        free = f"{name[:140]} {number}"
    return save_segment(None, name=free, conditions=segment.conditions, brand=segment.brand, by=by)


def delete_segment(segment: Segment, *, by: User | str) -> Mapping[str, Any]:
    """Delete a segment that no other one names; returns what `restore_segment` needs.

    Raises:
        InUseError: another segment names it.
        ProtectedError: a campaign has it.

    """
    with transaction.atomic():
        if any(segment.name in mentioned(one) for one in Segment.objects.values_list("conditions", flat=True)):
            raise InUseError(segment.name)
        kept = {
            "name": segment.name,
            "conditions": segment.conditions,
            "description": segment.description,
            "brand": segment.brand_id,
        }
        note("segment.deleted", by=by, subject=segment, facts={"name": segment.name})
        segment.delete()
    return kept


def restore_segment(facts: Mapping[str, Any], *, by: User | str) -> Segment | None:
    """Store a deleted segment again; None when its name was taken in the meantime, or what it names is gone."""
    brand = Brand.objects.filter(pk=facts["brand"]).first()
    if not is_free(facts["name"], besides=None):
        return None
    try:
        kept = save_segment(None, name=facts["name"], conditions=facts["conditions"], brand=brand, by=by)
    except SegmentFault:
        return None
    with transaction.atomic():
        Segment.objects.filter(pk=kept.pk).update(description=facts["description"])
    return kept


def _follow(old: str, new: str) -> None:
    for other in Segment.objects.all():
        if old in mentioned(other.conditions):
            other.conditions = rename(other.conditions, old=old, new=new)
            other.save(update_fields=["conditions"])
