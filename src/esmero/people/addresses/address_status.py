"""What a return does to the standing of an address (mail.md, section C).

An address-level fault silences the address: at once where the receiver says that user or host does not exist, after two
returns of the same meaning otherwise. Temporary ones are counted by the days on which they came. What arrives in between
forgives, and so does a long time without a temporary return. What is our own fault (policy, reputation, authentication)
never touches the address.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from esmero.people.addresses.suppression import suppress
from esmero.people.models import Address, Suppression

AT_ONCE = frozenset({"unknown-user", "unknown-host", "moved", "no-mail-host"})
PERMANENT_NEEDED = 2
# Failing: temporary returns on so many days, the first and last so far apart (a holiday's full box must not end a
# relation, and a retry on the same day says nothing new).
TEMPORARY_NEEDED = 5
TEMPORARY_DAYS = timedelta(days=14)
# After so long without one, temporary returns are counted from the beginning.
FORGOTTEN_AFTER = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class BounceReport:
    """One return as recognised: `meaning` is a value of intake.Meaning; `evidence` says where to look it up."""

    meaning: str
    hard: bool
    ours: bool
    at: datetime
    evidence: str


def record_return(value: str, *, returned: BounceReport) -> str:
    """Note a return for an address inside the caller's transaction; give the standing that follows."""
    address, _ = Address.objects.get_or_create(
        value=value.lower(), defaults={"domain": value.rpartition("@")[2].lower()}
    )
    if returned.ours or address.standing == Address.Standing.SUPPRESSED:
        return address.standing
    same = address.reason == returned.meaning
    before = address.last_return_at
    if before is not None and returned.at - before > FORGOTTEN_AFTER:
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
    silent = returned.hard and (returned.meaning in AT_ONCE or address.permanent_returns >= PERMANENT_NEEDED)
    lasting = address.last_return_at - address.first_return_at >= TEMPORARY_DAYS
    if not silent and (returned.hard or (address.temporary_days >= TEMPORARY_NEEDED and lasting)):
        address.standing = Address.Standing.FAILING
    address.save()
    if silent:
        suppress(
            address.value,
            scope=Suppression.Scope.ALL,
            reason=returned.meaning,
            evidence=returned.evidence,
            at=returned.at,
        )
        address.refresh_from_db()
    return address.standing


def record_arrival(*values: str) -> None:
    """Forget the trouble of addresses where something arrived, or from where something came; what is silenced stays so."""
    told = {value.lower() for value in values if value}
    troubled = Q(standing=Address.Standing.FAILING) | Q(standing=Address.Standing.OK, last_return_at__isnull=False)
    Address.objects.filter(troubled, value__in=told).update(
        standing=Address.Standing.OK,
        reason="",
        since=None,
        permanent_returns=0,
        temporary_returns=0,
        temporary_days=0,
        first_return_at=None,
        last_return_at=None,
    )


def returns_until_silent(address: Address) -> int | None:
    """Return how many more permanent returns of the same meaning silence an address; None while only passing ones came.

    Passing trouble never silences by itself: it keeps the address failing, and mail is tried on.
    """
    if address.standing != Address.Standing.FAILING or not address.permanent_returns:
        return None
    return max(PERMANENT_NEEDED - address.permanent_returns, 1)
