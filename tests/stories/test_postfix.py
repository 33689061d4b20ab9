"""The sender and a real Postfix: what each mailbox does, Postfix's log and our ledger say the same."""

import socket
import threading
from collections import Counter

import pytest
from django.conf import settings

from esmero.mailroom.send import Sender
from esmero.outbox.models import Message
from esmero.outbox.retrying import Schedule
from esmero.rounds.worker import run_sender
from tests.fates import open_mailboxes
from tests.house_facts import add_people, build_house, open_dispatch
from tests.postfix import open_postfix, wait_for
from tests.sink import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.relay]


@pytest.fixture
def closed_port():
    """Hold a port on which nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


def test_postfix_takes_every_message_and_says_what_became_of_it(tmp_path, closed_port):
    reports = free_port()
    routes = {".example": free_port()}
    with open_mailboxes(reply_port=closed_port) as mailboxes:
        routes = {".example": mailboxes.port, "vuelta.fibranorte.example": reports}
        with open_postfix(tmp_path, routes=routes) as postfix:
            house = build_house(port=postfix.port)
            people = add_people(house, 50)
            dispatch = open_dispatch(house, people)
            schedule = Schedule(pauses=(), after_report=())
            sender = Sender(home=settings.HOME, worker="w", schedule=schedule, helo="esmero.test")
            run_sender(sender, stop=threading.Event(), until_idle=True)
            wait_for(
                lambda: sum(mailboxes.accepted.values()) == 50,
                what="50 arrived",
                progress=lambda: dict(mailboxes.accepted),
            )
    assert Counter(Message.objects.filter(dispatch=dispatch).values_list("state", flat=True)) == {"sent": 50}
    assert mailboxes.accepted == {person.address.value: 1 for person in people}
