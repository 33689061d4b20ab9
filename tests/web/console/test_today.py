"""What waits for a person stands on Today, each line a door; what is nothing is not said."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.mailroom.models import Inbound
from esmero.privacy.models import DataRequest
from esmero.vault.files import seal
from tests.house_facts import add_people, build_house
from tests.web.document import get_document
from tests.web.facts import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def house(client):
    client.force_login(staff())
    return build_house()


def decide(client):
    return get_document(client, "/console/").section("To decide")


def test_nothing_waits(client, house):
    assert "Nothing is in doubt, nothing has failed." in decide(client).words
    assert not decide(client).has("li")
    assert house


def test_requests_about_data_with_the_laws_day_the_most_urgent_first(client, house):
    now = timezone.now()
    for person, days in zip(add_people(house, 7), (9, 2, -1, 20, 21, 22, 23), strict=True):
        DataRequest.objects.create(
            kind="erase", person=person, brand=house.brand, at=now, due_at=now + timedelta(days=days)
        )
    shown = decide(client)
    late, soon, later = (DataRequest.objects.order_by("due_at")[place].pk for place in range(3))
    doors = [f"/console/data-requests/{pk}/" for pk in (late, soon, later)]
    assert [link for link in shown.links() if link in doors] == doors
    assert "Answer now." in shown.words
    assert "All 7 data requests" in shown.words
    DataRequest.objects.update(state="done")
    assert not decide(client).links("a[href*=data-requests]")


def test_mail_that_could_not_be_read(client, house):
    raw = seal(b"x", kind="inbound", media_type="message/rfc822")
    Inbound.objects.create(raw=raw, door="smtp", received_at=timezone.now(), state="failed", trouble="?")
    assert "1 mail that arrived could not be read" in decide(client).words
    assert "/console/returns/mail/?look=unread" in decide(client).links()
    Inbound.objects.update(state="done")
    assert "could not be read" not in decide(client).words
    assert house
