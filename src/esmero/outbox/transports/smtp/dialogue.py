"""What both ways of speaking share: the count of replies that are due, and whose they are."""

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
    """Where speakers get letters, and whom they tell how it went."""

    chunking_proven: bool
    """Whether this relay has once taken a message by BDAT."""

    def take(self) -> ParcelDelivery | None:
        """Hand out the next letter, if there is one."""

    def give_back(self, letter: ParcelDelivery, setback: AttemptFailure) -> None:
        """Take back a letter of which nothing can have been accepted."""

    def distrust_chunking(self) -> None:
        """Speak to this relay with DATA from now on."""

    def note_answer(self) -> None:
        """Note that on one more session the relay has decided on a message."""

    def let_go(self, speaker: "Dialogue", *, loss: ConnectionLoss | None, fruitless: bool) -> None:
        """Strike a speaker whose link has ended; without a loss it took leave.

        Fruitless was a session that was used, and ended before the relay decided on any message.
        """


class Dialogue(ABC):
    """Speaks on one open session. `due` holds, for each reply to come, its letter and what it will answer."""

    def __init__(self, link: SmtpConnection, *, desk: ParcelQueue, capabilities: Capabilities, dsn: bool) -> None:
        self.link = link
        self.has_been_answered = False
        self._desk = desk
        self._capabilities = capabilities
        self._dsn = dsn
        self.due: deque[tuple[ParcelDelivery | None, str]] = deque()

    @property
    def is_waiting(self) -> bool:
        """Whether replies are due."""
        return bool(self.due)

    def wake(self) -> None:
        """Go on, unless the link has just ended: a letter taken then would never be heard of again."""
        if self.link.loss is None:
            self.speak()

    @abstractmethod
    def speak(self) -> None:
        """Write what can be written now."""

    @abstractmethod
    def take_reply(self, letter: ParcelDelivery | None, stage: str, reply: Reply) -> None:
        """Act on the reply to one command."""

    @abstractmethod
    def settle_open(self, loss: ConnectionLoss) -> None:
        """Say of every letter that is under way what is known of it now that the link has ended."""

    def heard(self, reply: Reply) -> None:
        """Attribute the reply to the oldest command without one."""
        if not self.due:
            self.link.abort(
                ConnectionLoss("closed", reply.text, reply.code, reply.enhanced)
                if reply.code == 421
                else ConnectionLoss("garbage", f"A reply to nothing: {reply.code} {reply.text}"),
            )
            return
        letter, stage = self.due.popleft()
        was_open = letter is not None and not letter.settled
        self.take_reply(letter, stage, reply)
        if was_open and letter is not None and letter.settled and not self.has_been_answered:
            self.has_been_answered = True
            self._desk.note_answer()

    def drained(self) -> None:
        """Go on writing."""
        self.wake()

    def tired(self) -> None:
        """Take leave of the relay."""
        self._desk.let_go(self, loss=None, fruitless=False)
        self.link.quit()

    def lost(self, loss: ConnectionLoss) -> None:
        """Settle what was under way, then be struck."""
        fruitless = self.is_waiting and not self.has_been_answered and loss.kind != "withdrawn"
        self.settle_open(loss)
        self._desk.let_go(self, loss=loss, fruitless=fruitless)

    def _next(self) -> tuple[ParcelDelivery, Envelope] | None:
        """Take the next letter that can be sent over this relay; answer those that cannot."""
        while (letter := self._desk.take()) is not None:
            try:
                return letter, write_envelope(letter.parcel, self._capabilities, dsn=self._dsn)
            except UnsendableError as fault:
                letter.settle(Fate.REFUSED_FOR_GOOD, AttemptFailure(fault.text, "mail", enhanced=fault.enhanced))
        return None

    def _break_off(self, reply: Reply, *, stage: str) -> None:
        """End a link on which a reply makes no sense: nothing after it could be attributed with certainty."""
        self.link.abort(
            ConnectionLoss("garbage", f"A reply that does not fit {stage.upper()}: {reply.code} {reply.text}")
        )
