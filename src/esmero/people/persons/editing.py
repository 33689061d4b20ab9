"""What staff change on a person: each change is audited, can be taken back, and is theirs: no import writes over it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.addresses.suppression import find_suppressions
from esmero.people.models import Address, ContactPoint, Organisation, Person
from esmero.people.persons.names import refold

# What can be changed, beside own fields ("own:KEY"): a name, or "organisation" and "address" by id.
FIELDS = ("number", "title", "given_name", "family_name", "language", "country", "organisation", "address")
# Stands in `written_by` where staff left a field blank on purpose: an import does not fill it again.
BY_STAFF = 0

type Before = dict[str, list[Any]]  # field → [value, what stood in written_by, None if nothing did]


class NumberTaken(Exception):
    """Another person has this number already; the text says so."""


def change_person(person: Person, *, changes: Mapping[str, Any], by: User | str) -> Before:
    """Write these values and return what stood before, as `restore_person` takes it; what is the same is left alone.

    `changes` maps FIELDS and "own:KEY" to values, None for nothing; organisation and address by id.

    Raises:
        Taken: the number belongs to somebody else.

    """
    with transaction.atomic():
        row = _lock(person)
        number = changes.get("number")
        if number and Person.objects.filter(number=number).exclude(pk=row.pk).exists():
            raise NumberTaken(_("The number %(number)s belongs to another person.") % {"number": number})
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
    """Put back what `change_person` found, and who had written it."""
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
    """Write to a person at another address (normalised, see people/addresses/parsing.py) from now on; the old one stays as a fact."""
    with transaction.atomic():
        address = know_address(value)
        old = person.address
        if old is not None and old.pk != address.pk:
            ContactPoint.objects.get_or_create(person=person, kind=ContactPoint.Kind.EMAIL, value=old.value)
        return change_person(person, changes={"address": address.pk}, by=by)


def know_address(value: str) -> Address:
    """Return the row of a normalised address; a new one is silent if it was silenced under another person before."""
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
    row.address = Address.objects.filter(pk=row.address_id or 0).first()
    refold(row)
    row.save()


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
        row.organisation = Organisation.objects.filter(pk=value).first() if value else None
    elif name == "address":
        row.address_id = value
    elif name == "number":
        row.number = value or None
    elif name in FIELDS:
        setattr(row, name, value or "")
    else:
        raise ValueError(f"{name} cannot be changed: {', '.join(FIELDS)}, own:KEY.")
