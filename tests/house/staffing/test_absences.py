"""Who is there, and who stands in: pure functions against a search that tries everything, and their rows."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.house.models import AuditEntry, Brand, StaffAbsence, Team, User
from esmero.house.staffing.absences import (
    AwayPeriod,
    Roster,
    available,
    read_roster,
    record_absence,
    remove_absence,
    stand_in,
)
from esmero.house.staffing.teams import delete_team, save_team
from esmero.refusal import InvalidValue

NOON = datetime(2026, 8, 12, 12, tzinfo=UTC)
MADRID, AUCKLAND = ZoneInfo("Europe/Madrid"), ZoneInfo("Pacific/Auckland")


def away(other, *, first=date(2026, 8, 10), last=date(2026, 8, 14), zone=MADRID):
    return AwayPeriod(first, last, zone, other)


def roster(absences, *, active=range(1, 6)):
    return Roster(frozenset(active), {user: [away(other)] for user, other in absences.items()})


@pytest.mark.parametrize(
    ("absences", "answers"),
    [
        ({}, 1),
        ({1: 2}, 2),
        ({1: None}, None),
        ({1: 2, 2: 3}, 3),
        ({1: 2, 2: None}, None),
        ({1: 2, 2: 1}, None),
        ({1: 2, 2: 3, 3: 1}, None),
        ({1: 9}, None),  # locked out, or gone
        ({2: 3}, 1),
    ],
)
def test_stand_ins_are_followed_until_one_is_there(absences, answers):
    assert stand_in(1, at=NOON, roster=roster(absences)) == answers


def test_somebody_locked_out_is_answered_for_while_they_are_away_only():
    assert stand_in(1, at=NOON, roster=roster({1: 2}, active=[2])) == 2
    assert stand_in(1, at=NOON, roster=roster({}, active=[2])) is None


def test_overlapping_absences_name_several():
    both = Roster(frozenset({1, 2, 3}), {1: [away(2), away(3)], 2: [away(None)]})
    assert stand_in(1, at=NOON, roster=both) == 3


@pytest.mark.parametrize(
    ("zone", "at", "there"),
    [
        (MADRID, datetime(2026, 8, 9, 21, 59, tzinfo=UTC), True),
        (MADRID, datetime(2026, 8, 9, 22, 0, tzinfo=UTC), False),
        (MADRID, datetime(2026, 8, 14, 21, 59, tzinfo=UTC), False),
        (MADRID, datetime(2026, 8, 14, 22, 0, tzinfo=UTC), True),
        (AUCKLAND, datetime(2026, 8, 9, 11, 59, tzinfo=UTC), True),
        (AUCKLAND, datetime(2026, 8, 9, 12, 0, tzinfo=UTC), False),
    ],
)
def test_days_begin_and_end_where_the_person_is(zone, at, there):
    assert available(1, at=at, roster=Roster(frozenset({1}), {1: [away(None, zone=zone)]})) is there


def reach(user, absences, active, seen=()):
    """Everybody who could answer, by every path."""
    if user in active and user not in absences:
        return {user}
    return {
        one
        for other in absences.get(user, ())
        if other not in (*seen, user)
        for one in reach(other, absences, active, (*seen, user))
    }


people = st.integers(1, 6)


@given(st.dictionaries(people, st.lists(people, max_size=3)), st.sets(people), people)
def test_whoever_can_be_reached_is_found_and_nobody_else(absences, active, user):
    found = stand_in(
        user,
        at=NOON,
        roster=Roster(frozenset(active), {one: [away(None), *map(away, others)] for one, others in absences.items()}),
    )
    possible = reach(user, absences, active)
    assert (found in possible) if possible else (found is None)


def member(email, zone="Europe/Madrid", role="agent"):
    return User.objects.create_user(email, "a-long-password", name=email[0], role=role, timezone=zone)


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_roster_is_read_in_two_queries_and_leaves_out_what_is_over(django_assert_num_queries):
    one, two, far = member("a@x.example"), member("b@x.example"), member("c@x.example", "Pacific/Auckland")
    for user, days in ((one, 3), (two, 40), (far, 0)):
        last = NOON.date() - timedelta(days=days) if user is not one else NOON.date()
        record_absence(user, first_day=last - timedelta(days=2), last_day=last, stand_in=None, by=one)
    record_absence(one, first_day=NOON.date(), last_day=NOON.date(), stand_in=two, by=one)
    User.objects.filter(pk=far.pk).update(is_active=False)
    with django_assert_num_queries(2):
        found = read_roster(at=NOON)
    assert (found.active, set(found.away)) == ({one.pk, two.pk}, {one.pk, far.pk})
    assert stand_in(one.pk, at=NOON, roster=found) == two.pk
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["absence.recorded"] * 4
    remove_absence(StaffAbsence.objects.get(stand_in=two), by=one)
    assert stand_in(one.pk, at=NOON, roster=read_roster(at=NOON)) is None


@pytest.mark.postgres
@pytest.mark.django_db
def test_an_absence_that_cannot_be_is_refused():
    one = member("a@x.example")
    for last, other in ((date(2026, 8, 9), None), (date(2026, 8, 11), one)):
        with pytest.raises(InvalidValue):
            record_absence(one, first_day=date(2026, 8, 10), last_day=last, stand_in=other, by=one)
    assert not StaffAbsence.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_team_has_a_name_a_brand_and_members():
    one, two = member("a@x.example"), member("b@x.example")
    brand = Brand.objects.create(slug="n", name="N", sender_name="N", sender_address="n@n.example", return_domain="r.n")
    team = save_team(Team(), name=" Atención ", brand=brand, members=[one], by=one)
    save_team(team, name="Atención", brand=None, members=[two], by=one, seen=team.row_version)
    kept = Team.objects.get()
    assert (kept.name, kept.brand, list(kept.members.all())) == ("Atención", None, [two])
    with pytest.raises(InvalidValue):
        save_team(Team(), name="ATENCIÓN", brand=None, members=[], by=one)
    delete_team(kept, by=one)
    told = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(told) == ["team.created", "team.changed", "team.deleted"]
