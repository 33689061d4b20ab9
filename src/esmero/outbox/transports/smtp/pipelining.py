"""Speaking with DATA: the end of a body and the next MAIL, RCPT, DATA in one write (RFC 2920), or step by step."""

from collections import deque

from esmero.outbox.transports.parcels import Fate
from esmero.outbox.transports.smtp.connection import ConnectionLoss
from esmero.outbox.transports.smtp.delivery import AttemptFailure, ParcelDelivery
from esmero.outbox.transports.smtp.dialogue import Dialogue
from esmero.outbox.transports.smtp.envelope import stuff_dots
from esmero.outbox.transports.smtp.replies import Reply

JOINED_LIMIT = 131072
"""A larger body is written alone: then a link that is still paused when it ends proves that the last octet stayed."""


class DataDialogue(Dialogue):
    """One body at most is unanswered, and one envelope at most is ahead of it."""

    _open: ParcelDelivery | None = None
    """The letter whose envelope is being said: between its first command and the reply to its DATA."""
    _steps: deque[tuple[str, bytes]] = deque()
    """Its commands that are not written yet; always empty with pipelining."""
    _dirty = False
    """Whether the relay may still hold an envelope without a message, so that RSET must come first."""
    _alone = False
    """Whether the body under way was written with nothing after it."""

    def speak(self) -> None:
        """Say the next envelope if it is its turn."""
        if commands := self._next_envelope():
            self.link.write(commands)

    def take_reply(self, letter: ParcelDelivery | None, stage: str, reply: Reply) -> None:
        """Go on to the next step, or to the next letter."""
        if reply.code == 421:
            if stage == "body" and letter is not None:
                letter.refuse(reply, stage=stage)
            else:
                self.due.appendleft((letter, stage))
            self.link.abort(ConnectionLoss("closed", reply.text, reply.code, reply.enhanced))
        elif stage == "rset" or letter is None:
            self._go_on()
        elif stage == "body":
            self._finish(letter, reply)
        elif reply.code >= 400:
            self._refuse(letter, stage, reply)
        elif stage == "data":
            self._pour(letter, reply)
        elif reply.code < 300 and not letter.settled:
            if self._steps:
                self.link.write(self._next_step())
        else:
            # 3xx, or a recipient taken although MAIL was refused: ending that by a dot could deliver an empty message
            self.due.appendleft((letter, stage))
            self._break_off(reply, stage=stage)

    def settle_open(self, loss: ConnectionLoss) -> None:
        """Put the body under way in doubt unless its end never left; return the envelope, which has no body yet."""
        body = next((letter for letter, stage in self.due if stage == "body"), None)
        if body is not None:
            setback = AttemptFailure(loss.text, "body", loss.code, loss.enhanced)
            if self._alone and self.link.paused:
                self._desk.give_back(body, setback)
            else:
                body.settle(Fate.IN_DOUBT, setback)
        if self._open is not None and not self._open.settled:
            stage = next((stage for letter, stage in self.due if letter is self._open), "data")
            self._desk.give_back(self._open, AttemptFailure(loss.text, stage, loss.code, loss.enhanced))

    def _next_envelope(self) -> bytes:
        """Take the next letter and give the commands that can be written for it now; none if it is not its turn."""
        pipelining = self._capabilities.pipelining
        if self._open is not None or self._alone or (self.due and not pipelining):
            return b""
        if (taken := self._next()) is None:
            return b""
        self._open, envelope = taken
        steps = [("mail", envelope.mail), ("rcpt", envelope.rcpt), ("data", b"DATA\r\n")]
        if self._dirty:
            steps.insert(0, ("rset", b"RSET\r\n"))
            self._dirty = False
        self._steps = deque(steps if not pipelining else ())
        if not pipelining:
            return self._next_step()
        self.due.extend((self._open, stage) for stage, _ in steps)
        return b"".join(command for _, command in steps)

    def _next_step(self) -> bytes:
        stage, command = self._steps.popleft()
        self.due.append((self._open, stage))
        return command

    def _go_on(self) -> None:
        if self._steps:
            self.link.write(self._next_step())
        else:
            self.wake()

    def _finish(self, letter: ParcelDelivery, reply: Reply) -> None:
        self._alone = False
        if 300 <= reply.code < 400:
            self.due.appendleft((letter, "body"))
            self._break_off(reply, stage="body")
            return
        if reply.code < 300:
            letter.accept(reply)
        else:
            letter.refuse(reply, stage="body")
        self.wake()

    def _refuse(self, letter: ParcelDelivery, stage: str, reply: Reply) -> None:
        letter.refuse(reply, stage=stage)
        self._dirty = True
        if stage == "data" or self._steps:
            self._steps.clear()
            self._open = None
        self._go_on()

    def _pour(self, letter: ParcelDelivery, reply: Reply) -> None:
        """Write the body that DATA was answered for, and the next envelope with it."""
        if reply.code != 354:
            self._break_off(reply, stage="data")
            return
        self._open = None
        if letter.settled:
            # Refused, and yet the relay asks for a body: RFC 2920 3.1 has it ended by a lone dot
            self.due.append((None, "dot"))
            self.link.write(b".\r\n")
            return
        if not letter.begin():
            self._open = letter
            self.link.abort(ConnectionLoss("withdrawn", "The delivery was withdrawn before the body"))
            return
        self.due.append((letter, "body"))
        body = stuff_dots(letter.parcel.body)
        self._alone = len(body) > JOINED_LIMIT
        envelope = self._next_envelope()
        self.link.write(body + envelope if envelope else body)
