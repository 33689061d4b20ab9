from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from esmero.campaigns.models import AudienceMember, Campaign
from esmero.conversations.models import Conversation
from esmero.house.models import AuditEntry
from esmero.imports.lifecycle import begin_unchecked, create_import
from esmero.imports.models import Import
from esmero.outbox.models import Message, MessageEvent
from esmero.people.addresses.suppression import suppress
from esmero.people.models import (
    Address,
    ContactPoint,
    Duplicate,
    Membership,
    Merge,
    Note,
    Organisation,
    PartyNumber,
    PartyRole,
    Permission,
    PermissionEntry,
    Person,
    PersonLine,
    Preference,
    Proposal,
    Suppression,
    Tag,
)
from esmero.people.parties.memberships import list_memberships
from esmero.people.parties.organisation_merging import merge_organisations
from esmero.people.permissions.decisions import find_permitted
from esmero.people.permissions.ledger import NewEntry, record
from esmero.privacy.erasure import erase_person
from esmero.privacy.merge_columns import MERGE_RULES
from esmero.privacy.merging import merge, propose_fields, undo_merge
from esmero.privacy.models import DataRequest
from esmero.refusal import Refusal
from esmero.rounds.import_kinds import PERSONS
from esmero.rounds.table import JOBS
from esmero.work.jobs import run_to_end
from tests.house_facts import add_people, build_house, open_dispatch

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
WATCHED = (Person, ContactPoint, PermissionEntry, Permission, Preference, PersonLine, Message, MessageEvent)
WATCHED += (
    Conversation,
    AudienceMember,
    Duplicate,
    Suppression,
    Address,
    Note,
    DataRequest,
    Proposal,
    Person.tags.through,
)


@pytest.fixture
def house():
    return build_house()


def say(person, house, act, *, day, by_person=False, topic=True):
    basis = "consent" if act == "granted" else ""
    record(
        [
            NewEntry(
                person=person.pk, brand=house.brand.pk, purpose=house.topic.purpose_id,
                topic=house.topic.pk if topic else None, act=act, basis=basis, source="tienda",
                at=NOW + timedelta(days=day), by_person=by_person,
            )
        ]
    )  # fmt: skip


def picture():
    """Every row of every watched table, as the database holds it."""
    return {model.__name__: sorted(map(repr, model.objects.values_list()), key=str) for model in WATCHED}


def furnish(house):
    """Two people who have something in every table, with everything that can clash."""
    kept, gone = add_people(house, 2)
    Person.objects.filter(pk=gone.pk).update(
        fields={"tariff": "fibra", "since": 2019}, written_by={"number": 7, "own:since": 7}, title="Sra.", country="ES"
    )
    Person.objects.filter(pk=kept.pk).update(fields={"tariff": "móvil"}, written_by={"own:tariff": 8})
    both = Tag.objects.create(name="vip")
    kept.tags.add(both)
    gone.tags.add(both, Tag.objects.create(name="madrid"))
    for person in (kept, gone):
        ContactPoint.objects.create(
            person=person, kind="phone", value="+34 600 000 000", facts={"e164": "+34600000000"}
        )
        Conversation.objects.create(
            brand=house.brand, person=person, address=f"{person.pk}@x.example", opened_at=NOW, last_at=NOW
        )
    Note.objects.create(person=gone, text="Llamó", at=NOW, by="Lucía")
    ContactPoint.objects.create(person=gone, kind="post", value="Calle Mayor 1", facts={"city": "Madrid"}, written_by=3)
    say(gone, house, "withdrawn", day=-400)
    Preference.objects.create(person=kept, brand=house.brand, topic=house.topic, wanted=True, minimum_gap_days=7)
    Preference.objects.create(person=gone, brand=house.brand, topic=house.topic, wanted=False, minimum_gap_days=30)
    Preference.objects.create(person=gone, brand=house.brand, topic=None, paused_until=NOW)
    open_dispatch(house, [kept, gone])
    open_dispatch(house, [gone])
    for message in Message.objects.all():
        MessageEvent.objects.create(message=message, kind="clicked", at=NOW)
    campaign = Campaign.objects.create(name="Ofertas", brand=house.brand, topic=house.topic)
    other = Campaign.objects.create(name="Avisos", brand=house.brand, topic=house.topic)
    for person in (kept, gone):
        AudienceMember.objects.create(campaign=campaign, person=person, outcome="go")
    AudienceMember.objects.create(campaign=other, person=gone, outcome="refuse", codes="G03", first="G03")
    brought = create_import(b"Correo\na@b.example\n", kind=PERSONS, name="x.csv", brand=house.brand, by="Lucía")
    PersonLine.objects.create(of=brought, line=2, verdict="added", person=gone)
    for person, state in ((kept, "open"), (gone, "open"), (kept, "done"), (gone, "done")):
        DataRequest.objects.create(kind="erase", person=person, brand=house.brand, at=NOW, due_at=NOW, state=state)
    for person, address in ((kept, "b@c.example"), (gone, "b@c.example"), (gone, "d@c.example")):
        Proposal.objects.create(person=person, kind="moved", address=address, evidence="mail 7", found_at=NOW)
    Proposal.objects.create(person=kept, kind="successor", address="e@c.example", found_at=NOW, became=gone)
    first, second = sorted((kept.pk, gone.pk))
    Duplicate.objects.create(first_id=first, second_id=second, signs=["name"], weight=50)
    return Person.objects.get(pk=kept.pk), Person.objects.get(pk=gone.pk)


