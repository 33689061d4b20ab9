"""The sender through real SMTP: Postfix's sink for what goes well, a scripted relay for what does not."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.utils import timezone

from esmero.mailroom.sending.sender import Sender
from esmero.outbox.models import Dispatch, Message, MessageEvent, Relay
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.people.addresses.suppression import suppress
from esmero.people.models import Address, Permission, Person
from esmero.rounds.worker import run_sender
from esmero.work.stop_signal import StopSignal
from tests.house_facts import add_people, build_house, open_dispatch
from tests.sink import free_port, open_sink

NO_PAUSE = RetrySchedule(pauses=(timedelta(0), timedelta(0)))
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def send_all(schedule=NO_PAUSE, stop=None):
    sender = Sender(home=settings.HOME, worker="w", schedule=schedule, helo="esmero.test")
    run_sender(sender, stop=stop or StopSignal(), until_idle=True)


def states(dispatch):
    return Counter(Message.objects.filter(dispatch=dispatch).values_list("state", flat=True))


class Fates:
    """A relay that answers by the local part of the recipient."""

    def __init__(self):
        self.seen = Counter()
        self.accepted = Counter()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        fate = address.partition(".")[0]
        self.seen[address] += 1
        answers = {
            "unknown": "550 5.1.1 User unknown",
            "full": "452 4.2.2 Mailbox full",
            "refused": "554 5.7.1 Your message looks like spam",
        }
        if fate in answers:
            return answers[fate]
        if fate == "slow" and self.seen[address] <= 2:
            return "451 4.5.1 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.accepted.update(envelope.rcpt_tos)
        return "250 2.0.0 OK"


@pytest.fixture
def fates():
    handler = Fates()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


@pytest.mark.relay
def test_every_message_reaches_the_relay_once(tmp_path):
    with open_sink(tmp_path) as sink:
        house = build_house(port=sink.port)
        people = add_people(house, 120)
        dispatch = open_dispatch(house, people)
        send_all()
        assert states(dispatch) == {"sent": 120}
        assert sink.recipients() == {p.address.value: 1 for p in people}
    dispatch.refresh_from_db()


def fate_people(house, *fates):
    people = []
    for n, fate in enumerate(fates):
        address = Address.objects.create(value=f"{fate}.{n}@cliente.example", domain="cliente.example")
        people += add_people(house, 1, domain=f"{n}.example")
        Person.objects.filter(pk=people[-1].pk).update(address=address)
        people[-1].address = address
    return people


def test_refusals_in_the_session_have_their_consequences(fates):
    house = build_house(port=fates.port)
    people = fate_people(house, "good", "unknown", "full", "refused", "slow")
    dispatch = open_dispatch(house, people)
    send_all()
    found = {m.address.partition(".")[0]: m for m in Message.objects.filter(dispatch=dispatch)}
    assert {fate: m.state for fate, m in found.items()} == {
        "good": "sent",
        "unknown": "gave-up",
        "full": "gave-up",
        "refused": "gave-up",
        "slow": "sent",
    }
    assert (found["slow"].tries, found["slow"].worst) == (2, Message.Worst.NOTHING)
    assert found["unknown"].worst == Message.Worst.HARD_BOUNCE
    assert found["refused"].worst == Message.Worst.OUR_FAULT
    assert found["full"].worst == Message.Worst.SOFT_BOUNCE
    standing = {a.value.partition(".")[0]: a.standing for a in Address.objects.filter(domain="cliente.example")}
    assert standing == {"good": "ok", "unknown": "suppressed", "full": "ok", "refused": "ok", "slow": "ok"}
    assert fates.accepted == {found["good"].address: 1, found["slow"].address: 1}
    assert MessageEvent.objects.filter(message=found["slow"], kind="deferred").count() == 2


def test_a_password_that_cannot_be_read_is_named_and_stops_no_other_relay(fates):
    house = build_house(port=fates.port)
    lost = Relay.objects.create(name="perdida", host="127.0.0.1", username="u", password="aes1:AAAA")
    [stuck, good] = [open_dispatch(house, add_people(house, 1, domain=f"{name}.example")) for name in ("a", "b")]
    Dispatch.objects.filter(pk=stuck.pk).update(relay=lost)
    send_all()
    assert (states(stuck), states(good)) == ({"planned": 1}, {"sent": 1})
    lost.refresh_from_db()
    assert "password of the relay perdida cannot be read" in lost.trouble


def test_a_relay_that_the_operator_mends_is_used_at_once_by_the_same_sender(fates):
    house = build_house(port=free_port())  # nobody listens there
    dispatch = open_dispatch(house, add_people(house, 2))
    sender = Sender(home=settings.HOME, worker="w", schedule=NO_PAUSE, helo="esmero.test")
    stop = StopSignal()
    running = threading.Thread(target=run_sender, args=(sender,), kwargs={"stop": stop})
    running.start()
    while running.is_alive() and not Relay.objects.exclude(trouble="").exists():
        running.join(0.05)
    Relay.objects.filter(pk=house.relay.pk).update(port=fates.port)
    Message.objects.filter(dispatch=dispatch).update(due_at=timezone.now())
    while running.is_alive() and states(dispatch) != {"sent": 2}:
        running.join(0.05)
    stop.set()
    running.join()
    assert states(dispatch) == {"sent": 2}
    assert fates.accepted.total() == 2


def test_a_relay_that_is_down_costs_nobody_a_try_and_is_named():
    house = build_house(port=free_port())
    dispatch = open_dispatch(house, add_people(house, 3))
    send_all()
    assert set(Message.objects.filter(dispatch=dispatch).values_list("state", "tries")) == {("waiting", 0)}
    relay = Relay.objects.get()
    assert relay.trouble.startswith("connect:")
    assert relay.trouble_at is not None


def test_consent_withdrawn_while_a_mail_waits_keeps_it_back(fates):
    house = build_house(port=fates.port)
    people = add_people(house, 3)
    dispatch = open_dispatch(house, people)
    Permission.objects.filter(person=people[0]).update(state="withdrawn", withdrawn_at=timezone.now())
    suppress(people[1].address.value, scope="all", reason="complaint", evidence="test", at=timezone.now())
    send_all()
    found = {m.person_id: m for m in Message.objects.filter(dispatch=dispatch)}
    assert [found[p.pk].state for p in people] == ["refused", "refused", "sent"]
    assert found[people[0].pk].verdict == "G04"
    assert "G04" in found[people[0].pk].objections
    assert found[people[1].pk].verdict == "G01"
    assert sum(fates.accepted.values()) == 1


def test_a_paused_dispatch_sends_nothing(fates):
    house = build_house(port=fates.port)
    dispatch = open_dispatch(house, add_people(house, 3))
    Dispatch.objects.update(state="paused")
    send_all()
    assert states(dispatch) == {"planned": 3}
    assert not fates.accepted


def test_a_header_with_a_line_break_from_data_keeps_only_that_message_back(fates):
    house = build_house(port=fates.port)
    people = add_people(house, 2)
    Person.objects.filter(pk=people[0].pk).update(given_name="Ana\r\nBcc: alle@example.org")
    dispatch = open_dispatch(house, people)
    send_all()
    found = {m.person_id: m for m in Message.objects.filter(dispatch=dispatch)}
    assert found[people[0].pk].state == "gave-up"
    assert ': header-with-break {"header": "To", "field": "name"}' in found[people[0].pk].trouble
    assert found[people[1].pk].state == "sent"


def test_the_return_path_and_the_one_click_headers_are_ours(fates):
    house = build_house(port=fates.port)
    dispatch = open_dispatch(house, add_people(house, 1))
    kept = []
    original = fates.handle_DATA

    async def keep(server, session, envelope):
        kept.append((envelope.mail_from, envelope.content))
        return await original(server, session, envelope)

    fates.handle_DATA = keep
    send_all()
    sender, content = kept[0]
    assert sender.startswith("r-")
    assert sender.endswith("@vuelta.fibranorte.example")
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in content
    assert Message.objects.get(dispatch=dispatch).opaque.encode() in content
