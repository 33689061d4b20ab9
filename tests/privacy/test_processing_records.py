"""The records say what is there, in three languages, and claim nothing that the house does not do."""

import json

import pytest
from django.utils import timezone, translation

from esmero.house.models import Brand
from esmero.outbox.models import Relay
from esmero.outbox.relay_passwords import encrypt_password
from esmero.people.models import CustomField, Tag
from esmero.privacy.processing_records import gather_records
from esmero.privacy.retention import RULES, apply_rule
from esmero.web.labels.law.processing_records import DATA, MEASURES, PERSONS, RECIPIENTS, describe_records
from tests.house_facts import add_people, build_house
from tests.privacy.facts import SECRET, furnish_person
from tests.web.document import get_document
from tests.web.facts import staff

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def test_an_empty_house_claims_nothing_of_anybody():
    records = gather_records()
    assert (records.controllers, records.purposes, records.persons, records.data, records.recipients) == (
        (),
        (),
        (),
        (),
        (),
    )
    assert "relays-encrypted" not in records.measures
    assert records.measures["retention"] is False


def test_what_is_there_is_named_and_nothing_else():
    house = build_house()
    add_people(house, 1)
    CustomField.objects.create(key="rate", label={"es": "Tarifa", "en": "Rate"})
    records = gather_records()
    assert records.persons == ("people",)
    assert "tags" not in records.data
    Tag.objects.create(name="vip")
    assert "tags" in gather_records().data
    assert [field.key for field in records.fields] == ["rate"]
    assert records.purposes[0].bases == ("consent", "soft opt-in")  # advertising in Spain: LSSI art. 21
    assert records.controllers[0].missing == ()
    Brand.objects.update(issuer=None)
    assert gather_records().controllers[0].missing == ("legal_name",)


def test_measures_are_on_only_when_they_are():
    house = build_house()
    measures = gather_records().measures
    assert (measures["relays-encrypted"], measures["two-factor"]) == (False, False)
    assert measures["signatures"] is True  # its relay signs
    Relay.objects.update(security="tls", relay_signs=False, password=encrypt_password("x"))
    measures = gather_records().measures
    assert (measures["relays-encrypted"], measures["passwords-encrypted"], measures["signatures"]) == (
        True,
        True,
        False,
    )
    Relay.objects.filter(pk=house.relay.pk).update(password="plain")
    assert gather_records().measures["passwords-encrypted"] is False
    apply_rule("audit", at=timezone.now())
    assert gather_records().measures["retention"] is True


def test_every_code_has_words_and_every_term_stands_there():
    furnish_person()
    records = gather_records()
    assert set(records.persons) <= set(PERSONS)
    assert set(records.data) <= set(DATA)
    assert {one.kind for one in records.recipients} <= set(RECIPIENTS)
    assert set(records.measures) <= set(MEASURES)
    assert {one.code for one in records.terms} == set(RULES)


@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_they_name_no_person(language):
    furnish_person()
    with translation.override(language):
        text = json.dumps([str(one) for one in describe_records(gather_records())], ensure_ascii=False)
    assert SECRET not in text
    assert "Fibra Norte" in text


def test_the_queries_do_not_grow_with_people(django_assert_max_num_queries):
    house = build_house()
    add_people(house, 30)
    with django_assert_max_num_queries(40):
        describe_records(gather_records())


def test_the_page_and_its_file(client):
    furnish_person()
    client.force_login(staff())
    controllers = get_document(client, "/console/settings/records/").text("#controllers")
    assert "Agencia Española de Protección de Datos" in controllers
    told = client.get("/console/settings/records/?file=json").json()
    assert [one["key"] for one in told][:2] == ["controllers", "purposes"]
    client.force_login(staff("manager"))
    assert client.get("/console/settings/records/").status_code == 403
