"""Save, copy, delete and restore segments; each change is audited."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from esmero.dossier.segments.estimates import is_large
from esmero.dossier.segments.selection import count, read_context, select_persons
from esmero.house.audit import note
from esmero.house.editing.row_versions import advance_version
from esmero.house.models import Brand, User
from esmero.people.models import Segment
from esmero.people.segments.mentions import list_users, rename
from esmero.people.segments.tree import read_json, write_json
from esmero.people.segments.values import SegmentFault
from esmero.refusal import Refusal
from esmero.work.jobs import enqueue, save_progress
from esmero.work.models import Job

COUNT = "count-segment"


class SegmentInUse(Refusal):
    """Refuse to delete a segment that other segments refer to."""


def segment_rows(*, brand: Brand | None) -> QuerySet[Segment]:
    """Return the segments of a brand and those shared by all brands."""
    return Segment.objects.filter(Q(brand=brand) | Q(brand=None)) if brand else Segment.objects.all()


def list_segments(*, brand: Brand) -> Sequence[Segment]:
    """Return the segments of a brand and the shared ones, by name."""
    return list(segment_rows(brand=brand).order_by("name"))


def is_name_free(name: str, *, besides: Segment | None) -> bool:
    """Return whether no other segment has this name."""
    others = Segment.objects.filter(name=name)
    return not (others.exclude(pk=besides.pk) if besides else others).exists()


def save_segment(
    segment: Segment | None,
    *,
    name: str,
    conditions: Any,
    brand: Brand | None,
    by: User | str,
    seen: int | None = None,
) -> Segment:
    """Create a segment (None) or change one by a tree or its JSON, and count it; in a large installation a job counts.

    References in other segments follow a changed name. `seen` is the row version that the author built on
    (house/editing/row_versions.py).

    Raises:
        StaleWrite: somebody else changed it since.
        SegmentFault: a condition refers to something missing, or back to this segment; nothing is stored.

    """
    context = read_context()
    said = write_json(read_json(conditions, known=context.known))
    # A reference back to the segment, under its old or new name, is a cycle.
    context.named = {**context.named, **({segment.name: said} if segment else {}), name: said}
    rows = select_persons({"kind": "segment", "name": name}, context=context)
    number = None if is_large() else rows.count()
    with transaction.atomic():
        kept = segment or Segment(brand=brand)
        old = kept.name
        if segment is not None:
            advance_version(segment, seen=seen)
        kept.name, kept.conditions, kept.counted = name, said, number
        kept.counted_at = None if number is None else timezone.now()
        kept.save()
        facts: dict[str, Any] = {} if number is None else {"counted": number}
        if number is None:
            enqueue(COUNT, subject_id=kept.pk, by=str(by))
        if segment and old != name:
            facts["was"] = old
            _update_referrers(old, name)
        note("segment.changed" if segment else "segment.created", by=by, subject=kept, facts=facts)
    return kept


def run_count(job: Job) -> bool:
    """Count a segment saved in a large installation, by its conditions at that time."""
    segment = Segment.objects.filter(pk=job.subject).first()
    if segment is not None:
        number = count(segment.conditions)
        with transaction.atomic():
            # Conditions changed meanwhile have a job of their own: this count must not overwrite its result.
            rows = Segment.objects.filter(pk=segment.pk, conditions=segment.conditions)
            rows.update(counted=number, counted_at=timezone.now())
            save_progress(job)
    return True


def copy_segment(segment: Segment, *, name: str, by: User | str) -> Segment:
    """Create a copy of a segment under the first free name that begins with `name`."""
    free, number = name[:150], 1
    while not is_name_free(free, besides=None):
        number += 1
        free = f"{name[:140]} {number}"
    return save_segment(None, name=free, conditions=segment.conditions, brand=segment.brand, by=by)


def delete_segment(segment: Segment, *, by: User | str) -> Mapping[str, Any]:
    """Delete a segment without references; return the values for `restore_segment`.

    Raises:
        SegmentInUse: another segment refers to it.
        ProtectedError: a campaign uses it.

    """
    with transaction.atomic():
        if segment.name in list_users("segment"):
            raise SegmentInUse("segment-in-use", name=segment.name)
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
    """Restore a deleted segment; None if its name was taken meanwhile, or a reference is missing."""
    brand = Brand.objects.filter(pk=facts["brand"]).first()
    if not is_name_free(facts["name"], besides=None):
        return None
    try:
        kept = save_segment(None, name=facts["name"], conditions=facts["conditions"], brand=brand, by=by)
    except SegmentFault:
        return None
    with transaction.atomic():
        Segment.objects.filter(pk=kept.pk).update(description=facts["description"])
    return kept


def _update_referrers(old: str, new: str) -> None:
    for other in list_users("segment").get(old, ()):
        other.conditions = write_json(rename(other.conditions, subject="segment", old=old, new=new))
        advance_version(other, seen=None)
        other.save(update_fields=["conditions"])
