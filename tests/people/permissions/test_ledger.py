from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test.utils import CaptureQueriesContext

from esmero.people.models import Permission, PermissionEntry, Person
from esmero.people.permissions.decisions import find_permitted
from esmero.people.permissions.ledger import NewEntry, grant, object_to, record, withdraw
from tests.people.facts import build_brand

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def house():
    return build_brand()


@pytest.fixture
def ana():
    return Person.objects.create(number="1", given_name="Ana")


def new(person, house, act="granted", **facts):
    basis = "consent" if act == "granted" else ""
    return NewEntry(
        person=person.pk,
        brand=house.brand.pk,
        purpose=house.topic.purpose_id,
        topic=house.topic.pk,
        act=act,
        source="lista",
        **{"basis": basis, "at": NOW - timedelta(days=30), **facts},
    )


def state(person):
    return Permission.objects.get(person=person).state


def allowed(person, house):
    return person.pk in find_permitted(
        [person.pk], brand=house.brand.pk, purpose=house.topic.purpose_id, topic=house.topic.pk
    )


def test_a_grant_stands_with_its_proof(house, ana):
    record([new(ana, house, wording="Quiero recibir ofertas", wording_version="v1", proof_place="line 12")], now=NOW)
    standing = Permission.objects.select_related("entry").get()
    assert (standing.state, standing.basis, standing.entry.wording_version) == ("granted", "consent", "v1")
    assert (standing.entry.proof_place, standing.granted_at) == ("line 12", NOW - timedelta(days=30))
    assert allowed(ana, house)


def test_withdrawal_of_the_same_day_wins_in_either_order(house, ana):
    record([new(ana, house), new(ana, house, "withdrawn")], now=NOW)
    assert state(ana) == "withdrawn"
    assert not allowed(ana, house)
    bea = Person.objects.create(number="2")
    record([new(bea, house, "withdrawn")], now=NOW)
    record([new(bea, house)], now=NOW)
    assert state(bea) == "withdrawn"


def test_a_consent_from_the_future_counts_but_does_not_outlive_a_later_withdrawal(house, ana):
    record([new(ana, house, at=NOW + timedelta(days=300))], now=NOW)
    assert PermissionEntry.objects.get().at == NOW
    assert allowed(ana, house)
    record([new(ana, house, "withdrawn", at=NOW + timedelta(days=1))], now=NOW + timedelta(days=2))
    assert not allowed(ana, house)
    record([new(ana, house, at=NOW + timedelta(days=300))], now=NOW + timedelta(days=9))
    assert not allowed(ana, house)


def test_only_a_later_consent_of_the_person_brings_it_back(house, ana):
    record([new(ana, house), new(ana, house, "withdrawn")], now=NOW)
    record([new(ana, house, at=NOW)], now=NOW)
    assert not allowed(ana, house)
    record([new(ana, house, at=NOW, by_person=True, basis="contract")], now=NOW)
    assert not allowed(ana, house)
    record([new(ana, house, at=NOW, by_person=True)], now=NOW)
    assert allowed(ana, house)


def test_saying_it_again_adds_nothing(house, ana):
    for undated in (NOW - timedelta(days=3), None, NOW + timedelta(days=5)):
        once = [new(ana, house, at=undated), new(ana, house, "withdrawn", at=undated)]
        record(once, now=NOW)
        before = PermissionEntry.objects.count()
        assert record(once, now=NOW + timedelta(days=1)) == []
        assert PermissionEntry.objects.count() == before


def test_an_objection_without_a_topic_silences_every_topic(house, ana):
    record([new(ana, house)], now=NOW)
    object_to(ana, brand=house.brand, purpose=house.topic.purpose, source="llamada", by_person=True)
    assert not allowed(ana, house)


def test_a_permission_without_a_topic_speaks_for_all_of_its_purpose(house, ana):
    grant(ana, brand=house.brand, purpose=house.topic.purpose, source="contrato")
    assert allowed(ana, house)
    withdraw(ana, brand=house.brand, purpose=house.topic.purpose, topic=house.topic, source="página")
    assert not allowed(ana, house)


def test_another_brand_is_not_touched(house, ana):
    other = build_brand("cercle")
    grant(ana, brand=house.brand, purpose=house.topic.purpose, topic=house.topic, source="alta")
    grant(ana, brand=other.brand, purpose=other.topic.purpose, topic=other.topic, source="alta")
    withdraw(ana, brand=other.brand, purpose=other.topic.purpose, topic=other.topic, source="página")
    assert allowed(ana, house)
    assert not allowed(ana, other)


def test_an_unknown_basis_or_no_source_is_refused(house, ana):
    with pytest.raises(ValueError, match="Basis"):
        new(ana, house, basis="because")
    with pytest.raises(ValueError, match="source"):
        replace(new(ana, house), source=" ")


def test_the_number_of_queries_does_not_grow_with_the_people(house, django_assert_max_num_queries):
    from django.db import connection

    def queries(count, offset):
        people = Person.objects.bulk_create([Person(number=f"{offset}-{n}") for n in range(count)])
        with CaptureQueriesContext(
            connection,
        ) as captured:
            record([new(person, house) for person in people], now=NOW)
        return len(captured)

    assert queries(100, "a") == queries(3, "b")
