"""Silence for addresses, kept by keyed hash: it outlives the person's data, and nobody can read addresses from it.

The hash is BLAKE2b (RFC 7693) with a key of its own (not Django's SECRET_KEY) over the normalised address; the version of
the normalisation stands beside it.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from esmero.house.keys import suppression_key
from esmero.house.models import Brand
from esmero.people.models import Address, Suppression

VERSION = 1
ERASED = "erased"
"""The reason for the silence of an address whose person was erased: their own act may end it, no list can."""


def hash_address(address: str) -> str:
    """Return the keyed hash of an address in version 1 of the normalisation: outer blanks off, lower case."""
    key = suppression_key(settings.HOME)[:64]
    return hashlib.blake2b(address.strip().lower().encode(), key=key, digest_size=32).hexdigest()


def suppress(
    address: str, *, scope: str, reason: str, evidence: str, at: datetime, brand: Brand | None = None
) -> Suppression:
    """Silence an address (`brand` None: for all brands) and give its row; repeating it changes nothing."""
    digest = hash_address(address)
    with transaction.atomic():
        row = _active().filter(hash=digest, scope=scope, brand=brand).first()
        if row is None:
            row = Suppression.objects.create(
                hash=digest,
                hash_version=VERSION,
                brand=brand,
                scope=scope,
                reason=reason,
                evidence=evidence[:300],
                since=at,
            )
        if scope == Suppression.Scope.ALL and brand is None:
            Address.objects.filter(value=address.strip().lower()).update(
                standing=Address.Standing.SUPPRESSED, reason=reason, since=at
            )
    return row


def suppress_number(number: str, *, reason: str, evidence: str, at: datetime) -> Suppression:
    """Keep the hash of an operator's own number, so that an import does not bring back who was erased."""
    return suppress(_as_number(number), scope=Suppression.Scope.ALL, reason=reason, evidence=evidence, at=at)


def hashes_of(*, addresses: Iterable[str], numbers: Iterable[str]) -> set[str]:
    """Return the hashes under which silences of these addresses and numbers are kept, if there are any."""
    return {hash_address(text) for text in (*addresses, *(_as_number(number) for number in numbers)) if text}


def find_silent_numbers(numbers: Iterable[str]) -> set[str]:
    """Return those of these numbers of which the house keeps only the hash; one query per 500 of them."""
    by_text = {_as_number(number): number for number in numbers if number}
    return {by_text[text] for text in find_suppressions(by_text)}


def _as_number(number: str) -> str:
    """Write a number as what no address can be (it has no @), for the same keyed hash."""
    return f"number:{number.strip()}"


def lift(address: str, *, at: datetime) -> int:
    """Let an address speak again (a person decided so); the rows stay as history. Returns how many were lifted."""
    with transaction.atomic():
        lifted = _active().filter(hash=hash_address(address)).update(lifted_at=at)
        Address.objects.filter(value=address.strip().lower(), standing=Address.Standing.SUPPRESSED).update(
            standing=Address.Standing.OK, reason="", since=None, permanent_returns=0, temporary_returns=0
        )
    return lifted


def lift_for_brand(address: str, *, brand: Brand, at: datetime) -> int:
    """Lift what the person's own act ends: the silence after a complaint to this brand, or after they were erased."""
    complained = Q(scope=Suppression.Scope.COMMERCIAL, brand=brand)
    with transaction.atomic():
        return _active().filter(complained | Q(reason=ERASED), hash=hash_address(address)).update(lifted_at=at)


def active_silences(address: str) -> QuerySet[Suppression]:
    """Return the silences of an address that hold now."""
    return _active().filter(hash=hash_address(address))


def find_suppressions(addresses: Iterable[str], *, brand: int | None = None) -> dict[str, Suppression]:
    """Return the strictest active silence of each of these addresses that has one; one query per 500 of them.

    With a brand's id, silences of other brands are left out.
    """
    by_hash = {hash_address(address): address for address in addresses if address}
    found: dict[str, Suppression] = {}
    hashes = list(by_hash)
    rows = _active() if brand is None else _active().filter(Q(brand=brand) | Q(brand__isnull=True))
    for start in range(0, len(hashes), 500):
        for row in rows.filter(hash__in=hashes[start : start + 500]).order_by("id"):
            address = by_hash[row.hash]
            if address not in found or (row.scope == Suppression.Scope.ALL and found[address].scope != row.scope):
                found[address] = row
    return found


def _active() -> QuerySet[Suppression]:
    now = timezone.now()
    return Suppression.objects.filter(Q(until__isnull=True) | Q(until__gt=now), lifted_at__isnull=True)
