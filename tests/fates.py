"""Where mail ends in a test: mailboxes whose fate stands in their address, and books of what was accepted for whom.

*noexiste.* does not exist, *lleno.* is always full, *ausente.* takes the mail and answers that nobody is there;
rechaza.example refuses the sender, tarda.example wants to be asked three times, and caido.example hangs up. All else
is accepted.
"""

import asyncio
import logging
import smtplib
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import formatdate, make_msgid

from aiosmtpd.controller import Controller

from tests.sink import free_port

REFUSALS = {
    "unknown": "550 5.1.1 Ese buzon no existe",
    "full": "452 4.2.2 Mailbox full",
    "refused": "554 5.7.1 Message refused by local policy",
    "slow": "451 4.5.1 Please try again later",
}
PATIENCE_OF_SLOW = 2


def fate_of(address: str) -> str:
    """Read the fate out of an address: good, unknown, full, refused, slow, dead or absent."""
    local, _, domain = address.partition("@")
    by_host = {"rechaza.example": "refused", "tarda.example": "slow", "caido.example": "dead"}
    by_box = {"noexiste": "unknown", "lleno": "full", "ausente": "absent"}
    return by_host.get(domain) or by_box.get(local.partition(".")[0]) or "good"


class Mailboxes:
    """The handler of a server for all these mailboxes; `reply_port` is where absent people's machines hand in mail."""

    def __init__(self, *, reply_port: int) -> None:
        self.port = free_port()
        self.asked: Counter[str] = Counter()
        self.accepted: Counter[str] = Counter()
        self._reply_port = reply_port

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self.asked[address] += 1
        fate = fate_of(address)
        if fate == "dead":
            server.transport.close()
            return "421 4.3.2 nobody reads this"
        if fate in REFUSALS and (fate != "slow" or self.asked[address] <= PATIENCE_OF_SLOW):
            return REFUSALS[fate]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        assert len(envelope.rcpt_tos) == 1, "a mail of ours has one reader"
        address = envelope.rcpt_tos[0]
        if fate_of(address) == "absent":
            await asyncio.to_thread(self._answer, address, envelope.mail_from, envelope.content)
        self.accepted[address] += 1
        return "250 2.0.0 OK"

    def _answer(self, address: str, return_path: str, content: bytes) -> None:
        """Say that nobody is there, as RFC 3834 has it: to the return path, from nobody, with the mail it answers."""
        original = message_from_bytes(content, policy=default)
        answer = EmailMessage()
        answer["From"], answer["To"] = address, return_path
        answer["Subject"] = f"Respuesta automática: {original['Subject']}"
        answer["Date"], answer["Message-ID"] = formatdate(), make_msgid(domain=address.partition("@")[2])
        answer["In-Reply-To"] = answer["References"] = original["Message-ID"]
        answer["Auto-Submitted"] = "auto-replied"
        answer.set_content(
            "Hola:\n\nEstoy de vacaciones y no leeré el correo hasta mi vuelta. "
            "Le contestaré en cuanto pueda.\n\nUn saludo\n"
        )
        with smtplib.SMTP("127.0.0.1", self._reply_port, timeout=60) as client:
            client.send_message(answer, from_addr="", to_addrs=[return_path])


@contextmanager
def open_mailboxes(*, reply_port: int):
    """Run the mailboxes on a free port of their own."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    mailboxes = Mailboxes(reply_port=reply_port)
    controller = Controller(
        mailboxes, hostname="127.0.0.1", port=mailboxes.port, decode_data=False, enable_SMTPUTF8=True
    )
    controller.start()
    try:
        yield mailboxes
    finally:
        controller.stop()
