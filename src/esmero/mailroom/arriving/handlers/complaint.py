"""A complaint: no more commercial mail of this brand to this address, at once, and the objection in the ledger."""

from esmero.intake.reports.arf import HARMLESS
from esmero.mailroom.arriving.arrival import Arrival
from esmero.mailroom.arriving.return_counts import count_return
from esmero.mailroom.arriving.unsubscription import COMPLAINT, leave
from esmero.outbox.models import Message, MessageEvent
from esmero.people.addresses.suppression import suppress
from esmero.people.models import Suppression


def handle(arrival: Arrival) -> None:
    """Act on a feedback report that returns our message; any other is kept and changes nothing.

    The recipient is often blacked out (RFC 6590), so the message alone says whose address it is. A report of failed
    authentication or of a virus (RFC 6591) blames us and silences nobody. Where a provider signed for the address alone, it is
    silenced for every brand that wrote to it lately, and no message is marked.
    """
    message, feedback = arrival.message, arrival.verdict.feedback
    if message is None and arrival.told and feedback not in HARMLESS:
        _silence_told(arrival)
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
    _silence(arrival, message)
    leave(message, everything=True, at=arrival.at, source=COMPLAINT, proof=arrival.inbound.raw)


def _silence_told(arrival: Arrival) -> None:
    for message in arrival.told_by_brand():
        count_return(message, kind=MessageEvent.Kind.COMPLAINED, meaning=arrival.verdict.feedback, at=arrival.at)
    for message in {one.dispatch.brand_id: one for one in arrival.told}.values():
        _silence(arrival, message)
    if len({(one.dispatch.brand_id, one.person_id) for one in arrival.told}) == 1:  # so it is known who objects to whom
        proof = arrival.inbound.raw
        leave(arrival.told[0], everything=True, at=arrival.at, source=COMPLAINT, proof=proof, place=arrival.evidence)


def _silence(arrival: Arrival, message: Message) -> None:
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
