"""Send short plain-text notices to staff, by the first brand with a relay."""

from datetime import datetime

from esmero.house.models import Brand
from esmero.mailroom.transactional.plain_message import queue_plain_message
from esmero.outbox.models import Message, Relay
from esmero.outbox.relays import NoRelay, find_relay


def send_notice(
    *, subject: str, text: str, to: str, language: str, occasion: str, keep_until: datetime | None = None
) -> Message:
    """Queue a notice; the worker sends it before all else.

    Raises:
        NoRelay: no brand has a relay yet.
        HeaderInjection: `to` is no address.
    """
    brand, relay = find_brand_with_relay()
    return queue_plain_message(
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


def find_brand_with_relay() -> tuple[Brand, Relay]:
    """Return the first brand with a relay, and that relay; raises NoRelay if there is none."""
    for brand in Brand.objects.order_by("id"):
        try:
            return brand, find_relay(brand)
        except NoRelay:
            continue
    raise NoRelay("house-without-relay")


def may_write() -> bool:
    """Say whether a notice could be sent."""
    try:
        find_brand_with_relay()
    except NoRelay:
        return False
    return True
