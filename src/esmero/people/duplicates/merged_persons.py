"""Resolve merged persons to their survivors; the rows of merged persons stay, so that their numbers still resolve."""

from collections.abc import Iterable

from esmero.people.models import Merge


def find_survivors(persons: Iterable[int]) -> dict[int, int]:
    """Return {merged id: surviving id} for those of these persons who were merged; chains are followed to the end."""
    found: dict[int, int] = {}
    asked = set(persons)
    while asked:
        rows = Merge.objects.filter(gone__in=asked, undone_at__isnull=True).order_by("id")
        step = dict(rows.values_list("gone_id", "kept_id"))
        found |= step
        asked = set(step.values()) - found.keys()
    return {gone: _follow(gone, found) for gone in found}


def _follow(person: int, steps: dict[int, int]) -> int:
    seen = {person}
    while person in steps and steps[person] not in seen:
        person = steps[person]
        seen.add(person)
    return person
