"""Handle replies of persons: add them to a conversation and forward them to the brand's mailbox."""

from esmero.conversations.threads import InboundReply, add_reply
from esmero.house.happenings import MessageReplied, happen
from esmero.mailroom.arriving.arrival import Arrival
from esmero.mailroom.transactional.reply_forwarding import forward_entry
from esmero.outbox.models import MessageEvent
from esmero.people.addresses.address_status import record_delivery


def handle(arrival: Arrival) -> None:
    """Thread a human reply and forward it. Mail from the brand's own addresses is no reply."""
    verdict, brand, message = arrival.verdict, arrival.brand, arrival.message
    if brand is None or verdict.sender.lower() in {brand.mailbox.lower(), brand.sender_address.lower()}:
        return
    entry = add_reply(
        InboundReply(
            brand=brand,
            message=message,
            sender=verdict.sender,
            subject=verdict.subject,
            text=verdict.reply_text,
            full_text=verdict.text,
            language=verdict.language,
            message_id=verdict.message_id,
            answers=verdict.in_reply_to,
            raw=arrival.inbound.raw,
            at=arrival.at,
        )
    )
    if message is not None:
        if not arrival.note(MessageEvent.Kind.REPLIED, {"entry": entry.pk, "proven": arrival.proven}):
            return
        happen(MessageReplied(message_id=message.pk, person_id=message.person_id, entry_id=entry.pk))
        if arrival.proven and verdict.sender.lower() == message.address:
            record_delivery(message.address)
    forward_entry(entry)
