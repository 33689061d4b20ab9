"""Challenges, lists, receipts and other machines: kept with their bytes, never answered, and nothing follows."""

from esmero.mailroom.arrival import Arrival


def handle(arrival: Arrival) -> None:
    """Do nothing: the row of the mail, which is visible, is all that is to remain."""
    del arrival
