"""Challenges, lists, receipts and other machines: kept with their bytes, never answered."""

from esmero.mailroom.arriving.arrival import Arrival
from esmero.people.addresses.address_status import record_delivery

ARRIVED = frozenset({"dsn:delivered", "machine:receipt"})
"""Signs that the message reached its reader's box: a report of success (RFC 3464), a receipt (RFC 8098)."""


def handle(arrival: Arrival) -> None:
    """Forget earlier trouble of an address where something is said to have arrived; otherwise the visible row is all."""
    if arrival.message is not None and arrival.proven and ARRIVED.intersection(arrival.verdict.why):
        record_delivery(arrival.message.address)
