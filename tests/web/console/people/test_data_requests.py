"""Staff answer what people ask about their data; who may not, does not."""

import io
import re
import zipfile
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from esmero.house.models import AuditEntry, Brand
from esmero.people.models import Person
from esmero.privacy.models import DataRequest
from esmero.privacy.personal_data import TABLE
from esmero.web.labels.people import HOLDING
from tests.house_facts import add_people, build_house
from tests.web.document import get_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


def test_all_that_is_held_of_a_person_has_its_words():
    assert set(HOLDING) == {holding.name for holding in TABLE if holding.exported} | {"silences"}


@pytest.fixture
def wish():
    house = build_house()
    [person] = add_people(house, 1)
    now = timezone.now()
    return DataRequest.objects.create(kind="erase", person=person, brand=house.brand, at=now, due_at=now)


def test_a_request_is_answered_by_erasing(client, wish):
    client.force_login(staff("manager"))
    client.post(f"/console/data-requests/{wish.pk}/answer/", {"act": "erase"})
    assert Person.objects.get(pk=wish.person_id).state == "erased"
    assert client.get(f"/console/data-requests/{wish.pk}/").status_code == 200


def test_declining_needs_words(client, wish):
    client.force_login(staff("manager"))
    client.post(f"/console/data-requests/{wish.pk}/answer/", {"act": "decline", "words": " "})
    wish.refresh_from_db()
    assert wish.state == "open"
    client.post(f"/console/data-requests/{wish.pk}/answer/", {"act": "decline", "words": "Contrato en vigor"})
    wish.refresh_from_db()
    assert (wish.state, wish.words) == ("declined", "Contrato en vigor")


@pytest.mark.parametrize("role", ["agent", "reader"])
def test_who_may_not_erases_and_exports_nobody(client, wish, role):
    client.force_login(staff(role))
    for path in (
        f"/console/data-requests/{wish.pk}/answer/",
        f"/console/people/{wish.person_id}/erase/",
        f"/console/people/{wish.person_id}/export/",
    ):
        assert client.post(path, {"act": "erase", "reason": "because"}).status_code == 403
    assert Person.objects.get(pk=wish.person_id).state == "active"


def test_the_page_of_a_person_leads_to_their_file_and_erasure_for_those_who_may(client, wish):
    actions = [f"/console/people/{wish.person_id}/{act}/" for act in ("export", "erase")]
    for role, leads in (("owner", True), ("manager", True), ("agent", False), ("reader", False)):
        client.force_login(staff(role))
        forms = [one.action for one in get_document(client, f"/console/people/{wish.person_id}/").forms()]
        assert [one in forms for one in actions] == [leads, leads], role


def test_a_file_of_one_person_needs_a_reason_and_leaves_a_trace(client, wish):
    client.force_login(staff("manager"))
    path = f"/console/people/{wish.person_id}/export/"
    assert client.post(path).status_code == 302
    response = client.post(path, {"reason": "She asked by telephone"})
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert "everything.json" in archive.namelist()
    assert AuditEntry.objects.get(action="person.exported").facts == {"reason": "She asked by telephone"}


def test_erasing_a_person_needs_a_reason(client, wish):
    client.force_login(staff("owner"))
    path = f"/console/people/{wish.person_id}/erase/"
    client.post(path)
    assert Person.objects.get(pk=wish.person_id).state == "active"
    client.post(path, {"reason": "By telephone"})
    assert Person.objects.get(pk=wish.person_id).state == "erased"


def test_the_last_day_is_the_brands_wherever_it_is_read(client, wish):
    Brand.objects.update(timezone="Atlantic/Canary")
    due = datetime(2031, 2, 28, 23, 59, 59, tzinfo=UTC)  # in Madrid it is 1 March by then
    DataRequest.objects.update(due_at=due)
    member = staff("manager")
    assert member.timezone == "Europe/Madrid"
    client.force_login(member)
    for place in ("/console/", "/console/data-requests/", f"/console/data-requests/{wish.pk}/"):
        words = get_document(client, place, headers={"accept-language": "en"}).text()
        assert "28 Feb" in words, place
        assert not re.search(r"\b1 Mar(ch)? 2031", words), place
