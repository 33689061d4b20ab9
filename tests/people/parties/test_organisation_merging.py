"""Of two organisations one is left, with the people, roles, addresses and numbers of both."""

import pytest

from esmero.house.models import AuditEntry
from esmero.people.models import ContactPoint, Membership, Organisation, PartyNumber, PartyRole, Person
from esmero.people.parties.memberships import list_memberships, members_of
from esmero.people.parties.organisation_merging import list_references, merge_organisations
from esmero.refusal import Refusal
from esmero.search.finding import find_ids
from esmero.search.models import SubjectKind
from tests.house_facts import add_people, build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def test_everything_moves_and_equal_things_become_one():
    house = build_house()
    kept, gone, other = (Organisation.objects.create(name=name, folded=name) for name in ("acme", "acme sl", "otra"))
    Organisation.objects.filter(pk=gone.pk).update(tax_id="B58378431", country="ES")
    people = add_people(house, 5)
    for person, main in zip(people, (kept, gone, other, gone, other), strict=True):
        Person.objects.filter(pk=person.pk).update(organisation=main)
    further = [(0, gone, "a"), (1, kept, "b"), (2, gone, "c"), (4, gone, "d"), (4, kept, "e")]
    for place, body, position in further:
        Membership.objects.create(person=people[place], organisation=body, position=position)
    for body in (kept, gone):
        PartyRole.objects.create(organisation=body, kind="customer")
        ContactPoint.objects.create(organisation=body, kind="post", value="Calle 1, León")
    PartyRole.objects.create(organisation=gone, kind="supplier", brand=house.brand)
    PartyNumber.objects.create(organisation=gone, brand=house.brand, value="A-1")
    merge_organisations(kept, gone, by="Lucía")
    kept.refresh_from_db()
    assert not Organisation.objects.filter(pk=gone.pk).exists()
    assert (kept.name, kept.tax_id, kept.country) == ("acme", "B58378431", "ES")
    assert set(Person.objects.filter(members_of(kept))) == set(people)
    assert sorted(PartyRole.objects.values_list("kind", "organisation__name")) == [
        ("customer", "acme"),
        ("supplier", "acme"),
    ]
    assert ContactPoint.objects.filter(organisation=kept).count() == 1
    assert PartyNumber.objects.get().organisation == kept
    for person in people:
        person.refresh_from_db()
    held = list_memberships(people)
    assert [[one.organisation.name for one in held[person.pk]] for person in people] == [
        ["acme"], ["acme"], ["otra", "acme"], ["acme"], ["otra", "acme"],
    ]  # fmt: skip
    assert set(find_ids(SubjectKind.PERSON, text="acme", most=9)) == {person.pk for person in people}
    assert AuditEntry.objects.get(action="organisations.merged").facts["name"] == "acme sl"


def test_the_same_one_or_one_that_is_gone_is_refused():
    one, two = (Organisation.objects.create(name=name, folded=name) for name in ("a", "b"))
    with pytest.raises(Refusal, match="organisations-same"):
        merge_organisations(one, one, by="Lucía")
    Organisation.objects.filter(pk=two.pk).delete()
    with pytest.raises(Refusal, match="organisations-same"):
        merge_organisations(one, two, by="Lucía")


def test_every_table_that_names_an_organisation_is_moved():
    assert {model.__name__ for model, _column in list_references()} == {
        "Person", "Membership", "PartyRole", "PartyNumber", "ContactPoint", "MergedOrganisation",
    }  # fmt: skip
