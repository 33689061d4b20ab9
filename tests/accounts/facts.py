"""Customers with accounts, and the links that were sent to them."""

import re

from django.core.cache import cache
from django.utils import timezone

from esmero.accounts.models import CustomerAccount
from esmero.accounts.opening import open_account
from esmero.grants.models import Grant
from esmero.house.models import User
from esmero.house.sign_in.kinds import UserKind
from esmero.outbox.models import Message
from esmero.people.models import Person
from esmero.rounds.delivery import deliver_due
from tests.house_facts import House, add_people, build_house

PASSWORD = "a-long-password"


def add_customers(number: int = 2, *, house: House | None = None, password: str = PASSWORD) -> list[CustomerAccount]:
    """Persons with an account and a password."""
    cache.clear()  # the counters of rate limits
    house = house or build_house()
    accounts = []
    for place, person in enumerate(add_people(house, number)):
        account = open_account(person, brand=house.brand, by="test", at=timezone.now(), user_name=f"cliente{place}")
        if password:
            account.user.set_password(password)
            account.user.save()
        accounts.append(account)
    return accounts


def add_same_as_staff(person: Person, house: House) -> tuple[User, CustomerAccount]:
    """A member of staff and a customer with one address and one password."""
    cache.clear()
    account = open_account(person, brand=house.brand, by="test", at=timezone.now())
    account.user.set_password(PASSWORD)
    account.user.save()
    staff = User.objects.create_user(account.user.email, PASSWORD, name="Lucía Prado", role="owner")
    assert (staff.kind, account.user.kind) == (UserKind.STAFF, UserKind.CUSTOMER)
    return staff, account


def sign_in(client, account, password=PASSWORD):
    return client.post("/area/sign-in/", {"login": account.user.email, "password": password})


def show_again(client, password=PASSWORD):
    """Show once more that it is them, as some pages ask."""
    return client.post("/area/once-more/", {"password": password})


def read_link(grant: Grant) -> tuple[str, str]:
    """Deliver what is due, and return path and code of the mail with the link of a grant; "" where none was written."""
    while deliver_due("w"):  # it takes so many at a time
        pass
    message = Message.objects.filter(occasion=f"grant {grant.pk}").first()
    if message is None:
        return "", ""
    text = message.content["text"]["text"]
    path = re.search(r"https?://[^/\s]+(/area/[a-z]/[a-z2-7]{40})", text)[1]
    code = re.search(r"\b\d{6}\b", text)
    return path, code[0] if code else ""
