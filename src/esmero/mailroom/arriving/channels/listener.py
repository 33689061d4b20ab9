"""The listener for what comes back, by SMTP and, where it is set, LMTP (RFC 2033). It takes mail for our tagged addresses only, and says 250 only when it has it.

Whoever hands mail to it keeps a copy until then (RFC 5321 4.2.5), so a crash before the commit loses nothing, and a
second delivery of the same octets to the same address is the same row.
"""

import asyncio
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from esmero.mailroom.arriving.receive import take_in
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import AddressBook, UnknownAddress

log = logging.getLogger(__name__)

CONNECTIONS = 100
RECIPIENTS = 50
THREADS = 4
BOOK_AGE = 10.0  # seconds until a new brand's domain is known here
IDLE = 120.0  # seconds that a silent client is waited for
DRAIN = 20.0  # seconds in which a transaction that has begun may end when the listener is to stop


class _Protocol(SMTP):
    """Our SMTP: no more connections than there are places, and no more octets of one mail than we can hold."""

    # Some relays fold nothing; a long line is theirs to answer for, not a reason to lose the mail.
    line_length_limit = 1_048_576
    open: ClassVar[set["_Protocol"]] = set()  # one listener a process
    _taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        full = len(self.open) >= CONNECTIONS
        if full and isinstance(transport, asyncio.WriteTransport):
            transport.write(b"421 4.3.2 Too many connections, come back later\r\n")
        self.open.add(self)
        super().connection_made(transport)
        if full:
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.open.discard(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        # What exceeds the limit is thrown away line by line in the base class; a line without end would not be.
        self._taken += len(data)
        if (
            isinstance(self.transport, asyncio.WriteTransport)
            and self._taken > 2 * (self.data_size_limit or 0) + self.line_length_limit
        ):
            self.transport.abort()
            return
        super().data_received(data)

    def take_leave(self) -> None:
        """Send a client away that has nothing under way here (RFC 5321 3.8: 421 at any time)."""
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.write(b"421 4.3.2 This listener is closing, come back later\r\n")
            self.transport.close()

    @property
    def is_in_transaction(self) -> bool:
        """Whether a mail is being handed in: from MAIL until its last answer is written."""
        return self.envelope is not None and self.envelope.mail_from is not None

    def _set_rset_state(self) -> None:
        self._taken = 0
        super()._set_rset_state()  # type: ignore[no-untyped-call]


class _Lmtp(_Protocol, LMTP):
    """LMTP over TCP, as Dovecot, Postfix and Exim hand mail to a neighbour.

    One recipient a transaction, so that the one answer after the text is the one that each recipient gets (RFC 2033 4.2).
    """

    # The base class of both is SMTP, whose HELO and EHLO LMTP refuses.
    smtp_HELO = LMTP.smtp_HELO  # noqa: N815
    smtp_EHLO = LMTP.smtp_EHLO  # noqa: N815


class InboundServer:
    """What the listener answers to each command; all work on the database is done in a few threads."""

    def __init__(self, name: str = "smtp", *, recipients: int = RECIPIENTS) -> None:
        self.name, self._recipients = name, recipients
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="inbound")
        self._book: tuple[float, AddressBook] | None = None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """Take a recipient that is ours. No open relay: everything else is refused for good, in words."""
        del server, session, rcpt_options
        if len(envelope.rcpt_tos) >= self._recipients:
            return "452 4.5.3 Too many recipients in one transaction, send the rest in another"
        try:
            await self._in_thread(self._check, address)
        except UnknownAddress as refusal:
            return f"550 5.1.1 {refusal}"
        except Exception:
            log.exception("cannot check %r", address)
            return "451 4.3.0 We cannot look that up now, please try again"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail; 250 only when octets and row are safe."""
        del server, session
        try:
            await self._in_thread(
                self._keep, envelope.original_content or b"", envelope.mail_from or "", envelope.rcpt_tos
            )
        except Exception:
            log.exception("a mail could not be kept")
            return "451 4.3.0 We could not keep that, please try again"
        return "250 2.0.0 Kept"

    def _keep(self, raw: bytes, sender: str, recipients: list[str]) -> None:
        at = timezone.now()
        for recipient in recipients:
            take_in(raw, envelope_from=sender, envelope_to=recipient, door=self.name, at=at)

    def close(self) -> None:
        """Let what is under way finish."""
        self._threads.shutdown(wait=True)

    def _check(self, address: str) -> None:
        if self._book is None or time.monotonic() - self._book[0] > BOOK_AGE:
            self._book = (time.monotonic(), AddressBook(open_signer()))
        self._book[1].read(address, at=timezone.now())

    async def _in_thread(self, work: Any, *values: Any) -> None:
        def run() -> None:
            close_old_connections()
            try:
                work(*values)
            finally:
                close_old_connections()

        await asyncio.get_running_loop().run_in_executor(self._threads, run)


async def serve(stop: asyncio.Event, *, ready: asyncio.Future[int] | None = None, lmtp: bool = False) -> None:
    """Listen where the settings say until `stop`; `ready` gets the port (of use where the settings say 0)."""
    config = settings.ESMERO
    door = InboundServer("lmtp", recipients=1) if lmtp else InboundServer()
    protocol_class = _Lmtp if lmtp else _Protocol
    port = config.lmtp_port if lmtp else config.inbound_port
    loop = asyncio.get_running_loop()

    def make() -> _Protocol:
        return protocol_class(
            door,
            data_size_limit=config.inbound_max_bytes,
            enable_SMTPUTF8=True,
            ident="Esmero",
            timeout=IDLE,
            command_call_limit={"*": 1000},
            loop=loop,
        )

    server = await loop.create_server(make, config.inbound_host, port)
    try:
        if ready is not None:
            ready.set_result(server.sockets[0].getsockname()[1])
        log.info("listening for returns and replies by %s on %s:%d", door.name, config.inbound_host, port)
        await stop.wait()
    finally:
        server.close()
        await _drain()
        door.close()


async def _drain() -> None:
    """Let each mail that is being handed in be answered for, up to DRAIN seconds; send all others away."""
    deadline = time.monotonic() + DRAIN
    while _Protocol.open and time.monotonic() < deadline:
        for protocol in list(_Protocol.open):
            if not protocol.is_in_transaction:
                protocol.take_leave()
        await asyncio.sleep(0.02)
    for protocol in list(_Protocol.open):
        if protocol.transport is not None:
            protocol.transport.close()


def run_listener(stop: threading.Event) -> None:
    """Listen until `stop` is set. Raises OSError when the port is taken."""
    asyncio.run(_run(stop))


async def _run(stop: threading.Event) -> None:
    done = asyncio.Event()
    doors = [serve(done), serve(done, lmtp=True)] if settings.ESMERO.lmtp_port else [serve(done)]
    tasks = [asyncio.create_task(door) for door in doors]
    while not stop.is_set() and not any(task.done() for task in tasks):  # noqa: ASYNC110 - a threading.Event cannot be awaited
        await asyncio.sleep(0.2)
    done.set()
    await asyncio.gather(*tasks)
