"""A parcel on its way, and the delivery it belongs to: who counts that each gets exactly one outcome."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from esmero.outbox.transports.parcels import DeliveryObserver, Fate, Outcome, Parcel
from esmero.outbox.transports.smtp.replies import TEXT_LIMIT, Reply


@dataclass(frozen=True, slots=True)
class AttemptFailure:
    """Why an attempt came to nothing, in the terms of an outcome."""

    text: str
    stage: str
    code: int = 0
    enhanced: str = ""


class Delivery:
    """One call of `deliver`: its letters, its observer, and the future on which the caller waits."""

    def __init__(self, parcels: Sequence[Parcel], observer: DeliveryObserver) -> None:
        self.letters = [ParcelDelivery(parcel, self) for parcel in parcels]
        self.observer = observer
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.withdrawn = False
        """Whether the caller has gone, or its observer has failed: no attempt is begun any more."""
        self.unanswered = len(self.letters)
        if not self.letters:
            self.done.set_result(None)

    def fail(self, fault: Exception) -> None:
        """Let the caller have the fault of its own observer, and begin nothing more."""
        self.withdrawn = True
        if not self.done.done():
            self.done.set_exception(fault)


class ParcelDelivery:
    """One parcel within its delivery."""

    __slots__ = ("delivery", "parcel", "settled", "tries")

    def __init__(self, parcel: Parcel, delivery: Delivery) -> None:
        self.parcel = parcel
        self.delivery = delivery
        self.settled = False
        self.tries = 0

    def begin(self) -> bool:
        """Tell the observer before the first octet of the body; False where it must not be written."""
        delivery = self.delivery
        if delivery.withdrawn:
            return False
        try:
            delivery.observer.begun(self.parcel.key)
        except Exception as fault:  # noqa: BLE001 - it is raised again where the caller waits
            delivery.fail(fault)
            return False
        return True

    def accept(self, reply: Reply) -> None:
        """Settle it as taken."""
        self.settle(Fate.ACCEPTED, AttemptFailure(reply.text, "body", reply.code, reply.enhanced))

    def refuse(self, reply: Reply, *, stage: str) -> None:
        """Settle it as refused, for good or for now, as the reply says."""
        fate = Fate.REFUSED_FOR_GOOD if reply.code >= 500 else Fate.REFUSED_FOR_NOW
        self.settle(fate, AttemptFailure(reply.text, stage, reply.code, reply.enhanced))

    def settle(self, fate: Fate, how: AttemptFailure) -> None:
        """Give the one outcome; whatever comes later is not heard."""
        if self.settled:
            return
        self.settled = True
        delivery = self.delivery
        delivery.unanswered -= 1
        outcome = Outcome(self.parcel.key, fate, how.code, how.enhanced, how.text[:TEXT_LIMIT], how.stage)
        if delivery.withdrawn:
            # Its first fault is on its way to the caller; a second one would only hide it
            with suppress(Exception):
                delivery.observer.answered(outcome)
            return
        try:
            delivery.observer.answered(outcome)
        except Exception as fault:  # noqa: BLE001 - it is raised again where the caller waits
            delivery.fail(fault)
        if not delivery.unanswered and not delivery.done.done():
            delivery.done.set_result(None)
