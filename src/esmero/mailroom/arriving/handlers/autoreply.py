"""Handle automatic replies: the person is absent, has left, or uses another address now."""

from esmero.intake.classify import Classification
from esmero.mailroom.arriving.arrival import Arrival
from esmero.mailroom.arriving.resend_after_absence import schedule_resend
from esmero.outbox.models import Message, MessageEvent
from esmero.people.addresses.address_proposals import propose
from esmero.people.addresses.address_status import BounceReport, record_bounce, record_delivery
from esmero.people.models import Proposal


def handle(arrival: Arrival) -> None:
    """Record the absence with its end, and propose the named successor to staff; nothing is added automatically.

    An absent person keeps the address, and may get the message again after the absence. An address whose owner has left
    or moved is suppressed like one that the server reports as moved (5.1.6): nobody reads it.
    """
    message, verdict = arrival.message, arrival.verdict
    if message is None and arrival.candidates and not (verdict.left or verdict.moved):
        record_delivery(arrival.candidates[0].address)
    if message is None or not arrival.proven:
        return
    facts = _describe(verdict)
    gone = verdict.left or verdict.moved
    if verdict.absent_until and not gone and not arrival.guessed:
        again_at = schedule_resend(message, until=verdict.absent_until, at=arrival.at)
        if again_at is not None:
            facts["again_at"] = again_at.isoformat()
    if not arrival.note(MessageEvent.Kind.ABSENT, facts):
        return
    arrival.raise_worst(Message.Worst.ABSENT)
    if not gone:
        record_delivery(message.address)
    elif message.person_id is not None and _is_from_recipient(arrival, message):
        _record_departure(arrival, message)


def _describe(verdict: Classification) -> dict[str, object]:
    details = {
        "until": verdict.absent_until and verdict.absent_until.isoformat(),
        "left": verdict.left,
        "moved": verdict.moved,
        "successor": verdict.successor[:320],
    }
    return {"subject": verdict.subject[:300], **{name: value for name, value in details.items() if value}}


def _is_from_recipient(arrival: Arrival, message: Message) -> bool:
    """Say whether the reply comes from the recipient's address or domain.

    The reader of a forwarded mail may have left another organisation.
    """
    sender = arrival.verdict.sender.lower()
    return sender == message.address or sender.rpartition("@")[2] == message.address.rpartition("@")[2]


def _record_departure(arrival: Arrival, message: Message) -> None:
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
