"""What the house writes to its own staff: short plain text, by the first brand that has a way out."""

from datetime import datetime

from esmero.house.models import Brand
from esmero.mailroom.finished import one_line, put_out
from esmero.outbox.models import Message, Relay
from esmero.outbox.relays import NoRelay, find_relay
from esmero.rendering.encoding import quote_chunk
from esmero.rendering.headers import encode_mailbox, encode_text, write_address


def send_notice(
    *, subject: str, text: str, to: str, language: str, occasion: str, keep_until: datetime | None = None
) -> Message:
    """Put a notice into the outbox; the worker sends it before all else.

    Raises:
        NoRelay: the house cannot write to anybody yet; the text says what to do.
        HeaderInjection: `to` is no address.

    """
    brand, relay = find_way_out()
    sender = write_address(brand.sender_address, header="From", field="sender_address")
    headers = [
        ("From", encode_mailbox(one_line(brand.sender_name or brand.name), sender, used=6)),
        ("To", write_address(to, header="To", field="to")),
        ("Subject", encode_text(one_line(subject), used=9)),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ]
    lines = "\n".join(text.replace("\r\n", "\n").strip().split("\n")) + "\n"
    body = quote_chunk(lines).removesuffix(b"=\r\n")
    return put_out(
        headers,
        body,
        brand=brand,
        relay=relay,
        to=to,
        language=language,
        kind="notice",
        occasion=occasion,
        keep_until=keep_until,
    )


def find_way_out() -> tuple[Brand, Relay]:
    """Return the first brand that a relay carries mail for, and that relay; raises NoRelay where there is none."""
    for brand in Brand.objects.order_by("id"):
        try:
            return brand, find_relay(brand)
        except NoRelay:
            continue
    raise NoRelay(
        "This house cannot write to anybody yet: it has no brand with a relay. "
        "Make them: esmero brand create …, esmero relay create NAME --host HOST"
    )


def may_write() -> bool:
    """Say whether a notice could leave."""
    try:
        find_way_out()
    except NoRelay:
        return False
    return True
