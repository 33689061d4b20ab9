"""A person who is erased is nowhere any more; what proves something stays without them."""

import json

import pytest
from django.apps import apps
from django.utils import timezone

from esmero.accounts.links import request_link, request_new_email
from esmero.accounts.new_emails import confirm_new_email
from esmero.accounts.opening import open_account
from esmero.conversations.models import Entry
from esmero.grants.models import Grant
from esmero.grants.purposes import SIGN_IN
from esmero.house.models import AuditEntry
from esmero.imports.lifecycle import begin_unchecked, create_import
from esmero.imports.models import Import
from esmero.outbox.models import Captured, Message, MessageEvent
from esmero.people.addresses.suppression import find_suppressed_numbers, find_suppressions
from esmero.people.models import Address, PartyNumber, PermissionEntry, Person, PersonLine
from esmero.privacy.erasure import ErasureRefused, erase_person
from esmero.rounds.import_kinds import PERSONS
from esmero.rounds.table import JOBS
from esmero.vault.files import path_of, seal
from esmero.vault.models import StoredFile
from esmero.work.jobs import run_to_end
from tests.accounts.facts import read_link
from tests.house_facts import add_people, build_house
from tests.privacy.facts import SECRET, furnish_person

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def rows_that_hold(word):
    """Look for a word in every column of every table, as a thief of the database would."""
    found = []
    for model in apps.get_models():
        for row in model._base_manager.values():
            text = json.dumps(row, default=str, ensure_ascii=False).lower()
            if word.lower() in text:
                found.append((model.__name__, row[model._meta.pk.attname]))
    return found


def erase(person, reason="They asked for it"):
    return erase_person(person, by="Lucía", reason=reason, at=timezone.now())


def test_nothing_of_the_person_is_left_in_any_table():
    _house, one, *_rest = furnish_person()
    assert len({name for name, _pk in rows_that_hold(SECRET)}) >= 12
    erase(one)
    assert rows_that_hold(SECRET) == []


def test_what_dry_runs_said_of_them_goes_and_of_others_stays():
    house, one, other, *_rest = furnish_person()
    brought = Import.objects.create(
        kind="persons",
        brand=house.brand,
        file_name="l.csv",
        state="checked",
        file=seal(b"x", kind="import", media_type="text/csv"),
    )
    PersonLine.objects.create(of=brought, line=2, verdict="added", cell=f"{SECRET} Gil, {one.address.value}")
    PersonLine.objects.create(of=brought, line=3, verdict="unchanged", number=one.number, cell=SECRET)
    PersonLine.objects.create(of=brought, line=4, verdict="added", cell=f"Otra, {other.address.value}")
    erase(one)
    assert rows_that_hold(SECRET) == []
    assert PersonLine.objects.get(of=brought, line=4).cell == f"Otra, {other.address.value}"


def test_what_proves_something_stays():
    _house, one, _other, message, _raw, _dispatch = furnish_person()
    events = MessageEvent.objects.filter(message=message).count()
    erase(one)
    message.refresh_from_db()
    assert (message.state, message.address) == ("sent", "")
    assert message.sent_at is not None
    assert MessageEvent.objects.filter(message=message).count() == events
    assert PermissionEntry.objects.filter(person=one, act="granted").exists()
    assert Person.objects.get(pk=one.pk).state == "erased"
    assert AuditEntry.objects.get(action="person.erased").subject_id == one.pk


def test_others_are_untouched():
    _house, one, other, *_rest = furnish_person()
    before = Person.objects.filter(pk=other.pk).values().get()
    erase(one)
    assert Person.objects.filter(pk=other.pk).values().get() == before
    assert Message.objects.get(person=other).address == other.address.value


def test_no_list_brings_them_back():
    _house, one, *_rest = furnish_person()
    address, number = one.address.value, one.number
    erase(one)
    assert set(find_suppressions([address])) == {address}
    assert find_suppressed_numbers([number, "another"]) == {number}


def test_the_address_of_a_household_goes_on_for_the_other():
    _house, one, other, *_rest = furnish_person()
    Person.objects.filter(pk=other.pk).update(address=one.address)
    shared = one.address.value
    erase(one)
    assert Address.objects.filter(value=shared).exists()
    assert find_suppressions([shared]) == {}


def test_a_message_that_has_not_left_never_leaves():
    _house, one, _other, message, *_rest = furnish_person()
    Message.objects.filter(pk=message.pk).update(state="waiting", due_at=timezone.now())
    erase(one)
    message.refresh_from_db()
    assert (message.state, message.due_at) == ("cancelled", None)


@pytest.mark.parametrize("state", ["claimed", "wire", "orphaned"])
def test_a_message_that_is_leaving_comes_first(state):
    _house, one, _other, message, *_rest = furnish_person()
    Message.objects.filter(pk=message.pk).update(state=state)
    with pytest.raises(ErasureRefused, match=r"^erasure-while-sending "):
        erase(one)
    assert Person.objects.get(pk=one.pk).given_name == SECRET


def test_the_bytes_go_with_the_last_row_that_needs_them(django_capture_on_commit_callbacks):
    _house, one, _other, _message, raw, _dispatch = furnish_person()
    with django_capture_on_commit_callbacks(execute=True):
        erase(one)
    assert not StoredFile.objects.filter(pk=raw.pk).exists()
    assert not path_of(raw.sha256).exists()


