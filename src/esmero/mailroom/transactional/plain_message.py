"""Queue short plain-text mail that is no campaign: a requested link, a notice of a change."""

from datetime import datetime

from esmero.house.models import Brand
from esmero.mailroom.transactional.finished_message import one_line, queue_message
from esmero.outbox.models import Message, Relay
from esmero.rendering.mime.encoding import quote_chunk
from esmero.rendering.mime.headers import encode_mailbox, encode_text, write_address


def queue_plain_message(
    text: str,
    *,
    subject: str,
    to: str,
    brand: Brand,
    relay: Relay,
    language: str,
    kind: str,
    occasion: str,
    keep_until: datetime | None = None,
) -> Message:
    """Queue a plain-text mail; the worker sends it before all else.

    Raises:
        HeaderInjection: `to` is no address.
    """
    sender = write_address(brand.sender_address, header="From", field="sender_address")
    headers = [
        ("From", encode_mailbox(one_line(brand.sender_name or brand.name), sender, used=6)),
        ("To", write_address(to, header="To", field="to")),
        ("Subject", encode_text(one_line(subject), used=9)),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ]
    lines = "\n".join(text.replace("\r\n", "\n").strip().split("\n")) + "\n"
    return queue_message(
        headers,
        quote_chunk(lines).removesuffix(b"=\r\n"),
        brand=brand,
        relay=relay,
        to=to,
        language=language,
        kind=kind,
        occasion=occasion,
        keep_until=keep_until,
    )