def test_no_column_that_names_a_person_is_forgotten():
    known = {(label, column) for label, columns in MERGE_RULES.items() for column in columns}
    found = {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is Person and model is not Person
    }
    assert found == known


def test_everything_becomes_the_kept_ones(house):
    kept, gone = furnish(house)
    merge(kept, gone, taken={"title", "own:since"}, by="Lucía")
    for model in (
        ContactPoint,
        Note,
        PermissionEntry,
        Permission,
        Preference,
        PersonLine,
        Message,
        Conversation,
        AudienceMember,
    ):
        assert not model.objects.filter(person=gone).exists(), model
    kept.refresh_from_db()
    assert (kept.title, kept.fields, kept.state) == ("Sra.", {"tariff": "móvil", "since": 2019}, "active")
    assert kept.written_by == {"own:tariff": 8, "own:since": 7}
    assert set(kept.tags.values_list("name", flat=True)) == {"vip", "madrid"}
    assert Person.objects.get(pk=gone.pk).state == "merged"
    assert Duplicate.objects.get().state == "merged"
    assert {point.value for point in kept.contact_points.filter(kind="email")} == {
        "persona0@cliente.example",
        "persona1@cliente.example",
    }
    wish = Preference.objects.get(person=kept, topic=house.topic)
    assert (wish.wanted, wish.minimum_gap_days) == (False, 30)


@pytest.mark.parametrize("taken", [set(), {"number", "address", "own:tariff", "country", "title"}])
def test_undone_every_row_is_as_it_was_to_the_last_octet(house, taken):
    kept, gone = furnish(house)
    before = picture()
    done = merge(kept, gone, taken=taken, by="Lucía")
    assert picture() != before
    undo_merge(done, by="Marta")
    assert picture() == before
    assert list(
        AuditEntry.objects.filter(action__startswith="people.").values_list("action", flat=True).order_by("id")
    ) == [
        "people.merged",
        "people.unmerged",
    ]


def test_what_was_changed_since_stays_when_a_merge_is_undone(house):
    kept, gone = furnish(house)
    done = merge(kept, gone, taken={"title", "own:since"}, by="Lucía")
    now = Person.objects.get(pk=kept.pk)
    now.given_name, now.fields["new"] = "Begoña", True
    now.save()
    say(kept, house, "withdrawn", day=3)
    undo_merge(done, by="Lucía")
    now.refresh_from_db()
    assert (now.given_name, now.title, now.fields) == ("Begoña", "", {"tariff": "móvil", "new": True})
    assert "begona" in now.folded
    assert Permission.objects.get(person=kept).state == "withdrawn"
    assert Permission.objects.get(person=gone).state == Permission.objects.get(person=gone).entry.act


