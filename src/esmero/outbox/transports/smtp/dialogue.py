"""Define the common part of SMTP dialogues: the queue of due replies and their parcels."""

from abc import ABC, abstractmethod
from collections import deque
from typing import Protocol

from esmero.outbox.transports.parcels import Fate
from esmero.outbox.transports.smtp.capabilities import Capabilities
from esmero.outbox.transports.smtp.connection import ConnectionLoss, SmtpConnection
from esmero.outbox.transports.smtp.delivery import AttemptFailure, ParcelDelivery
from esmero.outbox.transports.smtp.envelope import Envelope, UnsendableError, write_envelope
from esmero.outbox.transports.smtp.replies import Reply


class ParcelQueue(Protocol):
    """Supply parcels to dialogues, and take back their results."""

    chunking_proven: bool
    """Whether this relay has accepted a message by BDAT."""

    def take(self) -> ParcelDelivery | None:
        """Return the next parcel, if there is one."""

    def give_back(self, item: ParcelDelivery, failure: AttemptFailure) -> None:
        """Take back a parcel of which nothing can have been accepted."""

    def disable_chunking(self) -> None:
        """Use DATA with this relay from now on."""

    def note_answer(self) -> None:
        """Record that one more session got a decision on a message."""

    def remove(self, dialogue: "Dialogue", *, loss: ConnectionLoss | None, fruitless: bool) -> None:
        """Remove a dialogue whose connection has ended; without a loss it was closed by us.

        A session is fruitless if it was used, and ended before the relay decided on any message.
        """


class Dialogue(ABC):
    """Send parcels on one open session. `due` holds, for each expected reply, its parcel and its stage."""

    def __init__(self, link: SmtpConnection, *, queue: ParcelQueue, capabilities: Capabilities, dsn: bool) -> None:
        self.link = link
        self.has_been_answered = False
        self._parcel_queue = queue
        self._capabilities = capabilities
        self._dsn = dsn
        self.due: deque[tuple[ParcelDelivery | None, str]] = deque()

    @property
    def is_waiting(self) -> bool:
        """Say whether replies are due."""
        return bool(self.due)

    def resume(self) -> None:
        """Continue, unless the connection has just ended: a parcel taken then would be lost."""
        if self.link.loss is None:
            self.send_next()

    @abstractmethod
    def send_next(self) -> None:
        """Write all that can be written now."""

    @abstractmethod
    def handle_reply(self, item: ParcelDelivery | None, stage: str, reply: Reply) -> None:
        """Handle the reply to one command."""

    @abstractmethod
    def settle_unanswered(self, loss: ConnectionLoss) -> None:
        """Settle every parcel in flight after the connection has ended."""

    def reply_received(self, reply: Reply) -> None:
        """Assign the reply to the oldest command without one."""
        if not self.due:
            self.link.abort(
                ConnectionLoss("closed", reply.text, reply.code, reply.enhanced)
                if reply.code == 421
                else ConnectionLoss("garbage", f"A reply to nothing: {reply.code} {reply.text}"),
            )
            return
        item, stage = self.due.popleft()
        was_open = item is not None and not item.settled
        self.handle_reply(item, stage, reply)
        if was_open and item is not None and item.settled and not self.has_been_answered:
            self.has_been_answered = True
            self._parcel_queue.note_answer()

    def drained(self) -> None:
        """Continue writing."""
        self.resume()

    def idle(self) -> None:
        """Close the session."""
        self._parcel_queue.remove(self, loss=None, fruitless=False)
        self.link.quit()

    def lost(self, loss: ConnectionLoss) -> None:
        """Settle the parcels in flight, then leave the queue."""
        fruitless = self.is_waiting and not self.has_been_answered and loss.kind != "withdrawn"
        self.settle_unanswered(loss)
        self._parcel_queue.remove(self, loss=loss, fruitless=fruitless)

    def _next(self) -> tuple[ParcelDelivery, Envelope] | None:
        """Take the next parcel that can be sent over this relay; settle those that cannot."""
        while (item := self._parcel_queue.take()) is not None:
            try:
                return item, write_envelope(item.parcel, self._capabilities, dsn=self._dsn)
            except UnsendableError as fault:
                item.settle(Fate.REFUSED_PERMANENTLY, AttemptFailure(fault.text, "mail", enhanced=fault.enhanced))
        return None

    def _break_off(self, reply: Reply, *, stage: str) -> None:
        """End a connection after an impossible reply: later replies could not be assigned with certainty."""
        self.link.abort(
            ConnectionLoss("garbage", f"A reply that does not fit {stage.upper()}: {reply.code} {reply.text}")
        )
