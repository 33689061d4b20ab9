"""Create and change brands, with defaults for omitted values, and manage their DKIM signing keys."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from esmero.house.audit import note
from esmero.house.editing.row_versions import advance_version
from esmero.house.keys import create_dkim_key
from esmero.house.models import Brand, User

SELECTOR = "esmero"


def save_brand(brand: Brand, *, facts: Mapping[str, Any], by: User | str, seen: int | None = None) -> Brand:
    """Create a brand (one without a primary key) or change it; omitted domains derive from the sender's address.

    `seen` is the row version that the author built on (house/editing/row_versions.py).

    Raises:
        StaleWrite: somebody else changed it since.
        ValidationError: a value is invalid; its dictionary names the fields.

    """
    is_new = brand.pk is None
    changed = [name for name, value in facts.items() if is_new or getattr(brand, name) != value]
    for name, value in facts.items():
        if isinstance(value, str) and any(ord(letter) < 32 for letter in value):
            raise ValidationError({name: "A line break or another control character cannot stand here."})
        setattr(brand, name, value)
    domain = brand.sender_address.rpartition("@")[2].lower()
    brand.public_url = brand.public_url.rstrip("/")
    brand.return_domain = (brand.return_domain or f"bounces.{domain}").lower()
    brand.dkim_domain = (brand.dkim_domain or domain).lower()
    brand.dkim_selector = brand.dkim_selector or SELECTOR
    brand.sender_name = brand.sender_name or brand.name
    brand.full_clean()
    # Before the row: a brand whose key file is missing could not sign, an unused key file does no harm.
    create_dkim_key(settings.HOME, domain=brand.dkim_domain, selector=brand.dkim_selector)
    with transaction.atomic():
        if not is_new:
            advance_version(brand, seen=seen)
        brand.save()
        action = "brand.created" if is_new else "brand.changed"
        note(action, by=by, subject=brand, facts={"code": brand.slug} if is_new else {"fields": changed})
    return brand


def next_selector(selector: str) -> str:
    """Return the DKIM selector after this one: esmero, esmero2 and so on."""
    match = re.fullmatch(r"(.*?)(\d*)", selector)
    assert match is not None
    return f"{match[1]}{int(match[2] or 1) + 1}"[:63]


def create_next_key(brand: Brand, *, by: User) -> str:
    """Create the next signing key and return its selector; it is not used before `use_next_key`."""
    selector = str(brand.readiness.get("next_selector") or next_selector(brand.dkim_selector))
    create_dkim_key(settings.HOME, domain=brand.dkim_domain, selector=selector)
    with transaction.atomic():
        Brand.objects.filter(pk=brand.pk).update(readiness={**brand.readiness, "next_selector": selector})
        note("brand.key-made", by=by, subject=brand, facts={"selector": selector})
    return selector


def use_next_key(brand: Brand, *, by: User) -> bool:
    """Sign with the prepared key from now on; return False if there is none.

    The DNS record of the old key must stay published for another week.
    """
    selector = str(brand.readiness.get("next_selector", ""))
    if not selector:
        return False
    rest = {key: value for key, value in brand.readiness.items() if key not in {"next_selector", "records"}}
    rest["old_selector"] = brand.dkim_selector
    rest["changed_at"] = timezone.now().isoformat()
    with transaction.atomic():
        Brand.objects.filter(pk=brand.pk).update(dkim_selector=selector, readiness=rest)
        note("brand.key-changed", by=by, subject=brand, facts={"from": brand.dkim_selector, "to": selector})
    return True
