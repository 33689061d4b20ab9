"""Whoever asks learns nothing of an address that is not theirs: the same words, the same headers, the same work.

Work is counted in queries, by their text without its values: what takes the same steps takes the same time.
"""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from esmero.asks.models import Submission
from esmero.grants.models import Grant
from esmero.outbox.models import Message
from esmero.people.addresses.suppression import suppress
from esmero.rendering.tokens import TokenPurpose
from esmero.rounds.delivery import deliver_due
from tests.asks.facts import entry, open_form
from tests.house_facts import add_people
from tests.mailroom.inbound import send_one
from tests.web.document import read_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


def shape(queries):
    """Give what was asked of the database, in its order, without the values."""
    plain = [
        re.sub(r"'(?:[^']|'')*'|x'[0-9a-f]*'|\b\d+(\.\d+)?\b", "?", one["sql"], flags=re.IGNORECASE) for one in queries
    ]
    return [re.sub(r"\(\?(, \?)*\)", "(?)", re.sub(r'"s\d+_x\d+"|"_\w+_\d+"', "savepoint", one)) for one in plain]


def told(answer):
    """Give all that an answer says, but for what is new in each: the moment and its stamp."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"Set-Cookie", "Expires"}}
    return answer.status_code, headers, read_document(answer).without_tokens()


def work(send):
    with CaptureQueriesContext(connection) as asked:
        answer = send()
    return told(answer), shape(asked.captured_queries)


def test_a_form_does_the_same_for_every_address():
    house, _form = open_form()
    known, silent, complained, busy = (f"persona{number}@cliente.example" for number in range(4))
    add_people(house, 4)
    now = timezone.now()
    suppress(silent, scope="all", reason="unknown-user", evidence="x", at=now)
    suppress(complained, scope="commercial", reason="complaint", evidence="x", at=now)
    client = Client()
    client.post("/s/boletin?lang=en", entry(house, email="first@cliente.example"))  # it makes the brand's two letters
    for _ in range(3):
        client.post("/s/boletin?lang=en", entry(house, email=busy))
    deliver_due("w")
    Submission.objects.update(network="")
    seen = {
        address: work(lambda address=address: client.post("/s/boletin?lang=en", entry(house, email=address)))
        for address in ("nobody@cliente.example", known, silent, complained, busy)
    }
    answer, steps = seen.pop("nobody@cliente.example")
    before = set(Message.objects.values_list("address", flat=True))
    deliver_due("w")
    assert set(Message.objects.values_list("address", flat=True)) - before == {
        "nobody@cliente.example",
        known,
        complained,
    }
    before = Message.objects.count()
    deliver_due("w")
    assert Message.objects.count() == before
    for address, (other, did) in seen.items():
        assert other == answer, address
        assert did == steps, (address, set(did) ^ set(steps))


def test_the_link_to_ones_data_is_asked_for_alike():
    sent = send_one()
    path = f"/f/{sent.token(TokenPurpose.PREFERENCES)}/data?lang=en"
    client = Client()
    client.post(path)
    first = work(lambda: client.post(path))
    suppress(sent.message.address, scope="all", reason="unknown-user", evidence="x", at=timezone.now())
    silent = work(lambda: client.post(path))
    deliver_due("w")
    assert not Grant.objects.filter(sent_at=None).exists()
    assert Message.objects.count() == 1  # the one that they got before
    assert silent == first, set(silent[1]) ^ set(first[1])


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/"])
def test_the_door_of_staff_says_nothing_of_who_works_here(path):
    user = staff()
    facts = {"password": "wrong-password"}
    seen = []
    for address in ("nobody@fibranorte.example", user.email):
        client = Client()
        answer = client.post(path, {**facts, "login": address, "email": address}, follow=True)
        body = told(answer)[2].replace(address, "")
        seen.append((answer.status_code, [place for place, _ in answer.redirect_chain], body))
    assert seen[0] == seen[1]
