"""Messages by the beginning of their address.

Few by their ids, many as they stand in a list; none is missing in either.
"""

import pytest

from esmero.outbox import queries
from esmero.outbox.models import Message
from esmero.outbox.queries import filter_address_prefix, find_messages_to_prefix
from tests.house_facts import add_people, build_house, open_dispatch

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


@pytest.fixture
def ledger():
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 6))
    addresses = [
        "ana@a.example",
        "ana-b@a.example",
        "ana.b@a.example",
        "anab@a.example",
        "ana_b@a.example",
        "zoe@a.example",
    ]
    for message, address in zip(Message.objects.filter(dispatch=dispatch).order_by("id"), addresses, strict=True):
        Message.objects.filter(pk=message.pk).update(address=address)


@pytest.mark.parametrize(
    ("prefix", "number"), [("ana", 5), ("ana-b@", 1), ("ana.", 1), ("ana_", 1), ("x", 0), ("zoe@", 1)]
)
def test_whatever_letters_an_address_has_it_is_found(ledger, prefix, number):
    found = find_messages_to_prefix(prefix)
    assert sorted(found) == sorted(m.pk for m in Message.objects.all() if m.address.startswith(prefix))
    assert len(found) == number


@pytest.mark.parametrize(("few", "most"), [(2, 2_000), (200, 3)])
def test_of_many_none_is_lost(ledger, monkeypatch, few, most):
    monkeypatch.setattr(queries, "MAX_ADDRESSES", few)
    monkeypatch.setattr(queries, "MOST_COUNTED", most)
    assert find_messages_to_prefix("ana") is None
    assert "message__address__startswith" in str(filter_address_prefix("ana"))
    assert find_messages_to_prefix("zoe") is not None
