"""Handle complaints: suppress the address for the brand's commercial mail at once, and record the objection."""

from esmero.house.happenings import MessageComplained, happen
from esmero.intake.reports.arf import HARMLESS
from esmero.mailroom.arriving.arrival import Arrival
from esmero.mailroom.arriving.return_counts import count_return
from esmero.mailroom.arriving.unsubscription import COMPLAINT, unsubscribe_by_message
from esmero.outbox.models import Message, MessageEvent
from esmero.people.addresses.suppression import suppress
from esmero.people.models import Suppression


def handle(arrival: Arrival) -> None:
    """Act on a feedback report that returns our message; any other is stored and changes nothing.

    The recipient is often redacted (RFC 6590), so only the message identifies the address. A report of failed
    authentication or of a virus (RFC 6591) is a fault of the sender and suppresses nobody. If a provider signed for the
    address alone, the address is suppressed for every brand that wrote to it recently, and no message is marked.
    """
    message, feedback = arrival.message, arrival.verdict.feedback
    if message is None and arrival.candidates and feedback not in HARMLESS:
        _suppress_for_candidates(arrival)
    if message is None or not arrival.proven:
        return
    if feedback in HARMLESS:
        _note_fault(arrival, message, feedback=feedback)
        return
    if not arrival.note(MessageEvent.Kind.COMPLAINED, {"sign": ", ".join(arrival.verdict.why), "feedback": feedback}):
        return
    arrival.raise_worst(Message.Worst.COMPLAINED)
    happen(MessageComplained(message_id=message.pk, person_id=message.person_id))
    if message.person_id is None:
        return
    count_return(message, kind=MessageEvent.Kind.COMPLAINED, meaning=feedback, at=arrival.at)
    _suppress_address(arrival, message)
    unsubscribe_by_message(message, everything=True, at=arrival.at, source=COMPLAINT, proof=arrival.inbound.raw)


def _suppress_for_candidates(arrival: Arrival) -> None:
    for message in arrival.candidates_of_brand():
        count_return(message, kind=MessageEvent.Kind.COMPLAINED, meaning=arrival.verdict.feedback, at=arrival.at)
    for message in {one.dispatch.brand_id: one for one in arrival.candidates}.values():
        _suppress_address(arrival, message)
    # Only then person and brand of the objection are certain.
    if len({(one.dispatch.brand_id, one.person_id) for one in arrival.candidates}) == 1:
        proof = arrival.inbound.raw
        unsubscribe_by_message(
            arrival.candidates[0], everything=True, at=arrival.at, source=COMPLAINT, proof=proof, place=arrival.evidence
        )


def _suppress_address(arrival: Arrival, message: Message) -> None:
    suppress(
        message.address,
        scope=Suppression.Scope.COMMERCIAL,
        reason="complaint",
        evidence=arrival.evidence,
        at=arrival.at,
        brand=message.dispatch.brand,
    )


def _note_fault(arrival: Arrival, message: Message, *, feedback: str) -> None:
    meaning = "content" if feedback == "virus" else "authentication"
    facts = {"meaning": meaning, "feedback": feedback, "sign": ", ".join(arrival.verdict.why)}
    if feedback != "not-spam" and arrival.note(MessageEvent.Kind.OUR_FAULT, facts):
        arrival.raise_worst(Message.Worst.OUR_FAULT)
        count_return(message, kind=MessageEvent.Kind.OUR_FAULT, meaning=meaning, at=arrival.at)
