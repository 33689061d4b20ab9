"""Rates that hold over all processes of a relay together: each leases tokens from the relay's row, a slice at a time.

The row holds one moment: when the bucket will be full again. A lease moves it on by what its tokens cost, in an UPDATE
that repeats the moment it read, so that two processes never lease the same tokens. Where no tokens are there, the lease
is of those that come next: processes that wait are served in the order of their leases, so none starves another. The
clock is that of the database, which all machines share.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from esmero.outbox.models import RelayRate

SLICES = 5  # a second's tokens are leased in so many slices, so that processes take turns
ATTEMPTS = 5
AHEAD = 10  # so many slices are leased before they are there, at most: each process leases one
SECOND = 1_000_000  # microseconds: all arithmetic is in whole ones, so that nothing is gained by rounding
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # a bucket that nobody used is full


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit of so many messages a second."""

    per_second: int

    @property
    def slice(self) -> int:
        """The most tokens of one lease while several processes want them."""
        return max(1, self.per_second // SLICES)

    @property
    def burst(self) -> int:
        """The most tokens at once: a second's worth, and at least two, so that a late process loses none."""
        return max(self.per_second, 2)

    def cost(self, tokens: int) -> int:
        """Return the microseconds in which so many tokens come, rounded up."""
        return -(-tokens * SECOND // self.per_second)


@dataclass(frozen=True, slots=True)
class Lease:
    """Tokens to use when `wait` is over; 0 tokens: ask again then. `full_at` is the moment to store."""

    tokens: int
    full_at: datetime
    wait: timedelta


def plan_lease(full_at: datetime, *, rate: Rate, wanted: int, now: datetime) -> Lease:
    """Decide about a lease. Pure.

    A lease is a slice, or half of what is there where that is more: nobody else was in time to take it. At most `AHEAD`
    slices are leased before they are there. A `full_at` further ahead than that was written by a clock that was put
    back since: the bucket then counts as empty now. A clock that was put forward fills the bucket once.
    """
    turn = timedelta(microseconds=rate.cost(rate.slice))
    window = timedelta(microseconds=rate.cost(rate.burst))
    latest = now + window + AHEAD * turn
    start = now + window if full_at > latest else max(full_at, now)
    there = max(now + window - start, timedelta(0)) // timedelta(microseconds=1) * rate.per_second // SECOND
    tokens = min(wanted, max(rate.slice, there // 2))
    after = start + timedelta(microseconds=rate.cost(tokens))
    if after > latest:
        return Lease(0, full_at, turn)
    return Lease(tokens, after, max(after - window - now, timedelta(0)))


def lease_tokens(relay_id: int, *, rate: Rate, wanted: int, now: datetime | None = None) -> Lease:
    """Lease up to `wanted` tokens of a relay, one at least; `now` None asks the clock of the database."""
    for _ in range(ATTEMPTS):
        row = RelayRate.objects.filter(relay=relay_id).values_list("full_at", Now()).first()
        if row is None:
            with transaction.atomic():
                RelayRate.objects.bulk_create([RelayRate(relay_id=relay_id, full_at=LONG_AGO)], ignore_conflicts=True)
            continue
        full_at, there = row
        lease = plan_lease(full_at, rate=rate, wanted=wanted, now=now or there)
        if lease.full_at == full_at or _store(relay_id, old=full_at, new=lease.full_at):
            return lease
    # Others were faster each time, and have these tokens.
    return Lease(0, LONG_AGO, timedelta(microseconds=rate.cost(rate.slice)))


def give_back(relay_id: int, *, rate: Rate, unused: int) -> None:
    """Return tokens that were leased for messages that then did not leave."""
    worth = timedelta(microseconds=unused * SECOND // rate.per_second)
    with transaction.atomic():
        RelayRate.objects.filter(relay=relay_id).update(full_at=F("full_at") - worth)


def _store(relay_id: int, *, old: datetime, new: datetime) -> bool:
    with transaction.atomic():
        return RelayRate.objects.filter(relay=relay_id, full_at=old).update(full_at=new) == 1
