"""Tell who of the staff is there, and who stands in; store absences.

`available` and `stand_in` are pure: they take the absences and the time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import StaffAbsence, User
from esmero.refusal import InvalidValue


@dataclass(frozen=True, slots=True)
class AwayPeriod:
    """Hold an absence: both days are part of it, in the time zone of the member of staff."""

    first_day: date
    last_day: date
    zone: ZoneInfo
    stand_in: int | None

    def includes(self, at: datetime) -> bool:
        """Return whether a time (aware) lies within the absence."""
        return self.first_day <= at.astimezone(self.zone).date() <= self.last_day


@dataclass(frozen=True, slots=True)
class Roster:
    """Hold the ids of the active staff, and the absences of each."""

    active: frozenset[int]
    away: Mapping[int, Sequence[AwayPeriod]]


def available(staff: int, *, at: datetime, roster: Roster) -> bool:
    """Return whether a member of staff is there at a time: active, and in no absence."""
    return staff in roster.active and not any(one.includes(at) for one in roster.away.get(staff, ()))


def stand_in(staff: int, *, at: datetime, roster: Roster) -> int | None:
    """Return the id of who answers for a member of staff at a time: themselves, if they are there.

    Otherwise stand-ins are followed, breadth first, until one is there: a stand-in may be away and have one, and
    overlapping absences may name several. None if nobody of them is there, in a circle, too.
    """
    waiting, seen = [staff], {staff}
    for one in waiting:  # grows meanwhile
        if available(one, at=at, roster=roster):
            return one
        named = [away.stand_in for away in roster.away.get(one, ()) if away.includes(at)]
        following = [other for other in named if other is not None and other not in seen]
        seen.update(following)
        waiting += dict.fromkeys(following)
    return None


def read_roster(*, at: datetime) -> Roster:
    """Return the active staff and the absences that are not over at a time. Two queries."""
    # No time zone is more than a day apart from UTC.
    rows = StaffAbsence.objects.filter(last_day__gte=at.astimezone(UTC).date() - timedelta(days=1))
    away: dict[int, list[AwayPeriod]] = {}
    for user, zone, first, last, other in rows.order_by("first_day", "pk").values_list(
        "user_id", "user__timezone", "first_day", "last_day", "stand_in_id"
    ):
        away.setdefault(user, []).append(AwayPeriod(first, last, ZoneInfo(zone), other))
    return Roster(frozenset(User.objects.filter(is_active=True).values_list("pk", flat=True)), away)


def record_absence(
    user: User, *, first_day: date, last_day: date, stand_in: User | None, by: User | str
) -> StaffAbsence:
    """Record an absence.

    Raises:
        InvalidValue: it ends before it begins, or somebody would stand in for themselves.

    """
    if last_day < first_day:
        raise InvalidValue("absence-ends-before-it-begins")
    if stand_in is not None and stand_in.pk == user.pk:
        raise InvalidValue("stand-in-for-oneself")
    with transaction.atomic():
        absence = StaffAbsence.objects.create(user=user, first_day=first_day, last_day=last_day, stand_in=stand_in)
        facts = {"first": first_day.isoformat(), "last": last_day.isoformat(), "stand_in": str(stand_in or "")}
        note("absence.recorded", by=by, subject=user, facts=facts)
    return absence


def remove_absence(absence: StaffAbsence, *, by: User | str) -> None:
    """Remove an absence, such as one that was cut short."""
    with transaction.atomic():
        facts = {"first": absence.first_day.isoformat(), "last": absence.last_day.isoformat()}
        note("absence.removed", by=by, subject=absence.user, facts=facts)
        absence.delete()
