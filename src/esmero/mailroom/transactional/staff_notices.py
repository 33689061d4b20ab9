"""Send short written notices to staff, by the first brand with a relay."""

from esmero.house.models import Brand
from esmero.outbox.models import Message, Relay
from esmero.outbox.posting.content import PostRecipient, WrittenText
from esmero.outbox.posting.kinds import MessageKind
from esmero.outbox.posting.post import post
from esmero.outbox.relays import NoRelay, find_relay


def send_notice(kind: MessageKind, to: PostRecipient, *, subject: str, text: str) -> Message:
    """Post a notice; the worker sends it before all else.

    Raises:
        NoRelay: no brand has a relay yet.
        HeaderInjection: `to` is no address.
    """
    brand, relay = find_brand_with_relay()
    return post(kind, to, WrittenText(subject=subject, text=text), brand=brand, relay=relay)


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
