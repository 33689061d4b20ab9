"""Speaking with BDAT: several whole messages under way on one connection (RFC 3030), replies told apart by counting."""

from collections import deque

from esmero.outbox.transports.parcels import Fate
from esmero.outbox.transports.smtp.capabilities import Capabilities
from esmero.outbox.transports.smtp.connection import ConnectionLoss, SmtpConnection
from esmero.outbox.transports.smtp.delivery import AttemptFailure, ParcelDelivery
from esmero.outbox.transports.smtp.dialogue import Dialogue, ParcelQueue
from esmero.outbox.transports.smtp.envelope import end_line
from esmero.outbox.transports.smtp.replies import Reply

KNOCK_AFTER = 1.0
"""Seconds of rest after which a relay is asked whether it is still there before bodies are trusted to the link."""


class ChunkingDialogue(Dialogue):
    """Up to `window` messages are unanswered. Nothing is written while the link is paused.

    So when the link ends paused, exactly the last message written has not left completely.
    """

    def __init__(
        self, link: SmtpConnection, *, desk: ParcelQueue, capabilities: Capabilities, dsn: bool, window: int
    ) -> None:
        super().__init__(link, desk=desk, capabilities=capabilities, dsn=dsn)
        self._window = window
        self._under_way = 0
        self._newest: ParcelDelivery | None = None
        self._knocking = False
        self._leaving = False
        self._goodbye: Reply | None = None
        """The 421 that was the last thing heard: a relay that closes after it has not looked at what came later."""

    def speak(self) -> None:
        """Fill the window; after a rest, see first whether the relay is still there."""
        if not self.due and not self._leaving and self.link.silence() > KNOCK_AFTER:
            self._knocking = True
            self.due.append((None, "rset"))
            self.link.write(b"RSET\r\n")
        self._fill()

    def take_reply(self, letter: ParcelDelivery | None, stage: str, reply: Reply) -> None:
        """Settle what this reply settles, and refill the window."""
        self._goodbye = None
        if stage == "body":
            self._under_way -= 1
        if reply.code == 421:
            self._part(letter, stage, reply)
            return
        if 300 <= reply.code < 400:
            self.due.appendleft((letter, stage))
            self._break_off(reply, stage=stage)
            return
        if letter is None and self._knocking:
            self._knocking = False
            self._fill()
            return
        if letter is None:
            pass
        elif stage == "body" and not letter.settled:
            self._finish(letter, reply)
        elif stage in {"mail", "rcpt"} and reply.code >= 400:
            letter.refuse(reply, stage=stage)
        self._rest_or_wake()

    def settle_open(self, loss: ConnectionLoss) -> None:
        """Put all that was written in doubt, but for what provably stayed here or was never looked at."""
        if loss.kind == "timeout":
            self._desk.distrust_chunking()
        goodbye = self._goodbye if loss.kind == "closed" else None
        for letter, stage in self.due:
            if letter is None or letter.settled or stage != "body":
                continue
            if goodbye is not None:
                self._desk.give_back(letter, AttemptFailure(goodbye.text, "mail", goodbye.code, goodbye.enhanced))
            elif letter is self._newest and self.link.paused:
                self._desk.give_back(letter, AttemptFailure(loss.text, "body", loss.code, loss.enhanced))
            else:
                letter.settle(Fate.IN_DOUBT, AttemptFailure(loss.text, "body", loss.code, loss.enhanced))

    def _fill(self) -> None:
        # One message must prove that the relay means what it offers before many depend on it
        window = self._window if self._desk.chunking_proven else 1
        while self._under_way < window and not (self.link.paused or self._knocking or self._leaving):
            if (taken := self._next()) is None:
                return
            letter, envelope = taken
            if not letter.begin():
                self._desk.give_back(letter, AttemptFailure("The delivery was withdrawn", "mail"))
                continue
            body = end_line(letter.parcel.body)
            self._under_way += 1
            self._newest = letter
            # RSET, because relays differ in whether a refused RCPT leaves the envelope open
            self.due.extend(((letter, "rset"), (letter, "mail"), (letter, "rcpt"), (letter, "body")))
            self.link.write(
                b"".join((b"RSET\r\n", envelope.mail, envelope.rcpt, b"BDAT %d LAST\r\n" % len(body), body)),
            )

    def _finish(self, letter: ParcelDelivery, reply: Reply) -> None:
        if reply.code < 300:
            self._desk.chunking_proven = True
            letter.accept(reply)
        elif reply.code in {500, 502} and not self._desk.chunking_proven:
            # It does not know BDAT after all, and now takes the body for commands
            self._desk.distrust_chunking()
            self._desk.give_back(letter, AttemptFailure(reply.text, "body", reply.code, reply.enhanced))
            self._break_off(reply, stage="bdat")
        else:
            letter.refuse(reply, stage="body")

    def _part(self, letter: ParcelDelivery | None, stage: str, reply: Reply) -> None:
        """Write no more after a 421, but hear the relay out: some go on, and what they still accept is accepted."""
        self._leaving = True
        self._goodbye = reply
        if letter is not None and not letter.settled:
            if stage == "body":
                letter.refuse(reply, stage=stage)
            elif stage in {"mail", "rcpt"}:
                self.due = deque((None if owner is letter else owner, what) for owner, what in self.due)
                self._desk.give_back(letter, AttemptFailure(reply.text, stage, reply.code, reply.enhanced))
        self._rest_or_wake()

    def _rest_or_wake(self) -> None:
        if not self._leaving:
            self.wake()
        elif not self.due:
            self.link.abort(ConnectionLoss("closed", "The relay ended the session"))
