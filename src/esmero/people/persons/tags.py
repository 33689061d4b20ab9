"""Add and remove a tag on many persons at once; each change is audited."""

from collections.abc import Collection

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.models import Person, Tag
from esmero.refusal import InvalidValue

MOST = 50_000
_CHUNK = 500


def tag_persons(persons: Collection[int], *, name: str, by: User | str) -> list[int]:
    """Add a tag, created if needed, and return the ids of persons who did not have it."""
    _check(persons)
    new: list[int] = []
    with transaction.atomic():
        tag, _made = Tag.objects.get_or_create(name=name.strip()[:80])
        through = Person.tags.through
        for some in _chunks(persons):
            have = set(through.objects.filter(tag=tag, person_id__in=some).values_list("person_id", flat=True))
            missing = [pk for pk in some if pk not in have]
            through.objects.bulk_create([through(person_id=pk, tag_id=tag.pk) for pk in missing], ignore_conflicts=True)
            new += missing
        note("people.tagged", by=by, subject=tag, facts={"tag": tag.name, "persons": len(new)})
    return new


def untag_persons(persons: Collection[int], *, name: str, by: User | str) -> list[int]:
    """Remove a tag and return the ids of persons who had it."""
    _check(persons)
    gone: list[int] = []
    with transaction.atomic():
        tag = Tag.objects.filter(name=name.strip()).first()
        if tag is None:
            return []
        for some in _chunks(persons):
            rows = Person.tags.through.objects.filter(tag=tag, person_id__in=some)
            gone += rows.values_list("person_id", flat=True)
            rows.delete()
        note("people.untagged", by=by, subject=tag, facts={"tag": tag.name, "persons": len(gone)})
    return gone


def _check(persons: Collection[int]) -> None:
    if len(persons) > MOST:
        raise InvalidValue("too-many-people", most=MOST)


def _chunks(persons: Collection[int]) -> list[list[int]]:
    # Sorted: all writers lock rows in the same order, so that none wait for each other.
    ordered = sorted(persons)
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
