"""Handle challenges, lists, receipts and other automatic mail: stored with their bytes, never answered."""

from esmero.mailroom.arriving.arrival import Arrival
from esmero.people.addresses.address_status import record_delivery

ARRIVED = frozenset({"dsn:delivered", "machine:receipt"})
"""Signs that the message reached the mailbox: a report of success (RFC 3464), a receipt (RFC 8098)."""


def handle(arrival: Arrival) -> None:
    """Reset bounces of the address if the message was delivered; otherwise the visible row is enough."""
    if arrival.message is not None and arrival.proven and ARRIVED.intersection(arrival.verdict.why):
        record_delivery(arrival.message.address)
