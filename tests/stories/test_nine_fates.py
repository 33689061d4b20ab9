"""Nine fates through a real Postfix and back through the real listener.

State, events and standing are right for each.
"""

import asyncio
import smtplib
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from django.conf import settings
from django.db import connections

from esmero.conversations.models import Conversation
from esmero.mailroom.arriving.channels.listener import serve
from esmero.mailroom.arriving.receive import handle_due
from esmero.mailroom.models import Inbound, ReturnCount
from esmero.mailroom.sending.sender import Sender
from esmero.outbox.models import Message, MessageEvent
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.people.models import Address, Suppression
from esmero.rounds.worker import run_sender
from esmero.work.stop_signal import StopSignal
from tests import fates
from tests.house_facts import add_people, build_house, open_dispatch
from tests.postfix import open_postfix, wait_for
from tests.sink import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.relay]

# Address: state, worst outcome, events in their order, standing.
FATES = {
    "buena@cliente.example": ("sent", "NOTHING", [], "ok"),
    "noexiste@cliente.example": ("sent", "HARD_BOUNCE", ["returned-for-good"], "suppressed"),
    "lleno@cliente.example": ("waiting", "SOFT_BOUNCE", ["returned-for-now"], "ok"),
    "ana@rechaza.example": ("sent", "OUR_FAULT", ["our-fault"], "ok"),
    "ana@tarda.example": ("waiting", "SOFT_BOUNCE", ["returned-for-now"], "ok"),
    "ana@caido.example": ("waiting", "SOFT_BOUNCE", ["returned-for-now"], "ok"),
    "ausente@cliente.example": ("sent", "ABSENT", ["absent"], "ok"),
    "protesta@cliente.example": ("sent", "COMPLAINED", ["complained"], "ok"),
    "contesta@cliente.example": ("sent", "NOTHING", ["replied"], "ok"),
}
COME_BACK = 8
STUCK = {"lleno@cliente.example", "ana@tarda.example", "ana@caido.example"}
TAKEN = {"buena", "ausente", "protesta", "contesta"}


class Answering(fates.Mailboxes):
    """Readers who press "spam", and readers who write back."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        name = envelope.rcpt_tos[0].partition("@")[0]
        answer = {"protesta": self._complain, "contesta": self._reply}.get(name)
        if answer:
            await asyncio.to_thread(answer, envelope.rcpt_tos[0], envelope.mail_from, envelope.content)
        return await super().handle_DATA(server, session, envelope)

    def _complain(self, address, return_path, content):
        """A feedback report with the reader blacked out (RFC 5965, RFC 6590), to the return path."""
        head = content.replace(address.encode(), b"redacted@redacted.invalid").partition(b"\r\n\r\n")[0]
        report = (
            (
                b"From: <fbl@proveedor.example>\r\nSubject: FW: Novedades\r\nMessage-ID: <arf-1@proveedor.example>\r\n"
                b"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; "
                b"boundary=edge\r\n\r\n"
                b"--edge\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n"
                b"--edge\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n\r\n"
                b"--edge\r\nContent-Type: message/rfc822\r\n\r\n"
            )
            + head
            + b"\r\n\r\nx\r\n--edge--\r\n"
        )
        self._hand_in("fbl@proveedor.example", return_path, report)

    def _reply(self, address, _, content):
        original = message_from_bytes(content, policy=default)
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = address, original["Reply-To"], f"Re: {original['Subject']}"
        mail["Message-ID"], mail["In-Reply-To"] = "<carta-1@cliente.example>", original["Message-ID"]
        mail.set_content("¿Me llaman mañana?\n\nEl mar, 24 nov 2026 a las 10:00, Fibra Norte escribió:\n> Hola\n")
        self._hand_in(address, original["Reply-To"].addresses[0].addr_spec, mail.as_bytes())

    def _hand_in(self, sender, to, raw):
        with smtplib.SMTP("127.0.0.1", self._reply_port, timeout=60) as client:
            client.sendmail(sender, [to], raw)


@pytest.fixture
def listener(monkeypatch):
    """The real listener on a free port."""
    port = free_port()
    monkeypatch.setattr(settings.ESMERO, "inbound_port", port)
    up, facts = threading.Event(), {}

    async def run():
        facts["loop"], facts["stop"] = asyncio.get_running_loop(), asyncio.Event()
        task = asyncio.create_task(serve(facts["stop"], ready=facts["loop"].create_future()))
        await asyncio.sleep(0)
        up.set()
        await task

    thread = threading.Thread(target=lambda: (asyncio.run(run()), connections.close_all()))
    thread.start()
    assert up.wait(10)
    yield port
    facts["loop"].call_soon_threadsafe(facts["stop"].set)
    thread.join(20)
    assert not thread.is_alive()


def test_nine_fates(tmp_path, listener, monkeypatch):
    monkeypatch.setattr(fates, "Mailboxes", Answering)
    monkeypatch.setattr(fates, "PATIENCE_OF_SLOW", 10_000)  # slow for longer than a relay's patience
    with fates.open_mailboxes(reply_port=listener) as mailboxes:
        routes = {".example": mailboxes.port, "vuelta.fibranorte.example": listener}
        with open_postfix(tmp_path, routes=routes) as postfix:
            house = build_house(port=postfix.port)
            people = add_people(house, len(FATES))
            for person, address in zip(people, FATES, strict=True):
                person.address.value, person.address.domain = address, address.rpartition("@")[2]
                person.address.save()
            dispatch = open_dispatch(house, people)
            sender = Sender(home=settings.HOME, worker="w", schedule=RetrySchedule(pauses=()), helo="e.test")
            run_sender(sender, stop=StopSignal(), until_idle=True)
            wait_for(
                lambda: (
                    {one.partition("@")[0] for one in mailboxes.accepted} == TAKEN
                    and {to for to, tries in postfix.outcomes().items() if tries[-1][0] == "deferred"} == STUCK
                ),
                what="four arrived and three are stuck",
                progress=lambda: (dict(mailboxes.accepted), postfix.outcomes().keys()),
            )
            postfix.expire()
            wait_for(
                lambda: Inbound.objects.count() == COME_BACK,
                what="eight mails came back",
                progress=Inbound.objects.count,
            )
    while handle_due("test"):
        pass
    assert not Inbound.objects.exclude(state=Inbound.State.DONE).exists()
    found = {
        row.address: (
            row.state,
            Message.Worst(row.worst).name,
            list(MessageEvent.objects.filter(message=row).order_by("at").values_list("kind", flat=True)),
            Address.objects.get(value=row.address).standing,
        )
        for row in Message.objects.filter(dispatch=dispatch)
    }
    assert found == FATES
    meanings = {event.message.address: event.facts.get("meaning") for event in MessageEvent.objects.all()}
    assert meanings["noexiste@cliente.example"] == "unknown-user"
    assert meanings["lleno@cliente.example"] == "mailbox-full"
    assert meanings["ana@rechaza.example"] == "policy"
    assert set(Suppression.objects.values_list("reason", "scope")) == {
        ("unknown-user", "all"),
        ("complaint", "commercial"),
    }
    assert Conversation.objects.get().address == "contesta@cliente.example"
    assert set(ReturnCount.objects.values_list("kind", "number").distinct()) >= {("complained", 1), ("our-fault", 1)}
