"""A complaint: no more commercial mail of this brand to this address, at once, and the objection in the ledger."""

from esmero.mailroom.arrival import Arrival
from esmero.mailroom.leaving import COMPLAINT, leave
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Suppression
from esmero.people.suppression import suppress


def handle(arrival: Arrival) -> None:
    """Act on a feedback report that returns our message; any other is kept and changes nothing.

    The recipient is often blacked out (RFC 6590), so the message alone says whose address it is.
    """
    message = arrival.message
    if message is None or not arrival.proven:
        return
    if not arrival.note(MessageEvent.Kind.COMPLAINED, {"sign": ", ".join(arrival.verdict.why)}):
        return
    arrival.raise_worst(Message.Worst.COMPLAINED)
    if message.person_id is None:
        return
    suppress(
        message.address,
        scope=Suppression.Scope.COMMERCIAL,
        reason="complaint",
        evidence=arrival.evidence,
        at=arrival.at,
        brand=message.dispatch.brand,
    )
    leave(message, everything=True, at=arrival.at, source=COMPLAINT, proof=arrival.inbound.raw)
