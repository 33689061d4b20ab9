"""Receive mail by SMTP and, if configured, LMTP (RFC 2033), for inbound addresses only.

The listener answers 250 only after the mail is stored. The sending server keeps a copy until then (RFC 5321 4.2.5), so
a crash before the commit loses nothing. A second delivery of the same octets to the same address is the same row.
"""

import asyncio
import logging
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
from esmero.work.stop_signal import StopSignal

log = logging.getLogger(__name__)

CONNECTIONS = 100
RECIPIENTS = 50
THREADS = 4
BOOK_AGE = 10.0  # seconds until a new brand's domain is accepted
IDLE = 120.0  # seconds to wait for a client that sends nothing
DRAIN = 20.0  # seconds for open transactions to finish before the listener stops


class _Protocol(SMTP):
    """Speak SMTP with a limit of connections and of octets per mail."""

    # Some relays do not fold lines; the mail is accepted nevertheless.
    line_length_limit = 1_048_576
    open: ClassVar[set["_Protocol"]] = set()  # one listener a process
    _received = 0

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
        # The base class discards excess data line by line, so a line without end would fill the memory.
        self._received += len(data)
        if (
            isinstance(self.transport, asyncio.WriteTransport)
            and self._received > 2 * (self.data_size_limit or 0) + self.line_length_limit
        ):
            self.transport.abort()
            return
        super().data_received(data)

    def dismiss(self) -> None:
        """Close the connection of an idle client (RFC 5321 3.8 permits 421 at any time)."""
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.write(b"421 4.3.2 This listener is closing, come back later\r\n")
            self.transport.close()

    @property
    def is_in_transaction(self) -> bool:
        """Say whether a mail transaction is open: from MAIL until its last answer is written."""
        return self.envelope is not None and self.envelope.mail_from is not None

    def _set_rset_state(self) -> None:
        self._received = 0
        super()._set_rset_state()  # type: ignore[no-untyped-call]


class _Lmtp(_Protocol, LMTP):
    """Speak LMTP over TCP, for local delivery from Dovecot, Postfix or Exim.

    Limited to one recipient a transaction, because LMTP wants one answer per recipient after DATA (RFC 2033 4.2).
    """

    # The base class of both is SMTP, whose HELO and EHLO LMTP refuses.
    smtp_HELO = LMTP.smtp_HELO  # noqa: N815
    smtp_EHLO = LMTP.smtp_EHLO  # noqa: N815


class InboundServer:
    """Answer the commands of the listener; database work runs in a few threads."""

    def __init__(self, name: str = "smtp", *, recipients: int = RECIPIENTS) -> None:
        self.name, self._recipients = name, recipients
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="inbound")
        self._book: tuple[float, AddressBook] | None = None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """Accept an inbound address.

        This is no open relay: any other recipient gets a permanent refusal with its reason.
        """
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
        """Store the mail; answers 250 only after octets and row are committed."""
        del server, session
        try:
            await self._in_thread(
                self._store, envelope.original_content or b"", envelope.mail_from or "", envelope.rcpt_tos
            )
        except Exception:
            log.exception("a mail could not be kept")
            return "451 4.3.0 We could not keep that, please try again"
        return "250 2.0.0 Kept"

    def _store(self, raw: bytes, sender: str, recipients: list[str]) -> None:
        at = timezone.now()
        for recipient in recipients:
            take_in(raw, envelope_from=sender, envelope_to=recipient, door=self.name, at=at)

    def close(self) -> None:
        """Wait for work in progress to finish."""
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
    """Listen on the configured address until `stop`; `ready` gets the port (if the configured one is 0)."""
    config = settings.ESMERO
    handler = InboundServer("lmtp", recipients=1) if lmtp else InboundServer()
    protocol_class = _Lmtp if lmtp else _Protocol
    port = config.lmtp_port if lmtp else config.inbound_port
    loop = asyncio.get_running_loop()

    def make() -> _Protocol:
        return protocol_class(
            handler,
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
        log.info("listening for returns and replies by %s on %s:%d", handler.name, config.inbound_host, port)
        await stop.wait()
    finally:
        server.close()
        await _drain()
        handler.close()


async def _drain() -> None:
    """Let open transactions finish for up to DRAIN seconds; close all other connections."""
    deadline = time.monotonic() + DRAIN
    while _Protocol.open and time.monotonic() < deadline:
        for protocol in list(_Protocol.open):
            if not protocol.is_in_transaction:
                protocol.dismiss()
        await asyncio.sleep(0.02)
    for protocol in list(_Protocol.open):
        if protocol.transport is not None:
            protocol.transport.close()


def run_listener(stop: StopSignal) -> None:
    """Listen until `stop` is set. Raises OSError if the port is taken."""
    asyncio.run(_run(stop))


async def _run(stop: StopSignal) -> None:
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(stop.fileno(), done.set)
    listeners = [serve(done), serve(done, lmtp=True)] if settings.ESMERO.lmtp_port else [serve(done)]
    tasks = [asyncio.create_task(listener) for listener in listeners]
    # Also when one of them fails: its port may be taken.
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    loop.remove_reader(stop.fileno())
    done.set()
    await asyncio.gather(*tasks)
