"""Add, change and remove contact points of a person (addresses, phones, postal addresses); staff acts are audited."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.addresses.parsing import read_address
from esmero.people.models import ContactPoint, Person
from esmero.people.persons.phone_numbers import parse_phone, write_e164, write_international
from esmero.refusal import InvalidValue

POST_FIELDS = ("street", "postal_code", "city", "region", "country")
_COLUMNS = ("kind", "value", "facts", "usable", "written_by")


class ContactPointUnusable(InvalidValue):
    """Refuse a contact point that cannot be used, or that the person has already."""


def read_phone(text: str, *, country: str) -> tuple[str, dict[str, str]]:
    """Return a phone number in international notation and {"e164": …}; raise ContactPointUnusable if invalid.

    A number without +code is read as one of `country` (ISO 3166-1).
    """
    number = parse_phone(text, region=country or None, strict=True)
    if number is None:
        raise ContactPointUnusable("phone-unusable")
    return write_international(number), {"e164": write_e164(number)}


def read_post(parts: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return a postal address as one line and as parts; raise ContactPointUnusable without street or town."""
    facts = {name: " ".join(parts.get(name, "").split()) for name in POST_FIELDS if parts.get(name, "").strip()}
    if not facts.get("street") or not facts.get("city"):
        raise ContactPointUnusable("postal-address-incomplete")
    return ", ".join(facts.values())[:500], facts


def read_mail(text: str) -> tuple[str, dict[str, str]]:
    """Return a normalised address and no facts; raise ContactPointUnusable if it is invalid."""
    verdict = read_address(text)
    if not verdict.usable:
        raise ContactPointUnusable("address-unusable")
    return verdict.normalised, {}


def add_point(person: Person, *, kind: str, value: str, facts: Mapping[str, str], by: User | str) -> ContactPoint:
    """Add a contact point; raise ContactPointUnusable for a duplicate."""
    with transaction.atomic():
        point, made = ContactPoint.objects.get_or_create(
            person=person, kind=kind, value=value, defaults={"facts": dict(facts)}
        )
        if not made:
            raise ContactPointUnusable("contact-point-known")
        note("person.reach-added", by=by, subject=person, facts={"kind": kind, "point": point.pk})
    return point


def change_point(point: ContactPoint, *, value: str, facts: Mapping[str, str], by: User | str) -> dict[str, Any]:
    """Change a contact point and return its previous values for `restore_point`. Raises as add_point does."""
    with transaction.atomic():
        row = ContactPoint.objects.select_for_update().get(pk=point.pk)
        before = _pack(row)
        same = ContactPoint.objects.filter(person=row.person_id, kind=row.kind, value=value).exclude(pk=row.pk)
        if same.exists():
            raise ContactPointUnusable("contact-point-known")
        row.value, row.facts, row.usable, row.written_by = value, dict(facts), True, None
        row.save()
        note("person.reach-changed", by=by, subject=row.person, facts={"kind": row.kind, "point": row.pk})
    return before


def remove_point(point: ContactPoint, *, by: User | str) -> dict[str, Any]:
    """Delete a contact point and return its values for `restore_point`."""
    before = _pack(point)
    with transaction.atomic():
        ContactPoint.objects.filter(pk=point.pk).delete()
        note("person.reach-removed", by=by, subject=point.person, facts={"kind": point.kind, "point": point.pk})
    return before


def restore_point(before: Mapping[str, Any], *, by: User | str) -> None:
    """Restore the values that `change_point` or `remove_point` returned."""
    with transaction.atomic():
        columns = {name: before[name] for name in _COLUMNS}
        person = Person.objects.get(pk=before["person"])
        ContactPoint.objects.update_or_create(pk=before["id"], defaults={**columns, "person": person})
        note("person.reach-restored", by=by, subject=person, facts={"kind": before["kind"], "point": before["id"]})


def _pack(row: ContactPoint) -> dict[str, Any]:
    return {"id": row.pk, "person": row.person_id, **{name: getattr(row, name) for name in _COLUMNS}}
