"""Accounts are opened by staff, one for each person, and never by taking one over."""

import json

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from esmero.accounts.links import request_new_email
from esmero.accounts.models import CustomerAccount
from esmero.accounts.new_emails import confirm_new_email
from esmero.accounts.opening import (
    close_account,
    correct_account,
    find_account,
    find_account_by_name,
    open_account,
    remove_account,
    reopen_account,
)
from esmero.grants.models import Grant
from esmero.house.models import AuditEntry, User
from esmero.house.sign_in.kinds import UserKind, serving
from esmero.outbox.models import Message
from esmero.people.models import Address, Person
from esmero.privacy.erasure import erase_person
from esmero.privacy.export import collect_data
from esmero.privacy.merging import merge, undo_merge
from esmero.refusal import Refusal
from tests.accounts.facts import PASSWORD, add_customers, read_link, show_again, sign_in
from tests.house_facts import add_people, build_house
from tests.web.document import get_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_the_two_kinds_are_never_found_together():
    (account,) = add_customers(1)
    member = staff()
    assert list(User.objects.all()) == [member]
    assert list(User.customers.all()) == [account.user]
    with serving(UserKind.CUSTOMER):
        assert list(User.objects.all()) == [account.user]
    assert list(User.objects.all()) == [member]


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "customer", "role": "owner"},
        {"kind": "customer", "role": "", "is_superuser": True},
        {"kind": "staff", "role": "", "name": "Eva"},
        {"kind": "staff", "role": "reader", "name": ""},
        {"kind": "staff", "role": "reader", "name": "Eva", "username": "eva"},
        {"kind": "other", "role": "reader", "name": "Eva"},
    ],
)
def test_the_database_refuses_a_user_of_both_kinds(facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        User(email="eva@cliente.example", **facts).save()


def test_an_address_belongs_to_one_of_each_kind():
    (account,) = add_customers(1)
    User.objects.create_user(account.user.email, PASSWORD, name="Lucía", role="reader")
    with pytest.raises(IntegrityError), transaction.atomic():
        User(email=account.user.email, kind="customer", role="").save()


@pytest.mark.parametrize("name", ["a", "con espacio", "ana@cliente.example", "ñandú", "-ana", "x" * 61])
def test_a_user_name_that_could_be_something_else_is_refused(name):
    house = build_house()
    with pytest.raises(Refusal) as refused:
        open_account(add_people(house, 1)[0], brand=house.brand, by="test", at=NOW, user_name=name)
    assert refused.value.code == "user-name-unusable"
    assert not User.customers.exists()


def test_the_user_name_is_fixed_before_the_first_visit():
    house = build_house()
    person = add_people(house, 1)[0]
    account = open_account(person, brand=house.brand, by="test", at=NOW, user_name="Ana.Garcia")
    assert account.user.username == "ana.garcia"
    path, _ = read_link(Grant.objects.get())
    client = Client()
    page = get_document(client, path)
    assert "ana.garcia" in page.text("p.soft")
    assert page.form().value("username") == "ana.garcia"
    client.post(path, {"password": PASSWORD})
    assert client.post("/area/sign-in/", {"login": "ANA.garcia", "password": PASSWORD}).url == "/area/"


def test_a_person_has_one_account_and_a_name_one_owner():
    (first, _second) = add_customers(2)
    third = add_people_more()
    for person, name, code in (
        (first.person, "", "account-there"),
        (third, "cliente0", "account-name-taken"),
    ):
        with pytest.raises(Refusal) as refused:
            open_account(person, brand=first.brand, by="test", at=NOW, user_name=name)
        assert refused.value.code == code
    third.address = first.person.address
    third.save()
    with pytest.raises(Refusal) as refused:
        open_account(third, brand=first.brand, by="test", at=NOW)
    assert refused.value.code == "account-name-taken"
    Person.objects.filter(pk=third.pk).update(address=None)
    with pytest.raises(Refusal) as refused:
        open_account(third, brand=first.brand, by="test", at=NOW)
    assert refused.value.code == "account-without-address"


def add_people_more() -> Person:
    address = Address.objects.create(value="tercera@cliente.example", domain="cliente.example")
    return Person.objects.create(number="t-3", given_name="Tercera", address=address)


def test_a_closed_account_opens_for_nobody_until_it_is_reopened(client):
    (account,) = add_customers(1)
    path, _ = read_link(Grant.objects.get())
    sign_in(client, account)
    assert client.get("/area/").status_code == 200
    close_account(account, by="test", at=timezone.now())
    assert client.get("/area/").status_code == 302
    assert sign_in(Client(), account).url == "/area/closed/"
    assert client.get(path).status_code == 410
    assert find_account_by_name(account.user.email) is None
    reopen_account(account, by="test")
    assert sign_in(client, account).url == "/area/"


def test_an_account_goes_with_its_person():
    (one, other) = add_customers(2)
    client = Client()
    sign_in(client, one)
    held = collect_data(one.person)
    assert held["log-ins of customers"][0]["username"] == "cliente0"
    assert "password" not in json.dumps(held["log-ins of customers"])
    erase_person(one.person, by="test", reason="asked", at=timezone.now())
    assert list(User.customers.all()) == [other.user]
    assert list(CustomerAccount.objects.all()) == [other]
    assert not Grant.objects.filter(person=one.person).exists()
    assert client.get("/area/").status_code == 302
    assert "persona0" not in json.dumps(list(AuditEntry.objects.values_list("actor_name", "facts")))


def test_whoever_was_merged_keeps_both_log_ins_and_gets_them_back():
    (one, other) = add_customers(2)
    done = merge(one.person, other.person, taken=(), by="test")
    for account in (one, other):
        client = Client()
        assert sign_in(client, account).url == "/area/"
        assert str(one.person) in get_document(client, "/area/").text(".lead")
        user = User.customers.get(pk=account.user_id)
        assert find_account(user).person == one.person
    undo_merge(done, by="test")
    assert find_account(User.customers.get(pk=other.user_id)).person == other.person


def test_a_new_address_counts_when_confirmed_and_takes_no_account_over():
    (one, other) = add_customers(2)
    client, stranger = Client(), Client()
    sign_in(client, one)
    sign_in(stranger, other)
    assert client.post("/area/email/", {"email": "x@evil.example"}).url.startswith("/area/once-more/")
    show_again(client)
    client.get("/area/")  # shows the notes that wait
    answers = set()
    for email in ("nueva@cliente.example", other.user.email):
        answers.add(client.post("/area/email/", {"email": email}, headers={"accept-language": "es"}).content)
    assert len(answers) == 1  # the same words, whether an account has the address or not
    first, second = Grant.objects.filter(purpose="new-email").order_by("id")
    path, _ = read_link(first)
    assert read_link(second) == ("", "")
    assert Client().post(path).status_code == 302  # not signed in: nothing is done
    assert stranger.post(path).status_code == 200  # signed in to another account
    assert client.get(path).status_code == 200
    assert User.customers.get(pk=one.user_id).email == "persona0@cliente.example"
    assert client.post(path).url == "/area/"
    assert User.customers.get(pk=one.user_id).email == "nueva@cliente.example"
    assert User.customers.get(pk=other.user_id).email == other.user.email
    assert Message.objects.get(kind="address-changed").address == "persona0@cliente.example"
    assert client.post(path).status_code == 410


def test_an_address_that_became_anothers_meanwhile_is_not_taken():
    (one, other) = add_customers(2)
    grant = request_new_email(one, email="nueva@cliente.example", language="es", at=timezone.now())
    User.customers.filter(pk=other.user_id).update(email="nueva@cliente.example")
    with pytest.raises(Refusal) as refused:
        confirm_new_email(one, grant=grant, at=timezone.now())
    assert refused.value.code == "account-name-taken"
    assert Grant.objects.get(pk=grant.pk).uses == 0  # not finished, so not spent


def test_a_change_of_the_persons_address_moves_no_log_in():
    (one,) = add_customers(1)
    Person.objects.filter(pk=one.person_id).update(address=Address.objects.create(value="x@evil.example", domain="e"))
    client = Client()
    client.post("/area/sign-in/link/", {"login": one.user.email})
    read_link(Grant.objects.latest("id"))
    assert set(Message.objects.values_list("address", flat=True)) == {one.user.email}


def test_staff_with_the_right_open_and_close_from_the_persons_page(client):
    house = build_house()
    person = add_people(house, 1)[0]
    client.force_login(staff("reader"))
    page, place = f"/console/people/{person.pk}/", f"/console/people/{person.pk}/account/"
    assert client.post(place, {"act": "open"}).status_code == 403
    client.force_login(staff("agent"))
    client.post(place, {"act": "open", "user_name": "ana"})
    account = CustomerAccount.objects.get()
    assert "ana" in get_document(client, page).section("Customer area").words
    for act, active in (("close", False), ("reopen", True), ("invite", True)):
        client.post(place, {"act": act, "account": account.pk})
        assert User.customers.get().is_active is active
    assert Grant.objects.filter(purpose="invitation").count() == 2
    assert client.post(place, {"act": "close", "account": account.pk + 1}).status_code == 404


def test_a_log_in_at_a_wrong_address_is_corrected_until_it_is_used():
    house = build_house()
    person, other = add_people(house, 2)
    account = open_account(person, brand=house.brand, by="test", at=NOW, user_name="nombre.malo")
    path, _ = read_link(Grant.objects.get())
    first = Message.objects.get()
    right = Address.objects.create(value="right@cliente.example", domain="cliente.example")
    Person.objects.filter(pk=person.pk).update(address=right)
    correct_account(account, user_name="Nombre.Bueno", by="test", at=timezone.now())
    assert Client().get(path).status_code == 410
    first.refresh_from_db()
    assert (first.state, first.content) == (Message.State.CANCELLED, None)
    path, _ = read_link(Grant.objects.latest("id"))
    assert Message.objects.latest("id").address == "right@cliente.example"
    client = Client()
    client.post(path, {"password": PASSWORD})
    assert client.post("/area/sign-in/", {"login": "nombre.bueno", "password": PASSWORD}).url == "/area/"
    said = AuditEntry.objects.get(action="account.corrected")
    assert said.subject_id == person.pk
    assert "nombre" not in json.dumps(said.facts)
    Person.objects.filter(pk=person.pk).update(address=other.address)
    with pytest.raises(Refusal) as refused:
        correct_account(account, user_name="", by="test", at=timezone.now())
    assert refused.value.code == "account-in-use"
    assert User.customers.get(pk=account.user_id).email == "right@cliente.example"


def test_a_password_that_was_set_ends_the_corrections():
    house = build_house()
    (person,) = add_people(house, 1)
    account = open_account(person, brand=house.brand, by="test", at=NOW)
    path, _ = read_link(Grant.objects.get())
    Client().post(path, {"password": PASSWORD})
    User.customers.update(last_login=None)
    with pytest.raises(Refusal) as refused:
        correct_account(account, user_name="", by="test", at=timezone.now())
    assert refused.value.code == "account-in-use"


def test_a_correction_takes_no_name_of_another():
    house = build_house()
    person, other = add_people(house, 2)
    open_account(other, brand=house.brand, by="test", at=NOW, user_name="suyo")
    account = open_account(person, brand=house.brand, by="test", at=NOW)
    with pytest.raises(Refusal) as refused:
        correct_account(account, user_name="suyo", by="test", at=timezone.now())
    assert refused.value.code == "account-name-taken"
    assert Grant.objects.filter(revoked_at=None).count() == 2  # nothing of it was done


def test_a_closed_account_is_removed_and_opened_anew():
    (account,) = add_customers(1)
    client = Client()
    sign_in(client, account)
    with pytest.raises(Refusal) as refused:
        remove_account(account, by="test", at=timezone.now())
    assert refused.value.code == "account-open"
    close_account(account, by="test", at=timezone.now())
    with pytest.raises(Refusal) as refused:
        open_account(account.person, brand=account.brand, by="test", at=timezone.now())
    assert refused.value.code == "account-there-closed"
    remove_account(account, by="test", at=timezone.now())
    assert not User.customers.exists()
    assert not Session.objects.exists()
    assert client.get("/area/").status_code == 302
    again = open_account(account.person, brand=account.brand, by="test", at=timezone.now(), user_name="cliente0")
    assert read_link(Grant.objects.latest("id"))[0]
    assert list(CustomerAccount.objects.all()) == [again]


def test_staff_correct_and_remove_from_the_persons_page(client):
    house = build_house()
    person = add_people(house, 1)[0]
    account = open_account(person, brand=house.brand, by="test", at=NOW, user_name="malo")
    page, place = f"/console/people/{person.pk}/", f"/console/people/{person.pk}/account/"
    client.force_login(staff("agent"))
    assert "correct" in get_document(client, page).acts()
    client.post(place, {"act": "correct", "account": account.pk, "user_name": "bueno"})
    assert User.customers.get().username == "bueno"
    client.post(place, {"act": "remove", "account": account.pk})
    assert User.customers.exists()  # it is open
    User.customers.update(last_login=NOW)
    assert "correct" not in get_document(client, page).acts()
    client.post(place, {"act": "close", "account": account.pk})
    assert "remove" in get_document(client, page).acts()
    client.post(place, {"act": "remove", "account": account.pk})
    assert not User.customers.exists()
    assert "open" in get_document(client, page).acts()
