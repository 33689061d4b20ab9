"""Copy the rows that a chunk may look up into a scratch database, where the dry run performs the real import.

Every query of `ImportChunk` has its counterpart here; tests compare the verdicts of the dry run with the import's.
"""

from collections.abc import Collection, Sequence

from esmero.house.models import Brand
from esmero.people.addresses.suppression import hashes_of
from esmero.people.duplicates.merged_persons import find_survivors
from esmero.people.imports.rows import ImportRow
from esmero.people.models import (
    Address,
    BlockedDomain,
    ContactPoint,
    CustomField,
    Merge,
    Organisation,
    PartyNumber,
    PartyRole,
    Permission,
    PermissionEntry,
    Person,
    Purpose,
    Suppression,
    Tag,
    Topic,
)
from esmero.people.parties.external_numbers import write_identity
from esmero.text_folding import fold
from esmero.work.sqlite.scratch import Scratch

_SMALL = (Brand, Purpose, Topic, BlockedDomain, CustomField, Tag)


def copy_rules(scratch: Scratch) -> None:
    """Copy the tables that every row may refer to."""
    for model in _SMALL:
        scratch.copy_all(model)


def copy_known(scratch: Scratch, rows: Sequence[ImportRow]) -> None:
    """Copy the persons that these rows may match, by number, address and organisation, with all dependent rows."""
    values = {row.address.normalised for row in rows if row.address.usable}
    numbers = {row.texts["number"] for row in rows if row.texts.get("number")}
    scratch.copy_rows(Address, value=values)
    scratch.copy_rows(Suppression, hash=hashes_of(addresses=values, numbers=numbers | _identities(rows)))
    scratch.copy_rows(
        Organisation, folded={fold(row.texts["organisation"]) for row in rows if row.texts.get("organisation")}
    )
    brand_numbers = {row.brand_number for row in rows if row.brand_number}
    scratch.copy_rows(PartyNumber, value=brand_numbers)
    people = Person.objects.order_by()
    found = set(people.filter(number__in=numbers).values_list("pk", flat=True))
    found |= set(people.filter(address__value__in=values).values_list("pk", flat=True))
    owned = PartyNumber.objects.filter(value__in=brand_numbers).exclude(person=None)
    found |= {pk for pk in owned.values_list("person_id", flat=True) if pk is not None}
    survivors = find_survivors(found)
    scratch.copy_rows(Merge, gone=survivors.keys() | survivors.values())
    _copy_people(scratch, found | set(survivors.values()))


def _identities(rows: Sequence[ImportRow]) -> set[str]:
    brands = Brand.objects.order_by("id")
    return {write_identity(row.brand_number, brand=brand) for row in rows if row.brand_number for brand in brands}


def _copy_people(scratch: Scratch, found: Collection[int]) -> None:
    scratch.copy_rows(Person, id=found)
    linked = Person.objects.filter(pk__in=found).values_list("address_id", "organisation_id")
    addresses, organisations = zip(*linked, strict=True) if found else ((), ())
    scratch.copy_rows(Address, id={one for one in addresses if one})
    scratch.copy_rows(Organisation, id={one for one in organisations if one})
    for model in (ContactPoint, PartyRole, PermissionEntry, Permission, Person.tags.through):
        scratch.copy_rows(model, person=found)
