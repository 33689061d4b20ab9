"""What the house writes to its own staff: short plain text, by the first brand that has a way out."""

from datetime import datetime

from esmero.house.models import Brand
from esmero.mailroom.transactional.plain_message import put_out_plain
from esmero.outbox.models import Message, Relay
from esmero.outbox.relays import NoRelay, find_relay


def send_notice(
    *, subject: str, text: str, to: str, language: str, occasion: str, keep_until: datetime | None = None
) -> Message:
    """Put a notice into the outbox; the worker sends it before all else.

    Raises:
        NoRelay: the house cannot write to anybody yet; the text says what to do.
        HeaderInjection: `to` is no address.

    """
    brand, relay = find_way_out()
    return put_out_plain(
        text,
        subject=subject,
        to=to,
        brand=brand,
        relay=relay,
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
