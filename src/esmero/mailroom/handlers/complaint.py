"""A complaint: no more commercial mail of this brand to this address, at once, and the objection in the ledger."""

from esmero.intake.arf import HARMLESS
from esmero.mailroom.arrival import Arrival
from esmero.mailroom.counting import count_return
from esmero.mailroom.leaving import COMPLAINT, leave
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Suppression
from esmero.people.suppression import suppress


def handle(arrival: Arrival) -> None:
    """Act on a feedback report that returns our message; any other is kept and changes nothing.

    The recipient is often blacked out (RFC 6590), so the message alone says whose address it is. A report of failed
    authentication or of a virus (RFC 6591) blames us and silences nobody.
    """
    message, feedback = arrival.message, arrival.verdict.feedback
    if message is None or not arrival.proven:
        return
    if feedback in HARMLESS:
        _note_fault(arrival, message, feedback=feedback)
        return
    if not arrival.note(MessageEvent.Kind.COMPLAINED, {"sign": ", ".join(arrival.verdict.why), "feedback": feedback}):
        return
    arrival.raise_worst(Message.Worst.COMPLAINED)
    if message.person_id is None:
        return
    count_return(message, kind=MessageEvent.Kind.COMPLAINED, meaning=feedback, at=arrival.at)
    suppress(
        message.address,
        scope=Suppression.Scope.COMMERCIAL,
        reason="complaint",
        evidence=arrival.evidence,
        at=arrival.at,
        brand=message.dispatch.brand,
    )
    leave(message, everything=True, at=arrival.at, source=COMPLAINT, proof=arrival.inbound.raw)


def _note_fault(arrival: Arrival, message: Message, *, feedback: str) -> None:
    meaning = "content" if feedback == "virus" else "authentication"
    facts = {"meaning": meaning, "feedback": feedback, "sign": ", ".join(arrival.verdict.why)}
    if feedback != "not-spam" and arrival.note(MessageEvent.Kind.OUR_FAULT, facts):
        arrival.raise_worst(Message.Worst.OUR_FAULT)
        count_return(message, kind=MessageEvent.Kind.OUR_FAULT, meaning=meaning, at=arrival.at)
