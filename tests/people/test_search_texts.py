"""Whatever changes a person, the search text follows in the same transaction: compared with one made anew."""

import pytest
from django.utils import timezone

from esmero.house.models import Brand
from esmero.people import search_texts
from esmero.people.addresses.address_proposals import accept, reopen
from esmero.people.models import Organisation, Person, Proposal
from esmero.people.persons.contact_points import add_point, change_point, remove_point, restore_point
from esmero.people.persons.editing import change_person, restore_person, set_address
from esmero.people.persons.organisations import save_organisation
from esmero.people.search_texts import INDEX_MEMBERS, index_persons
from esmero.privacy.data_access import confirm_address_change, correct
from esmero.privacy.erasure import erase_person
from esmero.privacy.merging import merge, undo_merge
from esmero.rounds.table import JOBS
from esmero.search.finding import find_ids
from esmero.search.models import SearchText, SubjectKind
from esmero.work.jobs import run_to_end
from esmero.work.models import Job
from tests.grants.facts import grant_address_change
from tests.house_facts import add_people, build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
BY = "Lucía"


@pytest.fixture
def people():
    return add_people(build_house(), 3)


def find(text):
    return sorted(find_ids(SubjectKind.PERSON, text=text, most=100))


@pytest.fixture(autouse=True)
def _index_is_as_if_made_anew(people):
    yield
    kept = list(SearchText.objects.order_by("id").values_list("id", "rank", "title", "folded"))
    SearchText.objects.all().delete()
    index_persons(list(Person.objects.values_list("pk", flat=True)))
    assert kept == list(SearchText.objects.order_by("id").values_list("id", "rank", "title", "folded"))


def test_edited_and_restored(people):
    one = people[0]
    before = change_person(one, changes={"given_name": "Begoña", "number": "XY-42"}, by=BY)
    assert find("goña") == find("xy-42") == [one.pk]
    restore_person(one, before=before, by=BY)
    assert not find("goña")
    set_address(one, value="nueva@otra.example", by=BY)
    assert find("nueva@otra") == find("persona0@cliente.example") == [one.pk]


def test_contact_points(people):
    one = people[0]
    point = add_point(one, kind="phone", value="06 12 34 56 78", facts={"e164": "+33612345678"}, by=BY)
    assert find("0612345") == find("3361234") == [one.pk]
    before = change_point(point, value="+33 7 00 00 00 01", facts={"e164": "+33700000001"}, by=BY)
    assert not find("0612345")
    restore_point(before, by=BY)
    before = remove_point(point, by=BY)
    assert not find("0612345")
    restore_point(before, by=BY)
    assert find("0612345") == [one.pk]


def test_a_renamed_organisation_of_many(people, monkeypatch):
    monkeypatch.setattr(search_texts, "_CHUNK", 2)
    organisation = save_organisation(None, facts={"name": "Talleres"}, by=BY)
    for person in people:
        change_person(person, changes={"organisation": organisation.pk}, by=BY)
    save_organisation(organisation, facts={"name": "Aceros"}, by=BY)
    assert find("aceros") == [people[0].pk, people[1].pk]
    [job] = Job.objects.filter(kind=INDEX_MEMBERS)
    assert run_to_end(job, kinds=JOBS, worker="test").state == Job.State.DONE
    assert find("aceros") == [person.pk for person in people]
    assert not find("talleres")


@pytest.mark.parametrize("kind", ["successor", "moved"])
def test_a_proposed_address(people, kind):
    row = Proposal.objects.create(
        person=people[0], kind=kind, address="otra@cliente.example", evidence="x", found_at=timezone.now()
    )
    taken = accept(row, by=BY)
    assert find("otra@") == [taken.person.pk]
    reopen(row, made=taken.made, by=BY)
    assert not find("otra@")


def test_merged_and_taken_back(people):
    one, other, _third = people
    done = merge(one, other, taken=[], by=BY)
    assert find("persona1@") == [one.pk, other.pk]
    undo_merge(done, by=BY)
    assert find("persona1@") == [other.pk]


def test_corrected_by_themselves(people):
    one = people[0]
    correct(one, values={"given_name": "Zoé"}, at=timezone.now())
    assert find("zoe") == [one.pk]
    change = grant_address_change(one, brand=Brand.objects.get(), new="casa@otra.example", at=timezone.now())
    confirm_address_change(change, at=timezone.now())
    assert find("casa@") == [one.pk]
    assert Person.objects.get(pk=one.pk).folded.endswith("casa@otra.example")


def test_erased(people):
    one = people[0]
    erase_person(one, by=BY, reason="asked", at=timezone.now())
    assert not SearchText.objects.filter(pk=SubjectKind.PERSON.key_of(one.pk)).exists()


def test_an_organisation_is_found_by_its_people(people):
    organisation = Organisation.objects.create(name="Güell, S.L.", folded="guell, s.l.")
    change_person(people[0], changes={"organisation": organisation.pk}, by=BY)
    assert find("s.l. nombre0") == [people[0].pk]
