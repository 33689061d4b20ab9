"""Track the parcels of a delivery and guarantee exactly one outcome for each."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from esmero.outbox.transports.parcels import DeliveryObserver, Fate, Outcome, Parcel
from esmero.outbox.transports.smtp.replies import TEXT_LIMIT, Reply


@dataclass(frozen=True, slots=True)
class AttemptFailure:
    """Describe why an attempt failed, in the terms of an outcome."""

    text: str
    stage: str
    code: int = 0
    enhanced: str = ""


class Delivery:
    """Represent one call of `deliver`: its items, its observer, and the future that the caller awaits."""

    def __init__(self, parcels: Sequence[Parcel], observer: DeliveryObserver) -> None:
        self.items = [ParcelDelivery(parcel, self) for parcel in parcels]
        self.observer = observer
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.withdrawn = False
        """Whether the caller was cancelled, or its observer has failed: no attempt is begun any more."""
        self.unanswered = len(self.items)
        if not self.items:
            self.done.set_result(None)

    def fail(self, fault: Exception) -> None:
        """Raise the fault of the observer to the caller, and begin nothing more."""
        self.withdrawn = True
        if not self.done.done():
            self.done.set_exception(fault)


class ParcelDelivery:
    """Represent one parcel within its delivery."""

    __slots__ = ("delivery", "parcel", "settled", "tries")

    def __init__(self, parcel: Parcel, delivery: Delivery) -> None:
        self.parcel = parcel
        self.delivery = delivery
        self.settled = False
        self.tries = 0

    def begin(self) -> bool:
        """Notify the observer before the first octet of the body; False if it must not be written."""
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
        """Settle as accepted."""
        self.settle(Fate.ACCEPTED, AttemptFailure(reply.text, "body", reply.code, reply.enhanced))

    def refuse(self, reply: Reply, *, stage: str) -> None:
        """Settle as refused, permanently or temporarily by the reply's code."""
        fate = Fate.REFUSED_PERMANENTLY if reply.code >= 500 else Fate.REFUSED_TEMPORARILY
        self.settle(fate, AttemptFailure(reply.text, stage, reply.code, reply.enhanced))

    def settle(self, fate: Fate, how: AttemptFailure) -> None:
        """Set the one outcome; later calls have no effect."""
        if self.settled:
            return
        self.settled = True
        delivery = self.delivery
        delivery.unanswered -= 1
        outcome = Outcome(self.parcel.key, fate, how.code, how.enhanced, how.text[:TEXT_LIMIT], how.stage)
        if delivery.withdrawn:
            # The caller already gets the first fault; a second one would only hide it
            with suppress(Exception):
                delivery.observer.answered(outcome)
            return
        try:
            delivery.observer.answered(outcome)
        except Exception as fault:  # noqa: BLE001 - it is raised again where the caller waits
            delivery.fail(fault)
        if not delivery.unanswered and not delivery.done.done():
            delivery.done.set_result(None)
