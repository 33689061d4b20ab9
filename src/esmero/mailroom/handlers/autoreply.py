"""A machine answers for a person: they are away, or have left. The address is kept; whoever reads it decides."""

from esmero.mailroom.arrival import Arrival
from esmero.outbox.models import Message, MessageEvent
from esmero.people.standing import record_arrival


def handle(arrival: Arrival) -> None:
    """Note the absence, until when, and who is named instead: a fact, never an address that we add by ourselves."""
    message, verdict = arrival.message, arrival.verdict
    if message is None or not arrival.proven:
        return
    facts: dict[str, object] = {"subject": verdict.subject[:300]}
    if verdict.absent_until:
        facts["until"] = verdict.absent_until.isoformat()
    if verdict.left:
        facts["left"] = True
    if verdict.successor:
        facts["successor"] = verdict.successor[:320]
    if arrival.note(MessageEvent.Kind.ABSENT, facts):
        arrival.raise_worst(Message.Worst.ABSENT)
        record_arrival(message.address)
