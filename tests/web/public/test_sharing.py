"""A mail that is passed on.

What a stranger finds behind its links names nobody, and the public issue holds nothing personal.
"""

import re

import pytest

from esmero.campaigns.models import Campaign
from esmero.outbox.models import Message
from esmero.people.models import Person
from esmero.rendering.tokens import TokenPurpose
from tests.web.document import get_document, read_document
from tests.web.public.test_archive import publish
from tests.web.public.test_pages import path, sent  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def walk(client, begin, *, most=40):
    """Open an address and all that it links to on this house, as whoever got the mail passed on would."""
    seen, todo = {}, list(begin)
    while todo and len(seen) < most:
        address = todo.pop().partition("#")[0]
        if address in seen or not address.startswith("/"):
            continue
        answer = client.get(address)
        page = read_document(answer)
        seen[address] = (answer.status_code, page)
        todo += [one for one in page.links("[href]") if re.match("/[acdfmuw]/.", one)]
        if answer.status_code == 302 and answer["Location"].startswith("/"):
            todo.append(answer["Location"])
    return seen


def test_a_stranger_finds_nothing_but_masked_facts_behind_any_link(client, sent):  # noqa: F811
    person = Person.objects.get(pk=Message.objects.get(pk=sent.message.pk).person_id)
    Person.objects.filter(pk=person.pk).update(family_name="Zebulón", number="N-4711", fields={"pet": "Mochuelo"})
    begin = [path(sent, purpose) for purpose in (TokenPurpose.WHY, TokenPurpose.PREFERENCES, TokenPurpose.UNSUBSCRIBE)]
    seen = walk(client, begin)
    assert len(seen) > len(begin)
    assert {status for status, _ in seen.values()} == {200}
    for address, (_, page) in seen.items():
        for secret in (person.address.value, "Zebulón", "N-4711", "Mochuelo", person.given_name):
            assert secret not in page.markup, (address, secret)


def test_looking_changes_nothing(client, sent):  # noqa: F811
    before = list(Message.objects.values()), list(Person.objects.values())
    walk(
        client,
        [path(sent, purpose) for purpose in (TokenPurpose.WHY, TokenPurpose.PREFERENCES, TokenPurpose.UNSUBSCRIBE)],
    )
    assert (list(Message.objects.values()), list(Person.objects.values())) == before


def test_the_reader_is_led_to_the_public_issue_where_there_is_one(client, sent):  # noqa: F811
    address = path(sent, TokenPurpose.WHY)
    assert "To share it" not in get_document(client, address, {"lang": "en"}).facts()
    sent.house.topic.archive_is_public = True
    sent.house.topic.save()
    campaign = publish(sent.house)
    Campaign.objects.filter(pk=campaign.pk).update(dispatch=sent.message.dispatch_id)
    [shared] = get_document(client, address, {"lang": "en"}).links("a[href^='/a/']")
    page = get_document(client, f"{shared}/letter")
    assert client.get(shared).status_code == 200
    assert "/u/" not in page.markup
    assert "persona0" not in page.markup
    assert shared in get_document(client, path(sent, TokenPurpose.PREFERENCES), {"lang": "en"}).links()
    Campaign.objects.update(state="draft")
    assert "To share it" not in get_document(client, address, {"lang": "en"}).facts()
