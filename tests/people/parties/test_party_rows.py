"""Roles and numbers come, change, go and come back; equal ones are refused, by the database where two write at once."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from esmero.house.models import AuditEntry, Brand
from esmero.people.models import ContactPoint, Organisation, PartyNumber, PartyRole
from esmero.people.parties.party_rows import PartyRowKnown, add_row, change_row, remove_row, restore_row
from esmero.refusal import InvalidValue
from tests.house_facts import add_people, build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
ROLE = {"kind": "customer", "brand_id": None, "since": None, "until": None}


@pytest.fixture
def house():
    return build_house()


@pytest.fixture
def person(house):
    return add_people(house, 1)[0]


@pytest.fixture
def body():
    return Organisation.objects.create(name="Acme", folded="acme")


def test_a_party_holds_several_roles_but_no_role_twice(house, person, body):
    for party in (person, body):
        add_row(party, PartyRole, values=ROLE, by="Lucía")
        add_row(party, PartyRole, values={**ROLE, "brand_id": house.brand.pk}, by="Lucía")
        add_row(party, PartyRole, values={**ROLE, "kind": "supplier"}, by="Lucía")
        add_row(party, PartyRole, values={**ROLE, "until": date(2020, 1, 1)}, by="Lucía")
        with pytest.raises(PartyRowKnown, match="role-known"):
            add_row(party, PartyRole, values=ROLE, by="Lucía")
        with pytest.raises(PartyRowKnown, match="role-known"):
            add_row(party, PartyRole, values={**ROLE, "brand_id": house.brand.pk}, by="Lucía")
    with pytest.raises(InvalidValue, match="role-days-reversed"):
        add_row(person, PartyRole, values={**ROLE, "since": date(2026, 2, 2), "until": date(2026, 2, 1)}, by="Lucía")


def test_a_row_belongs_to_one_party(person, body):
    for model, facts in ((PartyRole, {"kind": "member"}), (ContactPoint, {"kind": "post", "value": "x"})):
        for parties in ({"person": person, "organisation": body}, {}):
            with pytest.raises(IntegrityError), transaction.atomic():
                model.objects.create(**parties, **facts)


def test_a_number_is_unique_in_its_brand_over_persons_and_organisations(house, person, body):
    values = {"brand_id": house.brand.pk, "value": "A-1"}
    add_row(person, PartyNumber, values=values, by="Lucía")
    with pytest.raises(PartyRowKnown, match="party-number-taken"):
        add_row(body, PartyNumber, values=values, by="Lucía")
    other = Brand.objects.create(slug="otra", name="Otra", return_domain="v.otra.example")
    add_row(body, PartyNumber, values={**values, "brand_id": other.pk}, by="Lucía")


def test_what_was_changed_or_removed_comes_back(house, person, body):
    for party in (person, body):
        role = add_row(party, PartyRole, values={**ROLE, "since": date(2026, 1, 1)}, by="Lucía")
        number = add_row(party, PartyNumber, values={"brand_id": house.brand.pk, "value": f"A{party.pk}"}, by="Lucía")
        rows = [list(PartyRole.objects.values()), list(PartyNumber.objects.values())]
        for act in (
            lambda role=role: change_row(
                role, values={**ROLE, "kind": "member", "until": date(2026, 2, 1)}, by="Lucía"
            ),
            lambda role=role: remove_row(role, by="Lucía"),
            lambda number=number: change_row(number, values={"value": "B"}, by="Lucía"),
            lambda number=number: remove_row(number, by="Lucía"),
        ):
            before = act()
            assert [list(PartyRole.objects.values()), list(PartyNumber.objects.values())] != rows
            restore_row(before, by="Lucía")
            assert [list(PartyRole.objects.order_by("id").values()), list(PartyNumber.objects.values())] == rows
        PartyRole.objects.all().delete()
        PartyNumber.objects.all().delete()
    assert {"party.role-added", "party.role-changed", "party.role-removed", "party.role-restored"} <= set(
        AuditEntry.objects.values_list("action", flat=True)
    )
