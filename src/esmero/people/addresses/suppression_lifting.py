"""Lifting silences by hand, with a reason; and taking that back."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.addresses.suppression import active_silences, lift
from esmero.people.models import Address, Suppression

MOST = 1000


class ReasonMissing(Exception):
    """A silence is lifted only with a reason, which stays in the audit log."""


class LiftedSuppression(NamedTuple):
    """What was lifted from one address, in values that a ticket can carry."""

    address: int
    reason: str
    since: str
    silences: list[int]


def lift_silences(addresses: Sequence[Address], *, reason: str, by: User | str) -> list[LiftedSuppression]:
    """Let silent addresses be written to again; those that are not silent are left alone.

    What people forbade stays forbidden: this is about returns and mistakes, never about a permission.

    Raises:
        NoReason: `reason` is empty.

    """
    words = reason.strip()[:300]
    if not words:
        raise ReasonMissing
    lifted: list[LiftedSuppression] = []
    now = timezone.now()
    with transaction.atomic():
        for address in addresses[:MOST]:
            if address.standing != Address.Standing.SUPPRESSED:
                continue
            silences = list(active_silences(address.value).values_list("id", flat=True))
            lift(address.value, at=now)
            since = address.since.isoformat() if address.since else ""
            lifted.append(LiftedSuppression(address.pk, address.reason, since, silences))
            note("address.lifted", by=by, subject=address, facts={"reason": words, "was": address.reason})
    return lifted


def restore_silences(lifted: Iterable[LiftedSuppression], *, by: User | str) -> int:
    """Put back the silences that were lifted; returns of how many addresses."""
    number = 0
    with transaction.atomic():
        for one in lifted:
            address = Address.objects.filter(pk=one.address).first()
            if address is None:
                continue
            Suppression.objects.filter(pk__in=one.silences).update(lifted_at=None)
            Address.objects.filter(pk=address.pk).update(
                standing=Address.Standing.SUPPRESSED,
                reason=one.reason,
                since=parse_datetime(one.since) if one.since else None,
            )
            note("address.silenced-again", by=by, subject=address)
            number += 1
    return number