@pytest.mark.parametrize("who", ["kept", "gone"])
@pytest.mark.parametrize("day", [-5, 5])
def test_a_withdrawal_of_either_wins_over_what_lists_say(house, who, day):
    kept, gone = add_people(house, 2, permission=False)
    said, other = (kept, gone) if who == "kept" else (gone, kept)
    say(said, house, "withdrawn", day=day)
    say(other, house, "granted", day=0)
    assert find_permitted([other.pk], brand=house.brand.pk, purpose=house.topic.purpose_id, topic=house.topic.pk)
    merge(kept, gone, taken=set(), by="Lucía")
    assert Permission.objects.get(person=kept).state == "withdrawn"
    permitted = find_permitted(
        [kept.pk, gone.pk], brand=house.brand.pk, purpose=house.topic.purpose_id, topic=house.topic.pk
    )
    assert permitted == set()


def test_nobody_gets_the_same_thing_twice(house):
    kept, gone = add_people(house, 2)
    open_dispatch(house, [kept, gone])
    merge(kept, gone, taken=set(), by="Lucía")
    states = list(Message.objects.filter(person=kept).order_by("id").values_list("state", flat=True))
    assert states == ["planned", "cancelled"]


def test_of_two_messages_the_one_that_may_leave_stays(house):
    kept, gone = add_people(house, 2)
    open_dispatch(house, [kept, gone])
    Message.objects.filter(person=kept).update(state="refused", verdict="G03", due_at=None)
    merge(kept, gone, taken=set(), by="Lucía")
    assert set(Message.objects.values_list("state", flat=True)) == {"refused", "planned"}


def test_a_silenced_address_stays_silent(house):
    kept, gone = add_people(house, 2)
    suppress(gone.address.value, scope="all", reason="unknown-user", evidence="x", at=timezone.now())
    merge(kept, gone, taken={"address"}, by="Lucía")
    kept.refresh_from_db()
    assert kept.address.standing == "suppressed"


def test_what_the_kept_one_lacks_is_proposed(house):
    kept, gone = furnish(house)
    assert propose_fields(kept, gone) == {"title", "country", "own:since"}


def test_only_two_who_are_active_can_be_merged(house):
    kept, gone = add_people(house, 2)
    with pytest.raises(Refusal, match=r"^merge-impossible "):
        merge(kept, kept, taken=set(), by="Lucía")
    done = merge(kept, gone, taken=set(), by="Lucía")
    with pytest.raises(Refusal, match=r"^merge-impossible "):
        merge(kept, gone, taken=set(), by="Lucía")
    undo_merge(done, by="Lucía")
    with pytest.raises(Refusal, match=r"^merge-undone "):
        undo_merge(done, by="Lucía")
    assert Merge.objects.get().undone_by == "Lucía"


def test_the_later_merge_is_undone_first(house):
    one, two, three = add_people(house, 3)
    first = merge(one, two, taken=set(), by="Lucía")
    second = merge(three, one, taken=set(), by="Lucía")
    with pytest.raises(Refusal, match=r"^merged-again "):
        undo_merge(first, by="Lucía")
    undo_merge(second, by="Lucía")
    undo_merge(first, by="Lucía")
    assert set(Person.objects.values_list("state", flat=True)) == {"active"}


def test_an_unknown_choice_is_a_fault_of_the_program(house):
    kept, gone = add_people(house, 2)
    with pytest.raises(ValueError, match="nothing that can be chosen"):
        merge(kept, gone, taken={"state"}, by="Lucía")


