"""Requests about one's data: answered at once where nothing hints at a contract, else by staff within the month."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from unittest import mock

import pytest
from django.utils import timezone

from esmero.accounts.opening import open_account
from esmero.house.jurisdictions import load_profiles
from esmero.house.profiles.legal_clocks import ClockUnit
from esmero.people.models import PartyNumber, PartyRole, Person
from esmero.privacy.requests import find_due, request_erasure
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


# Regulation (EU) 2016/679 art. 12(3); months by Regulation (EEC, Euratom) No 1182/71 art. 3(2)(c), and a calendar on
# the wall. The second is received on 1 February in Madrid and on 31 January in the Canaries.
@pytest.mark.parametrize(
    ("at", "zone", "due"),
    [
        (datetime(2027, 1, 31, 12, tzinfo=UTC), "Europe/Madrid", "2027-02-28T23:59:59+01:00"),
        (datetime(2027, 1, 31, 23, 30, tzinfo=UTC), "Europe/Madrid", "2027-03-01T23:59:59+01:00"),
        (datetime(2027, 1, 31, 23, 30, tzinfo=UTC), "Atlantic/Canary", "2027-02-28T23:59:59+00:00"),
        (datetime(2027, 7, 15, 8, tzinfo=UTC), "Europe/Madrid", "2027-08-15T23:59:59+02:00"),
        (datetime(2027, 3, 1, 8, tzinfo=UTC), "Europe/Madrid", "2027-04-01T23:59:59+02:00"),
    ],
)
def test_a_request_is_due_on_the_last_day_of_the_legal_month(at, zone, due):
    house = build_house()
    house.brand.timezone = zone
    house.brand.save()
    assert find_due(house.brand, at=at) == datetime.fromisoformat(due)
    person = add_contact(house)
    give_role("customer")(person, house)
    assert request_erasure(person, brand=house.brand, at=at).due_at == datetime.fromisoformat(due)


def test_the_term_is_that_of_the_jurisdiction():
    house = build_house()
    clock = load_profiles().profiles["ES"].clocks["data-request"]
    shorter = replace(clock, number=3, unit=ClockUnit.WORKING_DAYS)
    at = datetime(2027, 12, 3, 8, tzinfo=UTC)  # a Friday; Monday and Wednesday are holidays in Spain
    with mock.patch("esmero.privacy.requests.legal_clock", return_value=shorter):
        assert find_due(house.brand, at=at).date() == date(2027, 12, 10)
