"""One TCP or TLS connection to a relay: replies in, octets out, and one clear word when it ends."""

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass
from typing import Literal, Protocol, cast

from esmero.outbox.transports.smtp.replies import GarbageReplyError, Reply, ReplyReader

QUIT_PATIENCE = 2.0
"""Seconds that a relay gets to answer QUIT."""


@dataclass(frozen=True, slots=True)
class ConnectionLoss:
    """Why a connection is no more. `code` and `enhanced` are those of the reply (421) that ended it, if one did."""

    kind: Literal["closed", "timeout", "garbage", "withdrawn"]
    text: str
    code: int = 0
    enhanced: str = ""


class ConnectionLostError(Exception):
    """The connection ended while its reply was waited for."""

    def __init__(self, loss: ConnectionLoss) -> None:
        super().__init__(loss.text)
        self.loss = loss


class ConnectionListener(Protocol):
    """Who is told what happens on a link once its session is open."""

    @property
    def is_waiting(self) -> bool:
        """Whether a reply is due, so that silence is a fault."""

    def heard(self, reply: Reply) -> None:
        """Take the next reply."""

    def drained(self) -> None:
        """All that was written has been handed to the operating system."""

    def tired(self) -> None:
        """Nothing was asked for a whole timeout."""

    def lost(self, loss: ConnectionLoss) -> None:
        """Learn that the link has ended; told once, and nothing after it."""


class SmtpConnection(asyncio.Protocol):
    """The connection. While a session is being opened one asks and awaits; then a listener is attached."""

    def __init__(self, *, timeout: float) -> None:
        self.paused = False
        """Whether octets written are still waiting in this process: the last one has not left it."""
        self.tls_version = ""
        self.loss: ConnectionLoss | None = None
        """Why it is no more; None as long as it is open."""
        self.gone = asyncio.get_running_loop().create_future()
        """Done when the transport has ended."""
        self._loop = asyncio.get_running_loop()
        self._timeout = timeout
        self._reader = ReplyReader()
        self._unclaimed: deque[Reply] = deque()
        self._asked: asyncio.Future[Reply] | None = None
        self._listener: ConnectionListener | None = None
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle | None = None
        self._alive_at = self._loop.time()
        self._unsent = 0

    # What asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport; for implicit TLS the handshake lies behind it."""
        self._use(cast("asyncio.Transport", transport))

    def data_received(self, data: bytes) -> None:
        """Hand on every reply that is complete."""
        self._alive_at = self._loop.time()
        try:
            for reply in self._reader.feed(data):
                if self.loss is not None:
                    return
                self._hand_on(reply)
        except GarbageReplyError as fault:
            self.abort(ConnectionLoss("garbage", f"The relay sent {fault}"))

    def eof_received(self) -> bool:
        """End at once: a relay that no longer speaks can answer for nothing."""
        self.abort(ConnectionLoss("closed", "The relay closed the connection"))
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """End, if it has not ended yet."""
        self.abort(
            ConnectionLoss("closed", f"The connection was lost: {exc}" if exc else "The relay closed the connection")
        )
        if not self.gone.done():
            self.gone.set_result(None)

    def pause_writing(self) -> None:
        """Note that not all that was written has left."""
        self.paused = True

    def resume_writing(self) -> None:
        """Note that all has left; what is still paused when the link ends stays so."""
        if self.loss is None:
            self.paused = False
            if self._listener is not None:
                self._listener.drained()

    # What the session does

    @property
    def is_quiet(self) -> bool:
        """Whether the relay has said nothing that nobody asked for."""
        return self._reader.is_empty and not self._unclaimed

    def silence(self) -> float:
        """Give the seconds since the last sign of life."""
        return self._loop.time() - self._alive_at

    def write(self, data: bytes) -> None:
        """Write in one go; the time for an answer starts anew."""
        self._alive_at = self._loop.time()
        self._transport.write(data)

    async def ask(self, line: str) -> Reply:
        """Write one command and await its reply; only before a listener is attached.

        Raises ValueError for what is not one line, LinkLostError when the link ends before the reply.
        """
        if "\r" in line or "\n" in line:
            raise ValueError("a line break in the name or the credentials for a relay")
        self.write(line.encode() + b"\r\n")
        return await self.listen()

    async def listen(self) -> Reply:
        """Await the next reply. Raises LinkLostError when the link ends before it."""
        if self._unclaimed:
            return self._unclaimed.popleft()
        if self.loss is not None:
            raise ConnectionLostError(self.loss)
        self._asked = self._loop.create_future()
        return await self._asked

    async def start_tls(self, context: ssl.SSLContext, *, host: str) -> None:
        """Go on under TLS. Raises what the handshake raises."""
        transport = await self._loop.start_tls(self._transport, self, context, server_hostname=host)
        if transport is None:  # the relay hung up on the handshake
            raise ConnectionLostError(self.loss or ConnectionLoss("closed", "The relay closed the connection"))
        self._use(transport)

    def attach(self, listener: ConnectionListener) -> None:
        """Tell this listener everything from now on, and watch over silence."""
        self._listener = listener
        self._timer = self._loop.call_later(self._timeout, self._look)
        while self._unclaimed and self.loss is None:
            listener.heard(self._unclaimed.popleft())

    def abort(self, loss: ConnectionLoss) -> None:
        """End the link now and tell why; what was not sent is dropped."""
        if self.loss is not None:
            return
        self.loss = loss
        if self._timer is not None:
            self._timer.cancel()
        self._transport.abort()
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(ConnectionLostError(loss))
        if self._listener is not None:
            self._listener.lost(loss)

    def quit(self) -> None:
        """Take leave; nobody is told anything after that. `gone` says when it is over."""
        if self.loss is None:
            self.loss = ConnectionLoss("withdrawn", "The session was ended")
            if self._timer is not None:
                self._timer.cancel()
            self._transport.write(b"QUIT\r\n")
            self._loop.call_later(QUIT_PATIENCE, self._transport.abort)

    def _use(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        # Not 0: asyncio's TLS transport takes "as much as the high mark" for full, and would pause when empty
        transport.set_write_buffer_limits(high=1, low=0)
        secured = transport.get_extra_info("ssl_object")
        self.tls_version = secured.version() if secured else ""

    def _hand_on(self, reply: Reply) -> None:
        if self._listener is not None:
            self._listener.heard(reply)
        elif self._asked is not None and not self._asked.done():
            self._asked.set_result(reply)
        else:
            self._unclaimed.append(reply)

    def _look(self) -> None:
        """See whether there was a sign of life within the timeout: octets read, or octets taken by the network."""
        now = self._loop.time()
        unsent = self._transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent, self._alive_at = unsent, now
        if now < self._alive_at + self._timeout:
            self._timer = self._loop.call_at(self._alive_at + self._timeout, self._look)
        elif self._listener is not None and self._listener.is_waiting:
            self.abort(ConnectionLoss("timeout", f"The relay said nothing for {self._timeout:g} seconds"))
        elif self._listener is not None:
            self._listener.tired()
