"""Requests about one's data: answered at once where nothing hints at a contract, else by staff within the month."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.accounts.opening import open_account
from esmero.people.models import PartyNumber, PartyRole, Person
from esmero.privacy.requests import request_erasure
from tests.house_facts import add_people, build_house

pytestmark = pytest.mark.django_db


def add_contact(house):
    """A person without a customer number."""
    (person,) = add_people(house, 1)
    person.number = None
    person.save()
    return person


def give_role(kind, **days):
    return lambda person, house: PartyRole.objects.create(person=person, kind=kind, brand=house.brand, **days)


TODAY = timezone.localdate()
SIGNS = {
    "customer": give_role("customer"),
    "member": give_role("member"),
    "former customer": give_role("customer", until=TODAY - timedelta(days=2)),
    "customer to be": give_role("customer", since=TODAY + timedelta(days=9)),
    "prospect": give_role("prospect"),
    "number": lambda person, house: PartyNumber.objects.create(person=person, brand=house.brand, value="X-1"),
    "number of the house": lambda person, house: Person.objects.filter(pk=person.pk).update(number="N-1"),
    "account": lambda person, house: open_account(person, brand=house.brand, by="test", at=timezone.now()),
}


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_who_may_be_a_customer_waits_for_staff(sign):
    house = build_house()
    person = add_contact(house)
    sign(person, house)
    person.refresh_from_db()
    assert request_erasure(person, brand=house.brand, at=timezone.now()).state == "open"
    assert Person.objects.get(pk=person.pk).state == "active"


@pytest.mark.parametrize("role", [None, "supplier"])
def test_a_mere_contact_is_erased_at_once(role):
    house = build_house()
    person = add_contact(house)
    if role:
        give_role(role)(person, house)
    assert request_erasure(person, brand=house.brand, at=timezone.now()).state == "done"
    assert Person.objects.get(pk=person.pk).state == "erased"
