"""What a message's page and its person's timeline tell.

By which signs a click was a machine's, and why somebody left.
"""

import pytest
from django.utils import timezone

from esmero.mailroom.arriving.unsubscription import unsubscribe_by_message
from esmero.outbox.models import MessageEvent
from tests.mailroom.inbound import send_one
from tests.web.document import get_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("place", ["messages/{message}/", "people/{person}/"])
def test_signs_of_machines_and_reasons_of_leaving_are_said(client, place):
    sent, now = send_one(), timezone.now()
    MessageEvent.objects.create(
        message=sent.message, kind="clicked", at=now, machine="head", facts={"signs": ["head", "all-links"]}
    )
    unsubscribe_by_message(sent.message, at=now, source="page", reason="never-asked")
    client.force_login(staff(language="en"))
    page = get_document(client, f"/console/{place.format(message=sent.message.pk, person=sent.person.pk)}")
    assert "it asked for the head of the page alone, it opened several links within seconds" in page.text(".timeline")
    assert "I never asked for it" in page.text(".timeline")