def test_bytes_that_somebody_else_needs_stay(django_capture_on_commit_callbacks):
    _house, one, *_rest = furnish_person()
    twin = seal(f"From: {SECRET}".encode(), kind="import", media_type="text/plain")
    with django_capture_on_commit_callbacks(execute=True):
        erase(one)
    assert path_of(twin.sha256).exists()


def test_erasing_twice_changes_nothing():
    _house, one, *_rest = furnish_person()
    erase(one)
    before = Person.objects.filter(pk=one.pk).values("number", "state", "address_id").get()
    erase(one)
    assert Person.objects.filter(pk=one.pk).values("number", "state", "address_id").get() == before


def test_messages_about_the_person_that_name_no_person_are_emptied_too():
    _house, one, _other, _message, _raw, dispatch = furnish_person()
    address, entry = one.address.value, Entry.objects.get()
    facts = {"dispatch": dispatch, "content": {"text": {"text": SECRET}}}
    occasion = f"entry {entry.pk}"
    Message.objects.create(kind="reply-forward", occasion=occasion, address="a@x.example", opaque="1", **facts)
    Message.objects.create(
        kind="campaign-test", occasion="2", ground=f"test by Lucía, person {one.pk}", address="b@x.example", opaque="2",
        **facts,
    )  # fmt: skip
    bare = Message.objects.create(kind="data-access-link", occasion="3", address=address, opaque="3", **facts)
    erase(one)
    assert not Message.objects.exclude(kind="").filter(content__isnull=False).exists()
    bare.refresh_from_db()
    assert (bare.state, bare.address) == (Message.State.CANCELLED, "")


def test_a_number_of_another_system_brings_nobody_back():
    _house, one, *_rest = furnish_person()
    number = PartyNumber.objects.get(person=one)
    erase_person(one, by="Lucía", reason="asked", at=timezone.now())
    assert not PartyNumber.objects.filter(value=number.value).exists()
    brought = create_import(
        f"Referencia externa;Nombre\r\n{number.value};Otra\r\nN-2;Nueva".encode(),
        kind=PERSONS,
        name="lista.csv",
        brand=number.brand,
        by="Lucía",
    )
    brought = begin_unchecked(
        brought, kind=PERSONS, choices={}, options={"topic": None}, source="tienda", dry_run=False, by="Lucía"
    )
    assert run_to_end(brought.job, kinds=JOBS, worker="test").state == "done"
    lines = PersonLine.objects.filter(of=brought).order_by("line").values_list("verdict", "reason")
    assert list(lines) == [("refused", "erased"), ("added", "")]


def test_address_and_user_name_of_a_log_in_are_nowhere_any_more():
    house = build_house()
    one, other = add_people(house, 2)
    Address.objects.filter(pk=one.address_id).update(value="zebulona@cliente.example")
    now = timezone.now()
    account = open_account(one, brand=house.brand, by="Lucía", at=now, user_name="zebulona")
    for grant in (
        Grant.objects.get(purpose="invitation"),
        request_link(SIGN_IN, account, browser="b", language="es", at=now),
        request_new_email(account, email="zebulona.nueva@cliente.example", language="es", at=now),
    ):
        read_link(grant)  # writes the mail
    # Where staff may have corrected the person's address since, the log-in keeps the old one.
    Person.objects.filter(pk=one.pk).update(address=Address.objects.create(value="z@cliente.example", domain="c"))
    confirm_new_email(account, grant=Grant.objects.get(purpose="new-email"), at=timezone.now())
    # An address that was typed and never confirmed may be of a stranger, or of another customer.
    for email in ("stranger@other.example", other.address.value):
        read_link(request_new_email(account, email=email, language="es", at=timezone.now()))
    waiting = Message.objects.get(kind="account-invitation")
    Captured.objects.create(message=waiting, return_path="r", recipient="zebulona", subject="", body=b"x", at=now)
    MessageEvent.objects.create(message=waiting, kind="refused", at=now, facts={"text": "550 zebulona"})
    assert {name for name, _pk in rows_that_hold("zebulona")} >= {"User", "Grant", "Message", "Captured"}
    erase_person(Person.objects.get(pk=one.pk), by="Lucía", reason="asked", at=timezone.now())
    assert rows_that_hold("zebulona") == []
    assert rows_that_hold("stranger@") == []
    theirs = {"z@cliente.example", "zebulona@cliente.example", "zebulona.nueva@cliente.example"}
    assert set(find_suppressions([*theirs, "stranger@other.example", other.address.value])) == theirs


def test_the_log_in_of_another_keeps_its_mail():
    house = build_house()
    one, other = add_people(house, 2)
    account = open_account(other, brand=house.brand, by="Lucía", at=timezone.now())
    read_link(Grant.objects.get())
    Person.objects.filter(pk=other.pk).update(address=None)
    Person.objects.filter(pk=one.pk).update(address=other.address)
    erase(Person.objects.get(pk=one.pk))
    assert Message.objects.get(kind="account-invitation").address == account.user.email
    assert find_suppressions([account.user.email]) == {}
