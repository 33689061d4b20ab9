"""Identify parties by the numbers that other systems of a brand gave them."""

from collections.abc import Collection, Mapping

from esmero.house.models import Brand
from esmero.people.models import PartyNumber, Person


def find_numbered(values: Collection[str], *, brand: Brand) -> Mapping[str, int | None]:
    """Return {number: id of its active person} for the numbers of a brand; None: another party has it. One query."""
    rows = PartyNumber.objects.filter(brand=brand, value__in=values)
    return {
        value: person if state == Person.State.ACTIVE else None
        for value, person, state in rows.values_list("value", "person_id", "person__state")
    }


def write_identity(value: str, *, brand: Brand) -> str:
    """Return the identity under which the list of the erased keeps a number of a brand, apart from customer numbers."""
    return f"{brand.slug} {value}"
