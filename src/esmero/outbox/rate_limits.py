"""Limit the rate of a relay over all processes: a token bucket in the database, leased a slice at a time.

The row holds the time at which the bucket will be full again. A lease advances it by the cost of its tokens, in an
UPDATE that repeats the time it read, so that two processes never lease the same tokens. If there are no tokens, future
ones are leased: processes are served in the order of their leases, so none starves another. The clock is that of the
database, which all machines share.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from esmero.outbox.models import RelayRate

SLICES = 5  # slices of one second's tokens, so that processes take turns
ATTEMPTS = 5  # UPDATEs that may lose against another process
AHEAD = 10  # the most future slices that are leased; each process leases one
SECOND = 1_000_000  # microseconds: integer arithmetic, so that rounding never adds tokens
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # an unused bucket is full


@dataclass(frozen=True, slots=True)
class Rate:
    """Describe a limit in messages per second."""

    per_second: int

    @property
    def slice(self) -> int:
        """Return the most tokens of one lease while several processes compete."""
        return max(1, self.per_second // SLICES)

    @property
    def burst(self) -> int:
        """Return the capacity: the tokens of one second, but at least two, so that a late process loses none."""
        return max(self.per_second, 2)

    def cost(self, tokens: int) -> int:
        """Return the microseconds in which so many tokens accrue, rounded up."""
        return -(-tokens * SECOND // self.per_second)


@dataclass(frozen=True, slots=True)
class Lease:
    """Hold tokens that may be used after `wait` (0 tokens: ask again then), and the new `full_at` of the row."""

    tokens: int
    full_at: datetime
    wait: timedelta


def plan_lease(full_at: datetime, *, rate: Rate, wanted: int, now: datetime) -> Lease:
    """Decide on a lease, without side effects.

    A lease is a slice, or half of the available tokens if that is more, because then no other process competes. At most
    `AHEAD` future slices are leased. A later `full_at` was written before the clock was set back: the bucket is then
    taken for empty. A clock that is set forward fills the bucket once.
    """
    turn = timedelta(microseconds=rate.cost(rate.slice))
    window = timedelta(microseconds=rate.cost(rate.burst))
    latest = now + window + AHEAD * turn
    start = now + window if full_at > latest else max(full_at, now)
    available = max(now + window - start, timedelta(0)) // timedelta(microseconds=1) * rate.per_second // SECOND
    tokens = min(wanted, max(rate.slice, available // 2))
    after = start + timedelta(microseconds=rate.cost(tokens))
    if after > latest:
        return Lease(0, full_at, turn)
    return Lease(tokens, after, max(after - window - now, timedelta(0)))


def lease_tokens(relay_id: int, *, rate: Rate, wanted: int, now: datetime | None = None) -> Lease:
    """Lease up to `wanted` tokens of a relay (at least 1); `now` None: the clock of the database."""
    for _ in range(ATTEMPTS):
        row = RelayRate.objects.filter(relay=relay_id).values_list("full_at", Now()).first()
        if row is None:
            with transaction.atomic():
                RelayRate.objects.bulk_create([RelayRate(relay_id=relay_id, full_at=LONG_AGO)], ignore_conflicts=True)
            continue
        full_at, database_now = row
        lease = plan_lease(full_at, rate=rate, wanted=wanted, now=now or database_now)
        if lease.full_at == full_at or _store(relay_id, old=full_at, new=lease.full_at):
            return lease
    # Other processes were faster each time and leased these tokens.
    return Lease(0, LONG_AGO, timedelta(microseconds=rate.cost(rate.slice)))


def give_back(relay_id: int, *, rate: Rate, unused: int) -> None:
    """Give back leased tokens of messages that were not sent."""
    worth = timedelta(microseconds=unused * SECOND // rate.per_second)
    with transaction.atomic():
        RelayRate.objects.filter(relay=relay_id).update(full_at=F("full_at") - worth)


def _store(relay_id: int, *, old: datetime, new: datetime) -> bool:
    with transaction.atomic():
        return RelayRate.objects.filter(relay=relay_id, full_at=old).update(full_at=new) == 1
