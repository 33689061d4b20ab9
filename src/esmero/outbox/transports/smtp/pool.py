"""Many parcels over a few sessions with one relay: sessions are opened on demand, kept, and used by all deliveries."""

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
"""Sessions in a row that ended without an answer for any message, after which the relay is left alone."""
HOLD_OPENING = 5.0
"""Seconds in which no further session is asked for after one was denied while others work."""


class SmtpPool:
    """The sessions with one relay, within one event loop."""

    def __init__(self, relay: RelayAddress) -> None:
        self.relay = relay
        self.chunking_proven = False
        self._chunking = relay.chunking
        self._queue: deque[ParcelDelivery] = deque()
        self._speakers: set[Dialogue] = set()
        self._openings: set[asyncio.Task[None]] = set()
        self._opening_held_until = 0.0
        self._fruitless = 0
        self._closed = False

    async def deliver(self, parcels: Sequence[Parcel], observer: DeliveryObserver) -> None:
        """Deliver these parcels; returns when each has had exactly one `answered`.

        When cancelled, or when the observer raises, what is not begun is answered so, the sessions that carry the rest
        are cut (which leaves their begun messages in doubt), and the exception goes on.
        """
        delivery = Delivery(parcels, observer)
        self._queue.extend(delivery.letters)
        try:
            self._set_going()
            await delivery.done
        except BaseException:
            self._withdraw(delivery)
            raise

    async def probe(self) -> Probe:
        """Ask the relay what it can do, on a session of its own. Raises RelayTrouble with place and remedy."""
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
        """Take leave of the relay for good. What is still under way is cut off and answered as for a lost connection."""
        self._closed = True
        self._fail_queue(AttemptFailure("The pool was closed", "connect"))
        for task in self._openings:
            task.cancel()
        leaving = []
        for speaker in list(self._speakers):
            leaving.append(speaker.link.gone)
            if speaker.is_waiting:
                speaker.link.abort(ConnectionLoss("withdrawn", "The pool was closed"))
            else:
                speaker.tired()
        await asyncio.gather(*leaving, *self._openings, return_exceptions=True)

    # What speakers ask for

    def take(self) -> ParcelDelivery | None:
        """Hand out the oldest letter that is still wanted."""
        while self._queue:
            letter = self._queue.popleft()
            if not letter.settled:
                return letter
        return None

    def give_back(self, letter: ParcelDelivery, setback: AttemptFailure) -> None:
        """Queue a letter again, behind the others lest it drag them along, or say that it was never begun."""
        letter.tries += 1
        if letter.tries >= TRIES or letter.delivery.withdrawn or self._closed:
            letter.settle(Fate.NOT_BEGUN, setback)
        else:
            self._queue.append(letter)

    def distrust_chunking(self) -> None:
        """Open no more sessions that speak BDAT."""
        self._chunking = False

    def note_answer(self) -> None:
        """Note that sessions are worth opening."""
        self._fruitless = 0

    def let_go(self, speaker: Dialogue, *, loss: ConnectionLoss | None, fruitless: bool) -> None:
        """Strike a session; open another if there is work, unless the relay kills one after the other."""
        self._speakers.discard(speaker)
        if loss is None:
            return
        self._fruitless += fruitless
        if self._fruitless >= FRUITLESS_LIMIT:
            self._fruitless = 0
            self._fail_queue(AttemptFailure(loss.text, "connect", loss.code, loss.enhanced))
        self._set_going()

    # Sessions

    def _set_going(self) -> None:
        """Give queued letters to sessions at rest, then open as many more as there is work for."""
        for speaker in list(self._speakers):
            if not self._queue:
                return
            speaker.wake()
        if self._closed:
            self._fail_queue(AttemptFailure("The pool was closed", "connect"))
        held = self._speakers and asyncio.get_running_loop().time() < self._opening_held_until
        room = 0 if held else self.relay.connections - len(self._speakers) - len(self._openings)
        for _ in range(min(room, len(self._queue) - len(self._openings))):
            task = asyncio.create_task(self._open())
            self._openings.add(task)

    async def _open(self) -> None:
        try:
            link, session = await open_session(self.relay)
        except RelayTrouble as trouble:
            self._forget_opening()
            self._bear(trouble)
            return
        finally:
            self._forget_opening()
        capabilities, dsn = session.capabilities, self.relay.dsn
        speaker: Dialogue
        if self._chunking and capabilities.chunking and capabilities.pipelining:
            window = self.relay.window
            speaker = ChunkingDialogue(link, desk=self, capabilities=capabilities, dsn=dsn, window=window)
        else:
            speaker = DataDialogue(link, desk=self, capabilities=capabilities, dsn=dsn)
        self._speakers.add(speaker)
        link.attach(speaker)
        speaker.wake()

    def _forget_opening(self) -> None:
        if (task := asyncio.current_task()) is not None:
            self._openings.discard(task)

    def _bear(self, trouble: RelayTrouble) -> None:
        """Live with the sessions that there are; without any, nothing can be begun."""
        if self._speakers:
            self._opening_held_until = asyncio.get_running_loop().time() + HOLD_OPENING
        elif not self._openings:
            self._fail_queue(AttemptFailure(str(trouble), trouble.place, trouble.code, trouble.enhanced))

    def _fail_queue(self, setback: AttemptFailure) -> None:
        queue, self._queue = self._queue, deque()
        for letter in queue:
            letter.settle(Fate.NOT_BEGUN, setback)

    def _withdraw(self, delivery: Delivery) -> None:
        delivery.withdrawn = True
        for speaker in list(self._speakers):
            if any(letter is not None and letter.delivery is delivery for letter, _ in speaker.due):
                speaker.link.abort(ConnectionLoss("withdrawn", "The delivery was withdrawn"))
        for letter in delivery.letters:
            letter.settle(Fate.NOT_BEGUN, AttemptFailure("The delivery was withdrawn", "connect"))
