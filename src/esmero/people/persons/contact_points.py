"""Add, change and remove contact points of a person or an organisation; acts of staff are audited."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.addresses.parsing import read_address
from esmero.people.models import ContactPoint, Organisation, Person
from esmero.people.persons.merged_organisations import resolve_organisation
from esmero.people.persons.phone_numbers import parse_phone, write_e164, write_international
from esmero.people.search_texts import index_persons
from esmero.postal_address import PostalAddress
from esmero.refusal import InvalidValue, NotThere

_COLUMNS = ("kind", "value", "use", "facts", "usable", "written_by")


class ContactPointUnusable(InvalidValue):
    """Refuse a contact point that cannot be used, or that the party has already."""


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
    address = PostalAddress.read(parts)
    if not address.is_complete:
        raise ContactPointUnusable("postal-address-incomplete")
    facts = address.as_parts()
    return ", ".join(facts.values())[:500], facts


def read_mail(text: str) -> tuple[str, dict[str, str]]:
    """Return a normalised address and no facts; raise ContactPointUnusable if it is invalid."""
    verdict = read_address(text)
    if not verdict.usable:
        raise ContactPointUnusable("address-unusable")
    return verdict.normalised, {}


def add_point(
    party: Person | Organisation, *, kind: str, value: str, facts: Mapping[str, str], use: str = "", by: User | str
) -> ContactPoint:
    """Add a contact point; `use` is that of a postal address. Raise ContactPointUnusable for a duplicate."""
    with transaction.atomic():
        point, made = ContactPoint.objects.get_or_create(
            **{_name(party): party}, kind=kind, value=value, use=use, defaults={"facts": dict(facts)}
        )
        if not made:
            raise ContactPointUnusable("contact-point-known")
        _index(point)
        note("person.reach-added", by=by, subject=party, facts={"kind": kind, "point": point.pk})
    return point


def change_point(
    point: ContactPoint, *, value: str, facts: Mapping[str, str], use: str = "", by: User | str
) -> dict[str, Any]:
    """Change a contact point and return its previous values for `restore_point`. Raises as add_point does."""
    with transaction.atomic():
        row = ContactPoint.objects.select_for_update().get(pk=point.pk)
        before = _pack(row)
        same = ContactPoint.objects.filter(**{_name(row.party): row.party}, kind=row.kind, value=value, use=use)
        if same.exclude(pk=row.pk).exists():
            raise ContactPointUnusable("contact-point-known")
        row.value, row.use, row.facts, row.usable, row.written_by = value, use, dict(facts), True, None
        row.save()
        _index(row)
        note("person.reach-changed", by=by, subject=row.party, facts={"kind": row.kind, "point": row.pk})
    return before


def remove_point(point: ContactPoint, *, by: User | str) -> dict[str, Any]:
    """Delete a contact point and return its values for `restore_point`."""
    before = _pack(point)
    with transaction.atomic():
        ContactPoint.objects.filter(pk=point.pk).delete()
        _index(point)
        note("person.reach-removed", by=by, subject=point.party, facts={"kind": point.kind, "point": point.pk})
    return before


def restore_point(before: Mapping[str, Any], *, by: User | str) -> None:
    """Restore the values that `change_point` or `remove_point` returned; a merged organisation is its survivor.

    Raises:
        NotThere: the party is gone.

    """
    with transaction.atomic():
        columns = {name: before[name] for name in _COLUMNS}
        of = {"person_id": before["person"], "organisation_id": resolve_organisation(before["organisation"])}
        if of["organisation_id"] is None and not Person.objects.filter(pk=before["person"] or 0).exists():
            raise NotThere("party-gone")
        same = {name: columns[name] for name in ("kind", "value", "use")}
        if ContactPoint.objects.filter(**of, **same).exclude(pk=before["id"]).exists():
            return  # added anew meanwhile, or one of the survivor
        point, _made = ContactPoint.objects.update_or_create(pk=before["id"], defaults={**columns, **of})
        _index(point)
        note("person.reach-restored", by=by, subject=point.party, facts={"kind": before["kind"], "point": point.pk})


def _name(party: Person | Organisation) -> str:
    return "person" if isinstance(party, Person) else "organisation"


def _index(point: ContactPoint) -> None:
    if point.person_id is not None:
        index_persons([point.person_id])


def _pack(row: ContactPoint) -> dict[str, Any]:
    columns = {name: getattr(row, name) for name in _COLUMNS}
    return {"id": row.pk, "person": row.person_id, "organisation": row.organisation_id, **columns}
