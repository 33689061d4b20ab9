"""Lift suppressions by hand, with a mandatory reason, and undo that."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.addresses.suppression import active_suppressions, lift_suppressions
from esmero.people.models import Address, Suppression
from esmero.refusal import InvalidValue

MOST = 1000


class LiftedSuppression(NamedTuple):
    """Hold the previous status of one address in values that an undo ticket can serialise."""

    address: int
    reason: str
    since: str
    suppressions: list[int]


def lift_for_addresses(addresses: Sequence[Address], *, reason: str, by: User | str) -> list[LiftedSuppression]:
    """Lift the suppressions of addresses and reset their status; addresses that are not suppressed are skipped.

    Permissions do not change: this corrects bounces and mistakes, never a withdrawal or an objection.

    Raises:
        InvalidValue: `reason` is empty.

    """
    words = reason.strip()[:300]
    if not words:
        raise InvalidValue("lift-reason-missing")
    lifted: list[LiftedSuppression] = []
    now = timezone.now()
    with transaction.atomic():
        for address in addresses[:MOST]:
            if address.standing != Address.Standing.SUPPRESSED:
                continue
            suppressions = list(active_suppressions(address.value).values_list("id", flat=True))
            lift_suppressions(address.value, at=now)
            since = address.since.isoformat() if address.since else ""
            lifted.append(LiftedSuppression(address.pk, address.reason, since, suppressions))
            note("address.lifted", by=by, subject=address, facts={"reason": words, "was": address.reason})
    return lifted


def restore_suppressions(lifted: Iterable[LiftedSuppression], *, by: User | str) -> int:
    """Restore suppressions that were lifted; return the number of addresses."""
    number = 0
    with transaction.atomic():
        for one in lifted:
            address = Address.objects.filter(pk=one.address).first()
            if address is None:
                continue
            Suppression.objects.filter(pk__in=one.suppressions).update(lifted_at=None)
            Address.objects.filter(pk=address.pk).update(
                standing=Address.Standing.SUPPRESSED,
                reason=one.reason,
                since=parse_datetime(one.since) if one.since else None,
            )
            note("address.silenced-again", by=by, subject=address)
            number += 1
    return number
