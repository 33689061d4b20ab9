"""A receiver's aggregate report: kept once in tables, for the question from where our domains' mail comes."""

from esmero.mailroom.arriving.arrival import Arrival
from esmero.mailroom.arriving.dmarc_reports import keep_report


def handle(arrival: Arrival) -> None:
    """Keep the rows of a report; one that cannot be read stays visible with its bytes, and `why` says what is wrong."""
    if arrival.verdict.aggregate is not None:
        keep_report(arrival.verdict.aggregate, evidence=arrival.evidence)
