"""Further ways to reach a person: addresses, phones, postal addresses. Added, changed and removed by staff, audited."""

from collections.abc import Mapping
from typing import Any

import phonenumbers
from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.addresses.parsing import read_address
from esmero.people.models import ContactPoint, Person

POST_FIELDS = ("street", "postal_code", "city", "region", "country")
_COLUMNS = ("kind", "value", "facts", "usable", "written_by")


class ContactPointUnusable(ValueError):
    """What was typed is no way to reach anybody; `code` says what is wrong: phone, address, post or twice."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_phone(text: str, *, country: str) -> tuple[str, dict[str, str]]:
    """Return how a number is written for people and {"e164": …}; raise Unusable where no line can have it.

    A number without +code is one of `country` (ISO 3166-1).
    """
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        raise ContactPointUnusable("phone") from None
    if not phonenumbers.is_valid_number(number):
        raise ContactPointUnusable("phone")
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return shown, {"e164": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)}


def read_post(parts: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return a postal address in one line and by its parts; raise Unusable without a street or a town."""
    facts = {name: " ".join(parts.get(name, "").split()) for name in POST_FIELDS if parts.get(name, "").strip()}
    if not facts.get("street") or not facts.get("city"):
        raise ContactPointUnusable("post")
    return ", ".join(facts.values())[:500], facts


def read_mail(text: str) -> tuple[str, dict[str, str]]:
    """Return an address as it is kept; raise Unusable where it cannot be one."""
    verdict = read_address(text)
    if not verdict.usable:
        raise ContactPointUnusable("address")
    return verdict.normalised, {}


def add_point(person: Person, *, kind: str, value: str, facts: Mapping[str, str], by: User | str) -> ContactPoint:
    """Keep another way to reach a person; raise Unusable("twice") where it is known already."""
    with transaction.atomic():
        point, made = ContactPoint.objects.get_or_create(
            person=person, kind=kind, value=value, defaults={"facts": dict(facts)}
        )
        if not made:
            raise ContactPointUnusable("twice")
        note("person.reach-added", by=by, subject=person, facts={"kind": kind, "point": point.pk})
    return point


def change_point(point: ContactPoint, *, value: str, facts: Mapping[str, str], by: User | str) -> dict[str, Any]:
    """Change a way to reach somebody; return what stood there, as `restore_point` takes it. Raises as add_point does."""
    with transaction.atomic():
        row = ContactPoint.objects.select_for_update().get(pk=point.pk)
        before = _pack(row)
        same = ContactPoint.objects.filter(person=row.person_id, kind=row.kind, value=value).exclude(pk=row.pk)
        if same.exists():
            raise ContactPointUnusable("twice")
        row.value, row.facts, row.usable, row.written_by = value, dict(facts), True, None
        row.save()
        note("person.reach-changed", by=by, subject=row.person, facts={"kind": row.kind, "point": row.pk})
    return before


def remove_point(point: ContactPoint, *, by: User | str) -> dict[str, Any]:
    """Forget a way to reach somebody; return what stood there, as `restore_point` takes it."""
    before = _pack(point)
    with transaction.atomic():
        ContactPoint.objects.filter(pk=point.pk).delete()
        note("person.reach-removed", by=by, subject=point.person, facts={"kind": point.kind, "point": point.pk})
    return before


def restore_point(before: Mapping[str, Any], *, by: User | str) -> None:
    """Put back what `change_point` or `remove_point` found."""
    with transaction.atomic():
        columns = {name: before[name] for name in _COLUMNS}
        person = Person.objects.get(pk=before["person"])
        ContactPoint.objects.update_or_create(pk=before["id"], defaults={**columns, "person": person})
        note("person.reach-restored", by=by, subject=person, facts={"kind": before["kind"], "point": before["id"]})


def _pack(row: ContactPoint) -> dict[str, Any]:
    return {"id": row.pk, "person": row.person_id, **{name: getattr(row, name) for name in _COLUMNS}}
