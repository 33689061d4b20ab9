"""Share a few sessions with one relay among all deliveries; sessions are opened on demand and kept."""

import asyncio
from collections import deque
from collections.abc import Sequence

from esmero.outbox.transports.parcels import DeliveryObserver, Fate, Parcel
from esmero.outbox.transports.smtp.chunking import ChunkingDialogue
from esmero.outbox.transports.smtp.connection import ConnectionLoss
from esmero.outbox.transports.smtp.delivery import AttemptFailure, Delivery, ParcelDelivery
from esmero.outbox.transports.smtp.dialogue import Dialogue
from esmero.outbox.transports.smtp.pipelining import DataDialogue
from esmero.outbox.transports.smtp.relay_address import Probe, RelayAddress, RelayTrouble
from esmero.outbox.transports.smtp.session import open_session

__all__ = ["Probe", "RelayAddress", "RelayTrouble", "SmtpPool"]

TRIES = 3
"""Attempts at one parcel within one delivery, as long as nothing of it can have been accepted."""
FRUITLESS_LIMIT = 3
"""Sessions in a row without an answer for any message, after which the queued parcels fail."""
HOLD_OPENING = 5.0
"""Seconds without opening a further session after one failed while others work."""


class SmtpPool:
    """Hold the sessions with one relay, within one event loop."""

    def __init__(self, relay: RelayAddress) -> None:
        self.relay = relay
        self.chunking_proven = False
        self._chunking = relay.chunking
        self._queue: deque[ParcelDelivery] = deque()
        self._dialogues: set[Dialogue] = set()
        self._openings: set[asyncio.Task[None]] = set()
        self._opening_held_until = 0.0
        self._fruitless = 0
        self._closed = False

    async def deliver(self, parcels: Sequence[Parcel], observer: DeliveryObserver) -> None:
        """Deliver these parcels; returns when each has had exactly one `answered`.

        On cancellation, or if the observer raises, parcels that are not begun are answered so, sessions with the rest
        are cut (which leaves their begun messages in doubt), and the exception is raised again.
        """
        delivery = Delivery(parcels, observer)
        self._queue.extend(delivery.items)
        try:
            self._start_work()
            await delivery.done
        except BaseException:  # also CancelledError, which is no Exception
            self._withdraw(delivery)
            raise
        finally:
            delivery.items.clear()  # they refer back: the messages would stay until the search for garbage

    async def probe(self) -> Probe:
        """Read the relay's capabilities on a session of its own. Raises RelayTrouble with place and remedy."""
        link, session = await open_session(self.relay)
        link.quit()
        return Probe(
            greeting=session.greeting,
            capabilities=session.capabilities.names,
            mechanisms=session.capabilities.mechanisms,
            tls_version=link.tls_version,
            size_limit=session.capabilities.size_limit,
            signed_in=bool(self.relay.username),
        )

    async def close(self) -> None:
        """Close all sessions. Parcels in flight are cut off and answered as for a lost connection."""
        self._closed = True
        self._fail_queue(AttemptFailure("The pool was closed", "connect"))
        for task in self._openings:
            task.cancel()
        closing = []
        for dialogue in list(self._dialogues):
            closing.append(dialogue.link.ended)
            if dialogue.is_waiting:
                dialogue.link.abort(ConnectionLoss("withdrawn", "The pool was closed"))
            else:
                dialogue.idle()
        await asyncio.gather(*closing, *self._openings, return_exceptions=True)

    # Interface for dialogues

    def take(self) -> ParcelDelivery | None:
        """Return the oldest parcel that is not settled."""
        while self._queue:
            item = self._queue.popleft()
            if not item.settled:
                return item
        return None

    def give_back(self, item: ParcelDelivery, failure: AttemptFailure) -> None:
        """Queue a parcel again, at the end so that it cannot block others, or settle it as not begun."""
        item.tries += 1
        if item.tries >= TRIES or item.delivery.withdrawn or self._closed:
            item.settle(Fate.NOT_BEGUN, failure)
        else:
            self._queue.append(item)

    def disable_chunking(self) -> None:
        """Open no more sessions that use BDAT."""
        self._chunking = False

    def note_answer(self) -> None:
        """Record that a session was useful."""
        self._fruitless = 0

    def remove(self, dialogue: Dialogue, *, loss: ConnectionLoss | None, fruitless: bool) -> None:
        """Remove a session; open another if there is work, unless the relay ends one after the other."""
        self._dialogues.discard(dialogue)
        if loss is None:
            return
        self._fruitless += fruitless
        if self._fruitless >= FRUITLESS_LIMIT:
            self._fruitless = 0
            self._fail_queue(AttemptFailure(loss.text, "connect", loss.code, loss.enhanced))
        self._start_work()

    # Sessions

    def _start_work(self) -> None:
        """Give queued parcels to idle sessions, then open as many more as there is work for."""
        for dialogue in list(self._dialogues):
            if not self._queue:
                return
            dialogue.resume()
        if self._closed:
            self._fail_queue(AttemptFailure("The pool was closed", "connect"))
        held = self._dialogues and asyncio.get_running_loop().time() < self._opening_held_until
        room = 0 if held else self.relay.connections - len(self._dialogues) - len(self._openings)
        # Each session that is being opened will take a parcel, so only the rest needs further sessions.
        for _ in range(min(room, len(self._queue) - len(self._openings))):
            task = asyncio.create_task(self._open())
            self._openings.add(task)

    async def _open(self) -> None:
        try:
            link, session = await open_session(self.relay)
        except RelayTrouble as trouble:
            # Before the trouble is handled: without any other opening the whole queue fails.
            self._forget_opening()
            self._handle_trouble(trouble)
            return
        finally:
            self._forget_opening()
        capabilities, dsn = session.capabilities, self.relay.dsn
        dialogue: Dialogue
        if self._chunking and capabilities.chunking and capabilities.pipelining:
            window = self.relay.window
            dialogue = ChunkingDialogue(link, queue=self, capabilities=capabilities, dsn=dsn, window=window)
        else:
            dialogue = DataDialogue(link, queue=self, capabilities=capabilities, dsn=dsn)
        self._dialogues.add(dialogue)
        link.attach(dialogue)
        dialogue.resume()

    def _forget_opening(self) -> None:
        if (task := asyncio.current_task()) is not None:
            self._openings.discard(task)

    def _handle_trouble(self, trouble: RelayTrouble) -> None:
        """Continue with the open sessions; without any, settle the queue as not begun."""
        if self._dialogues:
            self._opening_held_until = asyncio.get_running_loop().time() + HOLD_OPENING
        elif not self._openings:
            self._fail_queue(AttemptFailure(str(trouble), trouble.place, trouble.code, trouble.enhanced))

    def _fail_queue(self, failure: AttemptFailure) -> None:
        queue, self._queue = self._queue, deque()
        for item in queue:
            item.settle(Fate.NOT_BEGUN, failure)

    def _withdraw(self, delivery: Delivery) -> None:
        delivery.withdrawn = True
        for dialogue in list(self._dialogues):
            if any(item is not None and item.delivery is delivery for item, _ in dialogue.due):
                dialogue.link.abort(ConnectionLoss("withdrawn", "The delivery was withdrawn"))
        for item in delivery.items:
            item.settle(Fate.NOT_BEGUN, AttemptFailure("The delivery was withdrawn", "connect"))
