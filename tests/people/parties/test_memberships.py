"""A person belongs to several organisations, with a position in each; each change can be taken back."""

import pytest

from esmero.house.models import AuditEntry
from esmero.people.models import Membership, Organisation, Person
from esmero.people.parties.memberships import (
    MembershipChange,
    join_organisation,
    lead_organisation,
    leave_organisation,
    list_memberships,
    members_of,
    place_in_organisation,
    undo_membership_change,
)
from esmero.people.parties.organisation_merging import merge_organisations
from esmero.people.search_texts import index_persons
from esmero.refusal import NotThere
from esmero.search.finding import find_ids
from esmero.search.models import SubjectKind
from tests.house_facts import add_people, build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


@pytest.fixture
def person():
    return add_people(build_house(), 1)[0]


@pytest.fixture
def bodies():
    return [Organisation.objects.create(name=name, folded=name.lower()) for name in ("Acme", "Bosch", "Cima")]


def held(person):
    person.refresh_from_db()
    rows = list_memberships([person]).get(person.pk, [])
    return [(one.organisation.name, one.position, one.row is None) for one in rows]


def test_the_first_is_the_main_one_and_the_others_stand_beside_it(person, bodies):
    acme, bosch, cima = bodies
    join_organisation(person, acme, position="CEO", by="Lucía")
    join_organisation(person, bosch, by="Lucía")
    join_organisation(person, cima, position="Socia", by="Lucía")
    assert held(person) == [("Acme", "CEO", True), ("Bosch", "", False), ("Cima", "Socia", False)]
    assert join_organisation(person, bosch, by="Lucía") == MembershipChange()
    join_organisation(person, bosch, position="Jefa", by="Lucía")
    assert held(person)[1] == ("Bosch", "Jefa", False)
    for body in bodies:
        assert list(Person.objects.filter(members_of(body))) == [person]
    assert list(find_ids(SubjectKind.PERSON, text="cima", most=9)) == [person.pk]


def test_each_change_is_taken_back(person, bodies):
    acme, bosch, _cima = bodies
    join_organisation(person, acme, position="CEO", by="Lucía")
    join_organisation(person, bosch, position="Socia", by="Lucía")
    before = held(person)
    for act in (
        lambda: lead_organisation(person, Membership.objects.get(person=person), by="Lucía"),
        lambda: leave_organisation(person, acme, by="Lucía"),
        lambda: leave_organisation(person, bosch, by="Lucía"),
        lambda: place_in_organisation(person, acme, position="Presidenta", by="Lucía"),
        lambda: place_in_organisation(person, bosch, position="Presidenta", by="Lucía"),
        lambda: join_organisation(person, bodies[2], by="Lucía"),
    ):
        change = act()
        assert held(person) != before
        undo_membership_change(person, change, by="Lucía")
        assert held(person) == before


def test_who_leaves_the_main_one_keeps_the_others(person, bodies):
    acme, bosch, cima = bodies
    for body, position in ((acme, "CEO"), (bosch, "Socia"), (cima, "")):
        join_organisation(person, body, position=position, by="Lucía")
    leave_organisation(person, acme, by="Lucía")
    assert held(person) == [("Bosch", "Socia", True), ("Cima", "", False)]
    assert AuditEntry.objects.filter(action="party.membership-removed").exists()
    index_persons([person.pk])
    assert not list(find_ids(SubjectKind.PERSON, text="acme", most=9))


def test_a_change_is_taken_back_after_its_organisation_was_merged(person, bodies):
    acme, bosch, cima = bodies
    join_organisation(person, acme, position="CEO", by="Lucía")
    join_organisation(person, bosch, position="Socia", by="Lucía")
    left_main = leave_organisation(person, acme, by="Lucía")
    merge_organisations(cima, acme, by="Lucía")
    undo_membership_change(person, left_main, by="Lucía")
    assert held(person) == [("Cima", "CEO", True), ("Bosch", "Socia", False)]
    left_further = leave_organisation(person, bosch, by="Lucía")
    merge_organisations(cima, bosch, by="Lucía")
    undo_membership_change(person, left_further, by="Lucía")
    assert held(person) == [("Cima", "CEO", True)]


def test_a_membership_of_a_deleted_organisation_is_refused(person, bodies):
    join_organisation(person, bodies[0], by="Lucía")
    join_organisation(person, bodies[1], by="Lucía")
    change = leave_organisation(person, bodies[1], by="Lucía")
    bodies[1].delete()
    with pytest.raises(NotThere):
        undo_membership_change(person, change, by="Lucía")
