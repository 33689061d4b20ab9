"""Create and change issuers; every identifier is checked here, whoever writes it."""

from collections.abc import Callable, Mapping
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


class IssuerInvalid(InvalidValue):
    """Refuse the values of an issuer; `faults` are the refusals by field."""

    def __init__(self, faults: Mapping[str, Refusal]) -> None:
        super().__init__("issuer-invalid", list=", ".join(faults))
        self.faults = faults


def save_issuer(issuer: Issuer, *, facts: Mapping[str, Any], by: User | str, seen: int | None = None) -> Issuer:
    """Create an issuer (one without a primary key) or change it; `postal_address` is a mapping of its parts.

    `seen` is the row version that the author built on (house/editing/row_versions.py).

    Raises:
        IssuerInvalid: an identifier is wrong; its `faults` name the fields.
        StaleWrite: somebody else changed it since.
        ValidationError: a value is too long, or no e-mail address; its dictionary names the fields.

    """
    is_new = issuer.pk is None
    values = {**facts, **_check(facts)}
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


def _check(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checked values in their compact form; raise IssuerInvalid with all faults."""
    faults: dict[str, Refusal] = {}
    checked: dict[str, Any] = {}
    if "postal_address" in facts:
        address = PostalAddress.read(facts["postal_address"])
        checked["postal_address"] = address.as_parts()
        if checked["postal_address"].keys() - {"country"} and not address.is_complete:
            faults["postal_address"] = InvalidValue("postal-address-incomplete")
    country = checked.get("postal_address", {}).get("country", "")
    checks = {**_CHECKS, "tax_id": lambda text: read_tax_number(text, country=country)}
    for name, check in checks.items():
        if name in facts:
            try:
                checked[name] = check(facts[name])
            except InvalidValue as fault:
                faults[name] = fault
    if faults:
        raise IssuerInvalid(faults)
    return checked
