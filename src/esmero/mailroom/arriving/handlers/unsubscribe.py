"""Handle unsubscriptions by mail: to the List-Unsubscribe address, or by a reply with no other content.

Never answered.
"""

from esmero.mailroom.arriving.arrival import Arrival
from esmero.mailroom.arriving.handlers import reply
from esmero.mailroom.arriving.unsubscription import unsubscribe_by_message


def handle(arrival: Arrival) -> None:
    """Unsubscribe if the mail is proven to answer our message; else a person reads it, because From can be forged.

    If a provider signed for the address alone, all that was written to it recently is unsubscribed.
    """
    if arrival.message is None and arrival.candidates:
        # A topic is preferred to all advertising of the brand.
        messages = [one for one in arrival.candidates if one.dispatch.topic_id] or arrival.candidates
        for message in {
            (one.dispatch.brand_id, one.dispatch.topic_id, one.person_id): one for one in messages
        }.values():
            unsubscribe_by_message(
                message, at=arrival.at, source="mail", proof=arrival.inbound.raw, place=arrival.evidence
            )
        return
    if arrival.message is None or not arrival.proven:
        reply.handle(arrival)
        return
    unsubscribe_by_message(arrival.message, at=arrival.at, source="mail", proof=arrival.inbound.raw)
