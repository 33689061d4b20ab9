"""Send by DATA: a body and the next MAIL, RCPT, DATA in one write (RFC 2920), or step by step."""

from collections import deque

from esmero.outbox.transports.parcels import Fate
from esmero.outbox.transports.smtp.connection import ConnectionLoss
from esmero.outbox.transports.smtp.delivery import AttemptFailure, ParcelDelivery
from esmero.outbox.transports.smtp.dialogue import Dialogue
from esmero.outbox.transports.smtp.envelope import stuff_dots
from esmero.outbox.transports.smtp.replies import Reply

JOINED_LIMIT = 131072
"""Larger bodies are written alone: if the connection ends while paused, the last octet was not sent."""


class DataDialogue(Dialogue):
    """Keep at most one body unanswered, and at most one envelope ahead of it."""

    _open: ParcelDelivery | None = None
    """The parcel whose envelope is open: between its first command and the reply to its DATA."""
    _steps: deque[tuple[str, bytes]] = deque()
    """Its commands that are not yet written; always empty with pipelining."""
    _dirty = False
    """Whether the relay may still hold an envelope without a message, so that RSET must come first."""
    _alone = False
    """Whether the body in flight was written with nothing after it."""

    def send_next(self) -> None:
        """Write the next envelope if it is its turn."""
        if commands := self._next_envelope():
            self.link.write(commands)

    def handle_reply(self, item: ParcelDelivery | None, stage: str, reply: Reply) -> None:
        """Continue with the next step, or with the next parcel."""
        if reply.code == 421:
            if stage == "body" and item is not None:
                item.refuse(reply, stage=stage)
            else:
                self.due.appendleft((item, stage))
            self.link.abort(ConnectionLoss("closed", reply.text, reply.code, reply.enhanced))
        elif stage == "rset" or item is None:
            self._continue()
        elif stage == "body":
            self._finish(item, reply)
        elif reply.code >= 400:
            self._refuse(item, stage, reply)
        elif stage == "data":
            self._write_body(item, reply)
        elif reply.code < 300 and not item.settled:
            if self._steps:
                self.link.write(self._next_step())
        else:
            # 3xx, or RCPT accepted although MAIL was refused: a terminating dot could deliver an empty message
            self.due.appendleft((item, stage))
            self._break_off(reply, stage=stage)

    def settle_unanswered(self, loss: ConnectionLoss) -> None:
        """Put the body in flight in doubt unless its end was not sent; return the envelope, which has no body yet."""
        body = next((item for item, stage in self.due if stage == "body"), None)
        if body is not None:
            failure = AttemptFailure(loss.text, "body", loss.code, loss.enhanced)
            if self._alone and self.link.paused:
                self._parcel_queue.give_back(body, failure)
            else:
                body.settle(Fate.IN_DOUBT, failure)
        if self._open is not None and not self._open.settled:
            stage = next((stage for item, stage in self.due if item is self._open), "data")
            self._parcel_queue.give_back(self._open, AttemptFailure(loss.text, stage, loss.code, loss.enhanced))

    def _next_envelope(self) -> bytes:
        """Take the next parcel and return its commands that can be written now; none if it is not its turn."""
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

    def _continue(self) -> None:
        if self._steps:
            self.link.write(self._next_step())
        else:
            self.resume()

    def _finish(self, item: ParcelDelivery, reply: Reply) -> None:
        self._alone = False
        if 300 <= reply.code < 400:
            self.due.appendleft((item, "body"))
            self._break_off(reply, stage="body")
            return
        if reply.code < 300:
            item.accept(reply)
        else:
            item.refuse(reply, stage="body")
        self.resume()

    def _refuse(self, item: ParcelDelivery, stage: str, reply: Reply) -> None:
        item.refuse(reply, stage=stage)
        self._dirty = True
        if stage == "data" or self._steps:
            self._steps.clear()
            self._open = None
        self._continue()

    def _write_body(self, item: ParcelDelivery, reply: Reply) -> None:
        """Write the body after the reply to DATA, and the next envelope with it."""
        if reply.code != 354:
            self._break_off(reply, stage="data")
            return
        self._open = None
        if item.settled:
            # Refused, and yet the relay asks for a body: RFC 2920 3.1 wants a terminating dot alone
            self.due.append((None, "dot"))
            self.link.write(b".\r\n")
            return
        if not item.begin():
            self._open = item
            self.link.abort(ConnectionLoss("withdrawn", "The delivery was withdrawn before the body"))
            return
        self.due.append((item, "body"))
        body = stuff_dots(item.parcel.body)
        self._alone = len(body) > JOINED_LIMIT
        envelope = self._next_envelope()
        self.link.write(body + envelope if envelope else body)
