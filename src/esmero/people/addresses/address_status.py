"""Derive the status of an address from its bounces (mail.md, section C).

An address-level fault suppresses the address: at once where the receiver reports an unknown user or host, otherwise
after two hard bounces of the same meaning. Soft bounces are counted by the days on which they arrive. A delivery resets
the counters, and so does a long time without a soft bounce. Faults of the sender (policy, reputation, authentication)
never change the status.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from esmero.people.addresses.suppression import suppress
from esmero.people.models import Address, Suppression

SUPPRESSED_AT_ONCE = frozenset({"unknown-user", "unknown-host", "moved", "no-mail-host"})
HARD_BOUNCES_NEEDED = 2
# Failing: soft bounces on this many days, the first and the last this far apart. A mailbox full during a holiday must
# not end a relation, and a retry on the same day adds no information.
SOFT_BOUNCE_DAYS_NEEDED = 5
SOFT_BOUNCE_SPAN = timedelta(days=14)
# After this long without a soft bounce, counting restarts from zero.
BOUNCES_RESET_AFTER = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class BounceReport:
    """Describe one bounce: `meaning` is a value of intake.Meaning, `evidence` the place to look it up."""

    meaning: str
    hard: bool
    ours: bool
    at: datetime
    evidence: str


def record_bounce(value: str, *, returned: BounceReport) -> str:
    """Count a bounce for an address inside the caller's transaction and return the resulting status."""
    address, _ = Address.objects.get_or_create(
        value=value.lower(), defaults={"domain": value.rpartition("@")[2].lower()}
    )
    if returned.ours or address.standing == Address.Standing.SUPPRESSED:
        return address.standing
    same = address.reason == returned.meaning
    before = address.last_return_at
    if before is not None and returned.at - before > BOUNCES_RESET_AFTER:
        address.temporary_returns = address.temporary_days = 0
        address.first_return_at = None
    address.last_return_at = returned.at
    address.first_return_at = address.first_return_at or returned.at
    address.since = address.since or returned.at
    if returned.hard:
        address.permanent_returns = address.permanent_returns + 1 if same or not address.permanent_returns else 1
    else:
        address.temporary_days += before is None or not address.temporary_days or before.date() != returned.at.date()
        address.temporary_returns += 1
    address.reason = returned.meaning
    suppress_now = returned.hard and (
        returned.meaning in SUPPRESSED_AT_ONCE or address.permanent_returns >= HARD_BOUNCES_NEEDED
    )
    lasting = address.last_return_at - address.first_return_at >= SOFT_BOUNCE_SPAN
    # Failing is set before saving; suppress() below sets the stronger status itself and the row is read again.
    if not suppress_now and (returned.hard or (address.temporary_days >= SOFT_BOUNCE_DAYS_NEEDED and lasting)):
        address.standing = Address.Standing.FAILING
    address.save()
    if suppress_now:
        suppress(
            address.value,
            scope=Suppression.Scope.ALL,
            reason=returned.meaning,
            evidence=returned.evidence,
            at=returned.at,
        )
        address.refresh_from_db()
    return address.standing


def record_delivery(*values: str) -> None:
    """Reset the bounce counters of addresses that received or sent mail; a suppression stays."""
    addresses = {value.lower() for value in values if value}
    troubled = Q(standing=Address.Standing.FAILING) | Q(standing=Address.Standing.OK, last_return_at__isnull=False)
    Address.objects.filter(troubled, value__in=addresses).update(
        standing=Address.Standing.OK,
        reason="",
        since=None,
        permanent_returns=0,
        temporary_returns=0,
        temporary_days=0,
        first_return_at=None,
        last_return_at=None,
    )


def bounces_until_suppressed(address: Address) -> int | None:
    """Return the number of further hard bounces of the same meaning until suppression; None after soft bounces only.

    Soft bounces never suppress an address: it stays failing, and delivery is tried again.
    """
    if address.standing != Address.Standing.FAILING or not address.permanent_returns:
        return None
    return max(HARD_BOUNCES_NEEDED - address.permanent_returns, 1)
