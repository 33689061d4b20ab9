"""Change a person on behalf of staff. Each change is audited and can be undone, and imports do not overwrite it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.addresses.suppression import find_suppressions
from esmero.people.models import Address, ContactPoint, Organisation, Person
from esmero.people.persons.merged_organisations import resolve_organisation
from esmero.people.persons.names import update_folded
from esmero.people.search_texts import index_persons
from esmero.refusal import InvalidValue

# Editable fields besides custom fields ("own:KEY"); "organisation" and "address" by id.
FIELDS = (
    "number", "title", "given_name", "family_name", "language", "country", "organisation", "position", "address",
    "capacity", "tax_id", "timezone",
)  # fmt: skip
# Value of `written_by` for a field that staff cleared on purpose, so that no import fills it again.
BY_STAFF = 0

type Before = dict[str, list[Any]]  # field → [value, its entry in written_by or None]


class NumberTaken(InvalidValue):
    """Refuse a customer number that another person has."""


def change_person(person: Person, *, changes: Mapping[str, Any], by: User | str) -> Before:
    """Write values and return the previous ones for `restore_person`; equal values are skipped.

    `changes` maps FIELDS and "own:KEY" to values, None to clear; organisation and address by id.

    Raises:
        NumberTaken: the number belongs to another person.

    """
    with transaction.atomic():
        row = _lock(person)
        number = changes.get("number")
        if number and Person.objects.filter(number=number).exclude(pk=row.pk).exists():
            raise NumberTaken("number-taken", number=number)
        before: Before = {}
        for name, value in changes.items():
            old = _read(row, name)
            if old == value or (not old and not value and old is not False and value is not False):
                continue
            before[name] = [old, row.written_by.pop(name, None)]
            _write(row, name, value)
            if value in (None, ""):
                row.written_by[name] = BY_STAFF
        if before:
            _save(row)
            note("person.changed", by=by, subject=row, facts={"fields": sorted(before)})
    return before


def restore_person(person: Person, *, before: Before, by: User | str) -> None:
    """Restore the values, and their writers, that `change_person` returned."""
    with transaction.atomic():
        row = _lock(person)
        for name, (value, writer) in before.items():
            _write(row, name, value)
            row.written_by.pop(name, None)
            if writer is not None:
                row.written_by[name] = writer
        _save(row)
        note("person.restored", by=by, subject=row, facts={"fields": sorted(before)})


def set_address(person: Person, *, value: str, by: User | str) -> Before:
    """Replace the address of a person by a normalised one; the old one becomes a contact point."""
    with transaction.atomic():
        address = get_or_create_address(value)
        old = person.address
        if old is not None and old.pk != address.pk:
            ContactPoint.objects.get_or_create(person=person, kind=ContactPoint.Kind.EMAIL, value=old.value)
        return change_person(person, changes={"address": address.pk}, by=by)


def get_or_create_address(value: str) -> Address:
    """Return the Address of a normalised value; a new row inherits an active suppression."""
    silent = find_suppressions([value]).get(value)
    everywhere = silent is not None and silent.scope == "all" and silent.brand_id is None
    standing = Address.Standing.SUPPRESSED if everywhere else Address.Standing.OK
    since = silent.since if everywhere and silent else None
    defaults = {"domain": value.rpartition("@")[2], "standing": standing, "since": since}
    return Address.objects.get_or_create(value=value, defaults=defaults)[0]


def _lock(person: Person) -> Person:
    rows = Person.objects.select_for_update(of=("self",)).select_related("address", "organisation")
    return rows.get(pk=person.pk)


def _save(row: Person) -> None:
    # _write() sets the id only; the folded text needs the address itself.
    row.address = Address.objects.filter(pk=row.address_id or 0).first()
    update_folded(row)
    row.save()
    index_persons([row.pk])


def _read(row: Person, name: str) -> Any:
    if name.startswith("own:"):
        return row.fields.get(name.removeprefix("own:"))
    return getattr(row, f"{name}_id" if name in {"organisation", "address"} else name)


def _write(row: Person, name: str, value: Any) -> None:
    if name.startswith("own:"):
        key = name.removeprefix("own:")
        row.fields.pop(key, None)
        if value is not None:
            row.fields[key] = value
    elif name == "organisation":
        row.organisation = Organisation.objects.filter(pk=resolve_organisation(value or None) or 0).first()
    elif name == "address":
        row.address_id = value
    elif name == "number":
        row.number = value or None
    elif name in FIELDS:
        setattr(row, name, value or "")
    else:
        raise ValueError(f"{name} cannot be changed: {', '.join(FIELDS)}, own:KEY.")
