"""From an entry to a permission: nothing before the confirmation, everything with its proof after it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.asks.submissions import (
    CONFIRM_WITHIN,
    clear_networks,
    confirm,
    may_send_confirmation,
    read_entry,
    record_request,
    save_submission,
)
from esmero.outbox.models import Dispatch, Message
from esmero.people.addresses.suppression import find_suppressions, suppress
from esmero.people.models import Address, CustomField, Permission, PermissionEntry, Person, Preference
from esmero.people.permissions.decisions import find_permitted
from esmero.people.permissions.ledger import withdraw
from tests.asks.facts import WORDING, open_form
from tests.house_facts import add_people

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def enter(house, form, *, address="ana@cliente.example", monthly=False, at=None, **values):
    entered = read_entry(
        form,
        post={"email": address, "agree": "on", "often": "monthly" if monthly else "always", **values},
        topics=[str(house.topic.pk)],
        offered=[house.topic],
    )
    assert entered.faults == {}
    return save_submission(form, entered, language="es", wording=WORDING["es"], network="n", at=at or timezone.now())


def permitted(house, person):
    return bool(find_permitted([person.pk], brand=house.brand.pk, purpose=house.topic.purpose_id, topic=house.topic.pk))


def test_an_entry_alone_changes_nothing():
    house, form = open_form()
    enter(house, form)
    assert not Person.objects.exists()
    assert not PermissionEntry.objects.exists()


def test_a_confirmation_is_a_permission_with_wording_version_and_place():
    house, form = open_form()
    person = confirm(enter(house, form, given_name="Ana"), at=timezone.now())
    assert (person.given_name, person.language, person.address.value) == ("Ana", "es", "ana@cliente.example")
    entry = PermissionEntry.objects.get()
    assert (entry.act, entry.basis, entry.wording, entry.wording_version) == (
        "granted",
        "consent",
        WORDING["es"],
        "boletin 1",
    )
    assert (entry.source, entry.by_person) == ("form boletin", True)
    assert permitted(house, person)


def test_confirming_twice_is_once():
    house, form = open_form()
    row = enter(house, form)
    one = confirm(row, at=timezone.now())
    assert confirm(row, at=timezone.now()) == one
    assert PermissionEntry.objects.count() == 1


def test_of_a_known_person_the_ledger_says_that_a_consent_waits_for_its_confirmation():
    house, form = open_form()
    [person] = add_people(house, 1, permission=False)
    row = enter(house, form, address=person.address.value)
    for _ in range(2):  # asked for again, nothing is added
        record_request(row)
    entry = PermissionEntry.objects.get()
    assert (entry.act, entry.topic, entry.wording, entry.source) == (
        "requested",
        house.topic,
        WORDING["es"],
        "form boletin",
    )
    assert not entry.by_person  # anybody may have typed the address
    assert not permitted(house, person)
    confirm(row, at=timezone.now())
    assert permitted(house, person)
    assert Permission.objects.get().state == "granted"


def test_who_consented_before_loses_nothing_by_signing_up_again():
    house, form = open_form()
    [person] = add_people(house, 1)
    record_request(enter(house, form, address=person.address.value))
    assert permitted(house, person)


def test_a_request_for_an_address_of_nobody_is_not_in_the_ledger():
    house, form = open_form()
    record_request(enter(house, form))
    assert not PermissionEntry.objects.exists()


def test_what_waits_too_long_is_worth_nothing():
    house, form = open_form()
    now = timezone.now()
    old = enter(house, form, at=now - CONFIRM_WITHIN - timedelta(hours=1))
    assert confirm(old, at=now) is None
    assert not Person.objects.exists()


def test_networks_are_forgotten_after_a_day():
    house, form = open_form()
    row = enter(house, form)
    confirm(row, at=timezone.now())
    assert clear_networks(at=timezone.now()) == 0
    assert clear_networks(at=timezone.now() + timedelta(days=2)) == 1
    row.refresh_from_db()
    assert row.network == ""


def test_who_left_comes_back_by_their_own_act():
    house, form = open_form()
    [person] = add_people(house, 1)
    left = timezone.now()
    withdraw(person, brand=house.brand, purpose=house.topic.purpose, topic=house.topic, source="mail", by_person=True)
    assert not permitted(house, person)
    Permission.objects.update(withdrawn_at=left)
    same = confirm(enter(house, form, address=person.address.value, at=timezone.now()), at=timezone.now())
    assert same == person
    assert permitted(house, person)
    assert Permission.objects.get(person=person, topic=house.topic).state == "granted"


def test_a_known_person_keeps_what_was_known_of_them():
    house, form = open_form()
    [person] = add_people(house, 1, permission=False)
    confirm(enter(house, form, address=person.address.value, given_name="Otra"), at=timezone.now())
    person.refresh_from_db()
    assert person.given_name == "Nombre0"
    assert Person.objects.count() == 1


def test_in_a_household_the_name_decides_who_it_is():
    house, form = open_form(fields=[{"name": "given_name"}, {"name": "family_name"}])
    one, other = add_people(house, 2, permission=False)
    Person.objects.filter(pk=other.pk).update(address=one.address)
    shared = one.address.value
    found = confirm(enter(house, form, address=shared, given_name="NOMBRE1", family_name="Guell"), at=timezone.now())
    assert found == other
    newcomer = confirm(enter(house, form, address=shared, given_name="Zoe"), at=timezone.now())
    assert newcomer.pk not in {one.pk, other.pk}
    assert newcomer.address == one.address


def test_once_a_month_is_kept_as_a_wish():
    house, form = open_form()
    person = confirm(enter(house, form, monthly=True), at=timezone.now())
    assert Preference.objects.get(person=person).minimum_gap_days == 30


def test_own_fields_are_typed():
    CustomField.objects.create(key="size", label={"en": "Size"}, kind="integer")
    CustomField.objects.create(key="plan", label={"en": "Plan"}, kind="choice", choices=["Fibra", "Móvil"])
    house, form = open_form(fields=[{"name": "own:size", "required": True}, {"name": "own:plan"}, {"name": "own:gone"}])
    person = confirm(enter(house, form, **{"own:size": "42", "own:plan": "Fibra"}), at=timezone.now())
    assert person.fields == {"size": 42, "plan": "Fibra"}
    wrong = {"email": "a@cliente.example", "agree": "on", "own:size": "many", "own:plan": "Fax"}
    entered = read_entry(form, post=wrong, topics=[str(house.topic.pk)], offered=[house.topic])
    assert set(entered.faults) == {"own:size", "own:plan"}


def test_nothing_is_kept_without_agreement_topic_or_address():
    house, form = open_form()
    entered = read_entry(form, post={"email": "ana"}, topics=["999"], offered=[house.topic])
    assert set(entered.faults) == {"email", "topics", "agree"}


def test_an_address_that_does_not_exist_gets_no_mail():
    house, form = open_form()
    row = enter(house, form)
    assert may_send_confirmation(row)
    suppress(row.address, scope="all", reason="unknown-user", evidence="message 1", at=timezone.now())
    assert not may_send_confirmation(row)


def test_nobody_is_bombed_with_confirmations():
    house, form = open_form()
    for _ in range(3):
        row = enter(house, form)
        assert may_send_confirmation(row)
        dispatch = Dispatch.objects.create(brand=house.brand, message_class="internal")
        row.message = Message.objects.create(dispatch=dispatch, address=row.address, opaque=f"o{row.pk}")
        row.save()
    assert not may_send_confirmation(enter(house, form))


def test_a_complaint_to_this_brand_ends_with_the_persons_own_act():
    house, form = open_form()
    now = timezone.now()
    suppress("ana@cliente.example", scope="commercial", reason="complaint", evidence="x", at=now, brand=house.brand)
    confirm(enter(house, form), at=now)
    assert find_suppressions(["ana@cliente.example"]) == {}
    assert Address.objects.get(value="ana@cliente.example").standing == "ok"
