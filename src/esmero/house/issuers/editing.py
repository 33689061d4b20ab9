"""Create and change issuers; every identifier is checked here, whoever writes it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from esmero.house.audit import note
from esmero.house.editing.row_versions import advance_version
from esmero.house.issuers.identifiers import read_creditor_id, read_iban, read_siren, read_tax_number
from esmero.house.models import Issuer, User
from esmero.postal_address import PostalAddress
from esmero.refusal import InvalidValue, Refusal

_CHECKS: Mapping[str, Callable[[str], str]] = {
    "siren": read_siren,
    "iban": read_iban,
    "creditor_id": read_creditor_id,
}


def save_issuer(issuer: Issuer, *, facts: Mapping[str, Any], by: User | str, seen: int | None = None) -> Issuer:
    """Create an issuer (one without a primary key) or change it; `postal_address` is a mapping of its parts.

    `seen` is the row version that the author built on (house/editing/row_versions.py).

    Raises:
        InvalidValue: an identifier or the address is wrong; `check_issuer` tells them all, by field.
        StaleWrite: somebody else changed it since.
        ValidationError: a value is too long, or no e-mail address; its dictionary names the fields.

    """
    is_new = issuer.pk is None
    checked, faults = check_issuer(facts)
    if faults:
        raise next(iter(faults.values()))
    values = {**facts, **checked}
    changed = sorted(name for name, value in values.items() if is_new or getattr(issuer, name) != value)
    if not is_new and not changed:
        return issuer
    for name, value in values.items():
        if isinstance(value, str) and any(ord(letter) < 32 for letter in value):
            raise ValidationError({name: "A line break or another control character cannot stand here."})
        setattr(issuer, name, value)
    issuer.full_clean()
    with transaction.atomic():
        if not is_new:
            advance_version(issuer, seen=seen)
        issuer.save()
        note("issuer.created" if is_new else "issuer.changed", by=by, subject=issuer, facts={"fields": changed})
    return issuer


def find_or_create_issuer(name: str, *, by: User | str) -> Issuer:
    """Return the issuer with this name, the oldest of several; create it if there is none."""
    found = Issuer.objects.filter(name=name).order_by("id").first()
    return found or save_issuer(Issuer(), facts={"name": name}, by=by)


def check_issuer(facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Refusal]]:
    """Return the checked values in their compact form, and the refusals of those that are wrong, by field."""
    faults: dict[str, Refusal] = {}
    checked: dict[str, Any] = {}
    country = ""
    if "postal_address" in facts:
        address = PostalAddress.read(facts["postal_address"])
        checked["postal_address"], country = address.as_parts(), address.country
        if checked["postal_address"].keys() - {"country"} and not address.is_complete:
            faults["postal_address"] = InvalidValue("postal-address-incomplete")
    checks: dict[str, Callable[[str], str]] = {**_CHECKS, "tax_id": partial(read_tax_number, country=country)}
    for name, check in checks.items():
        if name in facts:
            try:
                checked[name] = check(facts[name])
            except InvalidValue as fault:
                faults[name] = fault
    return checked, faults
