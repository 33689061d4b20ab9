"""Suppress addresses by keyed hash, so that a suppression outlives the erasure of the person's data.

The hash is BLAKE2b (RFC 7693) over the normalised address, with a key of its own (not Django's SECRET_KEY). The version
of the normalisation is stored with it. Addresses cannot be read back from the hashes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from esmero.house.keys import suppression_key
from esmero.house.models import Brand
from esmero.people.models import Address, Suppression
from esmero.work.query_plan.selective import IsOneOf

VERSION = 1
_EXCLUDED, _NUMBER = "excluded number:", "n"
ERASED = "erased"
"""Reason of the suppression after an erasure: the person's own act lifts it, an import never does."""


def hash_address(address: str) -> str:
    """Return the keyed hash of an address, normalised as version 1: stripped and in lower case."""
    key = suppression_key(settings.HOME)[:64]  # BLAKE2b accepts at most 64 octets
    return hashlib.blake2b(address.strip().lower().encode(), key=key, digest_size=32).hexdigest()


def key_of_number(number: str) -> str:
    """Return the key under which a StatedSuppression excludes a customer number; no address can be equal to it."""
    return f"{_EXCLUDED}{number.strip()}"


def hash_key(key: str) -> str:
    """Return the hash of a key: an address, or key_of_number. Those of numbers begin with n, and no other does."""
    digest = hash_address(key)
    return f"{_NUMBER}{digest[1:]}" if key.startswith(_EXCLUDED) else digest


def find_excluded_numbers(numbers: Iterable[str], *, brand: int) -> dict[str, Suppression]:
    """Return {number: strictest active Suppression for the brand} of these customer numbers; one query."""
    by_hash = {hash_key(key_of_number(number)): number for number in numbers}
    found: dict[str, Suppression] = {}
    rows = _active().filter(Q(brand=brand) | Q(brand__isnull=True), IsOneOf("hash", list(by_hash)))
    for row in rows.order_by("id") if by_hash else ():
        number = by_hash[row.hash]
        if number not in found or row.scope == Suppression.Scope.ALL:
            found[number] = row
    return found


def are_numbers_excluded() -> bool:
    """Return whether any customer number is excluded; one look at the index of hashes, whose digits end with f."""
    return Suppression.objects.filter(hash__gte=_NUMBER).exists()


def suppress(
    address: str, *, scope: str, reason: str, evidence: str, at: datetime, brand: Brand | None = None
) -> Suppression:
    """Suppress an address (`brand` None: for all brands) and return its Suppression; repeating it has no effect."""
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


@dataclass(frozen=True, slots=True)
class StatedSuppression:
    """Describe the suppression of an address, or of a customer number (key_of_number), by a list.

    `brand` is an id, None for all brands.
    """

    key: str
    scope: str
    reason: str
    evidence: str
    brand: int | None


class SuppressionEffect(NamedTuple):
    """Hold the id of a suppression, whether it is new, and the former standing of the address, if it changed."""

    suppression: int
    is_new: bool
    standing: dict[str, Any] | None


def suppress_many(stated: Sequence[StatedSuppression], *, at: datetime) -> list[SuppressionEffect]:
    """Suppress addresses as `suppress` does, in a fixed number of queries; return the effect of each, in order."""
    digests = [hash_key(one.key) for one in stated]
    with transaction.atomic():
        rows = _active().filter(IsOneOf("hash", digests)).order_by("-id")
        there = {(row.hash, row.scope, row.brand_id): row for row in rows}
        first: dict[int, Suppression] = {}
        for place, (one, digest) in enumerate(zip(stated, digests, strict=True)):
            if (digest, one.scope, one.brand) not in there:
                first[place] = there[digest, one.scope, one.brand] = Suppression(
                    hash=digest, hash_version=VERSION, brand_id=one.brand, scope=one.scope, reason=one.reason,
                    evidence=one.evidence[:300], since=at,
                )  # fmt: skip
        Suppression.objects.bulk_create(first.values())
        former = _silence(stated, at=at)
    return [
        SuppressionEffect(there[digest, one.scope, one.brand].pk, place in first, former.get(place))
        for place, (one, digest) in enumerate(zip(stated, digests, strict=True))
    ]


