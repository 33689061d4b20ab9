"""Somebody leaves by mail: to the address in List-Unsubscribe, or by a reply that says nothing else. No mail goes back."""

from esmero.mailroom.arriving.arrival import Arrival
from esmero.mailroom.arriving.handlers import reply
from esmero.mailroom.arriving.unsubscription import leave


def handle(arrival: Arrival) -> None:
    """Withdraw where the mail proves that it knows our message; else a person reads it: anybody can write a From.

    Where a provider signed for the address alone, it leaves all that was written to it lately, whichever was meant.
    """
    if arrival.message is None and arrival.told:
        told = [
            one for one in arrival.told if one.dispatch.topic_id
        ] or arrival.told  # a topic is meant before all of them
        for message in {(one.dispatch.brand_id, one.dispatch.topic_id, one.person_id): one for one in told}.values():
            leave(message, at=arrival.at, source="mail", proof=arrival.inbound.raw, place=arrival.evidence)
        return
    if arrival.message is None or not arrival.proven:
        reply.handle(arrival)
        return
    leave(arrival.message, at=arrival.at, source="mail", proof=arrival.inbound.raw)
