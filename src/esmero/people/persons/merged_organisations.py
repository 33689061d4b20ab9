"""Resolve organisations that were merged: stored undo facts name them by id, and their rows are gone."""

from collections.abc import Iterable, Mapping

from esmero.people.models import MergedOrganisation, Organisation


def resolve_organisations(ids: Iterable[int | None]) -> Mapping[int, int]:
    """Return {id: id of the row that stands for it now}; an organisation that is gone for good is absent. Two queries.

    A chain of merges has one step: the survivor's own merge moves the rows that name it.
    """
    asked = {one for one in ids if one is not None}
    found = dict(MergedOrganisation.objects.filter(merged_id__in=asked).values_list("merged_id", "survivor_id"))
    there = Organisation.objects.filter(pk__in=asked - found.keys()).values_list("pk", flat=True)
    return {**found, **{pk: pk for pk in there}}


def resolve_organisation(one: int | None) -> int | None:
    """Return the id of the row that stands for an organisation now, None if there is none."""
    return resolve_organisations([one]).get(one) if one is not None else None