def _silence(stated: Sequence[StatedSuppression], *, at: datetime) -> dict[int, dict[str, Any]]:
    """Set the standing of addresses that get no mail at all; return their former standing by place in `stated`."""
    total = {n: one for n, one in enumerate(stated) if one.scope == Suppression.Scope.ALL and one.brand is None}
    if not total:
        return {}
    values = [one.key.strip().lower() for one in total.values()]
    rows = {row.value: row for row in Address.objects.filter(IsOneOf("value", values))}
    former: dict[int, dict[str, Any]] = {}
    for place, one in total.items():
        row = rows.get(one.key.strip().lower())
        if row is not None:
            former[place] = {
                "address": row.pk, "standing": row.standing, "reason": row.reason,
                "since": row.since.isoformat() if row.since else None,
            }  # fmt: skip
            row.standing, row.reason, row.since = Address.Standing.SUPPRESSED, one.reason, at
    Address.objects.bulk_update(rows.values(), ["standing", "reason", "since"])
    return former


def suppress_number(number: str, *, reason: str, evidence: str, at: datetime) -> Suppression:
    """Suppress a customer number by its hash, so that an import does not bring back an erased person."""
    return suppress(_as_number(number), scope=Suppression.Scope.ALL, reason=reason, evidence=evidence, at=at)


def hashes_of(*, addresses: Iterable[str], numbers: Iterable[str]) -> set[str]:
    """Return the hashes under which suppressions of these addresses and numbers would be stored."""
    return {hash_address(text) for text in (*addresses, *(_as_number(number) for number in numbers)) if text}


def find_suppressed_numbers(numbers: Iterable[str]) -> set[str]:
    """Return the suppressed ones of these customer numbers; one query."""
    by_text = {_as_number(number): number for number in numbers if number}
    return {by_text[text] for text in find_suppressions(by_text)}


def _as_number(number: str) -> str:
    """Prefix a number for the same keyed hash; no address can collide, for the result has no @."""
    return f"number:{number.strip()}"


def lift_suppressions(address: str, *, at: datetime) -> int:
    """Lift all suppressions of an address, return how many; the rows stay as history."""
    with transaction.atomic():
        lifted = _active().filter(hash=hash_address(address)).update(lifted_at=at)
        Address.objects.filter(value=address.strip().lower(), standing=Address.Standing.SUPPRESSED).update(
            standing=Address.Standing.OK, reason="", since=None, permanent_returns=0, temporary_returns=0
        )
    return lifted


def lift_brand_suppressions(address: str, *, brand: Brand, at: datetime) -> int:
    """Lift suppressions that the person's own act ends: after a complaint to this brand, or after erasure."""
    complained = Q(scope=Suppression.Scope.COMMERCIAL, brand=brand)
    with transaction.atomic():
        return _active().filter(complained | Q(reason=ERASED), hash=hash_address(address)).update(lifted_at=at)


def active_suppressions(address: str) -> QuerySet[Suppression]:
    """Return the suppressions of an address that are in force now."""
    return _active().filter(hash=hash_address(address))


def find_suppressions(addresses: Iterable[str], *, brand: int | None = None) -> dict[str, Suppression]:
    """Return {address: strictest active Suppression} of these addresses; one query.

    With a brand's id, suppressions of other brands are left out.
    """
    by_hash = {hash_address(address): address for address in addresses if address}
    found: dict[str, Suppression] = {}
    rows = _active() if brand is None else _active().filter(Q(brand=brand) | Q(brand__isnull=True))
    for row in rows.filter(IsOneOf("hash", list(by_hash))).order_by("id") if by_hash else ():
        address = by_hash[row.hash]
        if address not in found or (row.scope == Suppression.Scope.ALL and found[address].scope != row.scope):
            found[address] = row
    return found


def _active() -> QuerySet[Suppression]:
    now = timezone.now()
    return Suppression.objects.filter(Q(until__isnull=True) | Q(until__gt=now), lifted_at__isnull=True)
