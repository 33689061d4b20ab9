"""A machine answers for a person: they are away, have left, or read another address now."""

from esmero.intake.classify import Classification
from esmero.mailroom.arriving.arrival import Arrival
from esmero.mailroom.arriving.resend_after_absence import plan_sending
from esmero.outbox.models import Message, MessageEvent
from esmero.people.addresses.address_proposals import propose
from esmero.people.addresses.address_status import BounceReport, record_bounce, record_delivery
from esmero.people.models import Proposal


def handle(arrival: Arrival) -> None:
    """Note the absence, until when, and who is named instead: proposed to a person, never added by ourselves.

    Who is away keeps the address, and gets the message again when back, where that is worth it. An address whose owner has
    left or moved is silenced like one that the server calls moved (5.1.6): nobody reads it.
    """
    message, verdict = arrival.message, arrival.verdict
    if message is None and arrival.told and not (verdict.left or verdict.moved):
        record_delivery(arrival.told[0].address)
    if message is None or not arrival.proven:
        return
    facts = _tell(verdict)
    gone = verdict.left or verdict.moved
    if verdict.absent_until and not gone and not arrival.guessed:
        again_at = plan_sending(message, until=verdict.absent_until, at=arrival.at)
        if again_at is not None:
            facts["again_at"] = again_at.isoformat()
    if not arrival.note(MessageEvent.Kind.ABSENT, facts):
        return
    arrival.raise_worst(Message.Worst.ABSENT)
    if not gone:
        record_delivery(message.address)
    elif message.person_id is not None and _speaks_for(arrival, message):
        _let_go(arrival, message)


def _tell(verdict: Classification) -> dict[str, object]:
    told = {
        "until": verdict.absent_until and verdict.absent_until.isoformat(),
        "left": verdict.left,
        "moved": verdict.moved,
        "successor": verdict.successor[:320],
    }
    return {"subject": verdict.subject[:300], **{name: value for name, value in told.items() if value}}


def _speaks_for(arrival: Arrival, message: Message) -> bool:
    """Say whether the answer comes from the house that we wrote to; who reads a forwarded mail may have left another."""
    sender = arrival.verdict.sender.lower()
    return sender == message.address or sender.rpartition("@")[2] == message.address.rpartition("@")[2]


def _let_go(arrival: Arrival, message: Message) -> None:
    verdict = arrival.verdict
    record_bounce(
        message.address,
        returned=BounceReport(meaning="moved", hard=True, ours=False, at=arrival.at, evidence=arrival.evidence),
    )
    if verdict.successor and message.person is not None:
        propose(
            message.person,
            kind=Proposal.Kind.SUCCESSOR if verdict.left else Proposal.Kind.MOVED,
            address=verdict.successor,
            evidence=arrival.evidence,
            at=arrival.at,
            words=verdict.text,
        )
