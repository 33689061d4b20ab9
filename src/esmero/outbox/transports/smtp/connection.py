"""Hold one TCP or TLS connection to a relay: parse replies, write octets, and report its end once."""

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass
from typing import Literal, Protocol, cast

from esmero.outbox.transports.smtp.replies import GarbageReplyError, Reply, ReplyReader

QUIT_PATIENCE = 2.0
"""Seconds to wait for the answer to QUIT."""


@dataclass(frozen=True, slots=True)
class ConnectionLoss:
    """Describe why a connection ended. `code` and `enhanced` are from the reply (421) that ended it, if any."""

    kind: Literal["closed", "timeout", "garbage", "withdrawn"]
    text: str
    code: int = 0
    enhanced: str = ""


class ConnectionLostError(Exception):
    """Report that the connection ended before the awaited reply."""

    def __init__(self, loss: ConnectionLoss) -> None:
        super().__init__(loss.text)
        self.loss = loss


class ConnectionListener(Protocol):
    """Receive the events of a connection after its session is open."""

    @property
    def is_waiting(self) -> bool:
        """Say whether a reply is due, so that a timeout is a fault."""

    def reply_received(self, reply: Reply) -> None:
        """Handle the next reply."""

    def drained(self) -> None:
        """Handle that everything written was passed to the operating system."""

    def idle(self) -> None:
        """Handle that the connection was unused for a whole timeout."""

    def lost(self, loss: ConnectionLoss) -> None:
        """Handle the end of the connection; called once, and nothing after it."""


class SmtpConnection(asyncio.Protocol):
    """Connect to a relay. While a session is being opened, commands are awaited; then a listener is attached."""

    def __init__(self, *, timeout: float) -> None:
        self.paused = False
        """Whether written octets are still buffered in this process."""
        self.tls_version = ""
        self.loss: ConnectionLoss | None = None
        """The reason of its end; None while it is open."""
        self.ended = asyncio.get_running_loop().create_future()
        """Done when the transport has ended."""
        self._loop = asyncio.get_running_loop()
        self._timeout = timeout
        self._reader = ReplyReader()
        self._unclaimed: deque[Reply] = deque()
        self._pending: asyncio.Future[Reply] | None = None
        self._listener: ConnectionListener | None = None
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle | None = None
        self._alive_at = self._loop.time()
        self._unsent = 0

    # Callbacks of asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport; for implicit TLS the handshake is done."""
        self._use(cast("asyncio.Transport", transport))

    def data_received(self, data: bytes) -> None:
        """Dispatch every complete reply."""
        self._alive_at = self._loop.time()
        try:
            for reply in self._reader.feed(data):
                if self.loss is not None:
                    return
                self._dispatch(reply)
        except GarbageReplyError as fault:
            self.abort(ConnectionLoss("garbage", f"The relay sent {fault}"))

    def eof_received(self) -> bool:
        """Abort at once: a relay that has closed its side cannot answer any more."""
        self.abort(ConnectionLoss("closed", "The relay closed the connection"))
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Abort, if the connection has not ended yet."""
        self.abort(
            ConnectionLoss("closed", f"The connection was lost: {exc}" if exc else "The relay closed the connection")
        )
        if not self.ended.done():
            self.ended.set_result(None)

    def pause_writing(self) -> None:
        """Record that written octets are still buffered."""
        self.paused = True

    def resume_writing(self) -> None:
        """Record that the buffer is empty; after the end of the connection the last state is kept."""
        if self.loss is None:
            self.paused = False
            if self._listener is not None:
                self._listener.drained()

    # Interface for the session

    @property
    def has_no_extra_reply(self) -> bool:
        """Say whether the relay has sent nothing beyond the expected replies."""
        return self._reader.is_empty and not self._unclaimed

    def idle_seconds(self) -> float:
        """Return the seconds since the last activity."""
        return self._loop.time() - self._alive_at

    def write(self, data: bytes) -> None:
        """Write in one call; the time for an answer starts again."""
        self._alive_at = self._loop.time()
        self._transport.write(data)

    async def send_command(self, line: str) -> Reply:
        """Write one command and await its reply; only before a listener is attached.

        Raises ValueError for more than one line, ConnectionLostError if the connection ends before the reply.
        """
        if "\r" in line or "\n" in line:
            raise ValueError("a line break in the name or the credentials for a relay")
        self.write(line.encode() + b"\r\n")
        return await self.read_reply()

    async def read_reply(self) -> Reply:
        """Await the next reply. Raises ConnectionLostError if the connection ends before it."""
        if self._unclaimed:
            return self._unclaimed.popleft()
        if self.loss is not None:
            raise ConnectionLostError(self.loss)
        self._pending = self._loop.create_future()
        return await self._pending

    async def start_tls(self, context: ssl.SSLContext, *, host: str) -> None:
        """Switch to TLS. Raises the exceptions of the handshake."""
        transport = await self._loop.start_tls(self._transport, self, context, server_hostname=host)
        if transport is None:  # the relay closed the connection during the handshake
            raise ConnectionLostError(self.loss or ConnectionLoss("closed", "The relay closed the connection"))
        self._use(transport)

    def attach(self, listener: ConnectionListener) -> None:
        """Send all events to this listener from now on, and watch for timeouts."""
        self._listener = listener
        self._timer = self._loop.call_later(self._timeout, self._check_timeout)
        while self._unclaimed and self.loss is None:
            listener.reply_received(self._unclaimed.popleft())

    def abort(self, loss: ConnectionLoss) -> None:
        """End the connection now and report the reason; unsent octets are dropped."""
        if self.loss is not None:
            return
        self.loss = loss
        if self._timer is not None:
            self._timer.cancel()
        self._transport.abort()
        if self._pending is not None and not self._pending.done():
            self._pending.set_exception(ConnectionLostError(loss))
        if self._listener is not None:
            self._listener.lost(loss)

    def quit(self) -> None:
        """Send QUIT; the listener gets no more events. `ended` is done when the transport has ended."""
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

    def _dispatch(self, reply: Reply) -> None:
        if self._listener is not None:
            self._listener.reply_received(reply)
        elif self._pending is not None and not self._pending.done():
            self._pending.set_result(reply)
        else:
            self._unclaimed.append(reply)

    def _check_timeout(self) -> None:
        """Check for activity within the timeout: octets read, or octets taken by the network."""
        now = self._loop.time()
        unsent = self._transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent, self._alive_at = unsent, now
        if now < self._alive_at + self._timeout:
            self._timer = self._loop.call_at(self._alive_at + self._timeout, self._check_timeout)
        elif self._listener is not None and self._listener.is_waiting:
            self.abort(ConnectionLoss("timeout", f"The relay said nothing for {self._timeout:g} seconds"))
        elif self._listener is not None:
            self._listener.idle()