@pytest.mark.parametrize("taken", [set(), {"number"}])
def test_a_list_that_names_the_old_number_finds_whom_they_became(house, taken):
    kept, gone = add_people(house, 2)
    numbers = (kept.number, gone.number)
    merge(kept, gone, taken=taken, by="Lucía")
    Person.objects.filter(pk=kept.pk).update(written_by={"number": 1, "title": 1})
    expected = Person.objects.get(pk=kept.pk).number
    for number in numbers:
        text = f"Número;Tratamiento\n{number};Dra. {number}\n"
        brought = create_import(text.encode(), kind=PERSONS, name="x.csv", brand=house.brand, by="Lucía")
        brought = begin_unchecked(brought, kind=PERSONS, choices={}, options={}, source="x", dry_run=False, by="Lucía")
        run_to_end(brought.job, kinds=JOBS, worker="test")
        assert Import.objects.get(pk=brought.pk).counts == {
            "changed": 1,
            "address-none": 1,
            "granted": 0,
            "withdrawn": 0,
        }
        found = Person.objects.get(pk=kept.pk)
        assert (found.title, found.number) == (f"Dra. {number}", expected)
    assert Person.objects.count() == 2


def test_who_was_merged_is_erased_with_whom_they_became(house):
    kept, gone = add_people(house, 2)
    done = merge(kept, gone, taken=set(), by="Lucía")
    erase_person(kept, by="Lucía", reason="art. 17", at=timezone.now())
    assert set(Person.objects.values_list("state", "given_name", "number")) == {("erased", "", None)}
    done.refresh_from_db()
    assert done.facts == {}
    with pytest.raises(Refusal, match=r"^merge-undone "):
        undo_merge(done, by="Lucía")


def test_roles_numbers_and_organisations_of_both_are_kept_and_come_apart_again(house):
    one, two = add_people(house, 2)
    acme, bosch, cima = (Organisation.objects.create(name=name, folded=name) for name in ("acme", "bosch", "cima"))
    Person.objects.filter(pk=one.pk).update(organisation=acme, position="CEO")
    Person.objects.filter(pk=two.pk).update(organisation=bosch, position="Socia", tax_id="12345678Z")
    for person in (one, two):
        Membership.objects.create(person=person, organisation=cima, position=str(person.pk))
        PartyRole.objects.create(person=person, kind="customer")
        PartyNumber.objects.create(person=person, brand=house.brand, value=str(person.pk))
    PartyRole.objects.create(person=two, kind="supplier", brand=house.brand)
    models = (Person, Membership, PartyRole, PartyNumber)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    for person in (one, two):
        person.refresh_from_db()
    taken = propose_fields(one, two)
    assert "tax_id" in taken
    assert not {"position", "organisation"} & taken
    done = merge(one, two, taken=taken, by="Lucía")
    held = [(row.organisation.name, row.position, row.row is None) for row in list_memberships([one])[one.pk]]
    assert held == [("acme", "CEO", True), ("bosch", "Socia", False), ("cima", str(one.pk), False)]
    roles = sorted(PartyRole.objects.filter(person=one).values_list("kind", flat=True))
    assert (roles, PartyNumber.objects.filter(person=one).count()) == (["customer", "supplier"], 2)
    undo_merge(done, by="Lucía")
    after = [list(model.objects.order_by("pk").values()) for model in models]
    for rows in (before[0], after[0]):
        for row in rows:
            del row["changed_at"]
    assert after == before


@pytest.mark.parametrize("taken", [(), ("organisation",)])
def test_a_merge_is_undone_after_its_organisations_were_merged(taken):
    house = build_house()
    one, two = add_people(house, 2)
    acme, bosch, cima, last = (Organisation.objects.create(name=name, folded=name) for name in "abcd")
    Person.objects.filter(pk=one.pk).update(organisation=acme)
    Person.objects.filter(pk=two.pk).update(organisation=bosch)
    for person in (one, two):
        person.refresh_from_db()
        Membership.objects.create(person=person, organisation=cima)
    done = merge(one, two, taken=taken, by="Lucía")
    merge_organisations(cima, bosch, by="Lucía")  # the main one of the merged person; cima is one of both
    merge_organisations(last, cima, by="Lucía")
    undo_merge(done, by="Lucía")
    connection.check_constraints()
    held = list_memberships(list(Person.objects.filter(pk__in=[one.pk, two.pk])))
    # Merging organisations deletes a membership beside an equal main one, for good.
    beside = [] if taken else ["d"]
    assert [[row.organisation.name for row in held[person.pk]] for person in (one, two)] == [["a", *beside], ["d"]]
    assert not Membership.objects.filter(person=two).exists()
