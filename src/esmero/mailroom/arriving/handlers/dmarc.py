"""Handle DMARC aggregate reports of receivers."""

from esmero.mailroom.arriving.arrival import Arrival
from esmero.mailroom.arriving.dmarc_reports import store_report


def handle(arrival: Arrival) -> None:
    """Store the rows of a report; an unreadable one stays visible with its bytes, and `why` gives the fault."""
    if arrival.verdict.aggregate is not None:
        store_report(arrival.verdict.aggregate, evidence=arrival.evidence)
