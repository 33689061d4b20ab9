"""Send by BDAT (RFC 3030): several whole messages in flight on one connection, replies matched by counting."""

from collections import deque

from esmero.outbox.transports.parcels import Fate
from esmero.outbox.transports.smtp.capabilities import Capabilities
from esmero.outbox.transports.smtp.connection import ConnectionLoss, SmtpConnection
from esmero.outbox.transports.smtp.delivery import AttemptFailure, ParcelDelivery
from esmero.outbox.transports.smtp.dialogue import Dialogue, ParcelQueue
from esmero.outbox.transports.smtp.envelope import end_line
from esmero.outbox.transports.smtp.replies import Reply

PROBE_AFTER = 1.0
"""Seconds of idleness after which the connection is tested before bodies are sent on it."""


class ChunkingDialogue(Dialogue):
    """Keep up to `window` messages unanswered. Nothing is written while the connection is paused.

    So if the connection ends while paused, exactly the last message written was not sent completely.
    """

    def __init__(
        self, link: SmtpConnection, *, queue: ParcelQueue, capabilities: Capabilities, dsn: bool, window: int
    ) -> None:
        super().__init__(link, queue=queue, capabilities=capabilities, dsn=dsn)
        self._window = window
        self._under_way = 0
        self._newest: ParcelDelivery | None = None
        self._probing = False
        self._closing = False
        self._closing_reply: Reply | None = None
        """A 421 as the last reply: a relay that then closes has not read the commands after it."""

    def send_next(self) -> None:
        """Fill the window; after idleness, test the connection first."""
        if not self.due and not self._closing and self.link.idle_seconds() > PROBE_AFTER:
            self._probing = True
            self.due.append((None, "rset"))
            self.link.write(b"RSET\r\n")
        self._fill()

    def handle_reply(self, item: ParcelDelivery | None, stage: str, reply: Reply) -> None:
        """Settle the message of this reply, and refill the window."""
        self._closing_reply = None
        if stage == "body":
            self._under_way -= 1
        if reply.code == 421:
            self._end_session(item, stage, reply)
            return
        if 300 <= reply.code < 400:
            self.due.appendleft((item, stage))
            self._break_off(reply, stage=stage)
            return
        if item is None and self._probing:
            self._probing = False
            self._fill()
            return
        if item is None:
            pass
        elif stage == "body" and not item.settled:
            self._finish(item, reply)
        elif stage in {"mail", "rcpt"} and reply.code >= 400:
            item.refuse(reply, stage=stage)
        self._continue_or_close()

    def settle_unanswered(self, loss: ConnectionLoss) -> None:
        """Put written messages in doubt, except those that provably were not sent or not read."""
        if loss.kind == "timeout":
            self._parcel_queue.disable_chunking()
        closing_reply = self._closing_reply if loss.kind == "closed" else None
        for item, stage in self.due:
            if item is None or item.settled or stage != "body":
                continue
            if closing_reply is not None:
                self._parcel_queue.give_back(
                    item, AttemptFailure(closing_reply.text, "mail", closing_reply.code, closing_reply.enhanced)
                )
            elif item is self._newest and self.link.paused:
                self._parcel_queue.give_back(item, AttemptFailure(loss.text, "body", loss.code, loss.enhanced))
            else:
                item.settle(Fate.IN_DOUBT, AttemptFailure(loss.text, "body", loss.code, loss.enhanced))

    def _fill(self) -> None:
        # One message must prove that the relay really supports BDAT before several depend on it
        window = self._window if self._parcel_queue.chunking_proven else 1
        while self._under_way < window and not (self.link.paused or self._probing or self._closing):
            if (taken := self._next()) is None:
                return
            item, envelope = taken
            if not item.begin():
                self._parcel_queue.give_back(item, AttemptFailure("The delivery was withdrawn", "mail"))
                continue
            body = end_line(item.parcel.body)
            self._under_way += 1
            self._newest = item
            # RSET first, because some relays keep the envelope open after a refused RCPT
            self.due.extend(((item, "rset"), (item, "mail"), (item, "rcpt"), (item, "body")))
            self.link.write(
                b"".join((b"RSET\r\n", envelope.mail, envelope.rcpt, b"BDAT %d LAST\r\n" % len(body), body)),
            )

    def _finish(self, item: ParcelDelivery, reply: Reply) -> None:
        if reply.code < 300:
            self._parcel_queue.chunking_proven = True
            item.accept(reply)
        elif reply.code in {500, 502} and not self._parcel_queue.chunking_proven:
            # It does not support BDAT after all, and now reads the body as commands
            self._parcel_queue.disable_chunking()
            self._parcel_queue.give_back(item, AttemptFailure(reply.text, "body", reply.code, reply.enhanced))
            self._break_off(reply, stage="bdat")
        else:
            item.refuse(reply, stage="body")

    def _end_session(self, item: ParcelDelivery | None, stage: str, reply: Reply) -> None:
        """Stop writing after a 421, but keep reading: some relays still accept messages after it."""
        self._closing = True
        self._closing_reply = reply
        if item is not None and not item.settled:
            if stage == "body":
                item.refuse(reply, stage=stage)
            elif stage in {"mail", "rcpt"}:
                self.due = deque((None if owner is item else owner, what) for owner, what in self.due)
                self._parcel_queue.give_back(item, AttemptFailure(reply.text, stage, reply.code, reply.enhanced))
        self._continue_or_close()

    def _continue_or_close(self) -> None:
        if not self._closing:
            self.resume()
        elif not self.due:
            self.link.abort(ConnectionLoss("closed", "The relay ended the session"))
