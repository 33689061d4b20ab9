"""Allocate consecutive numbers, such as those of invoices: without gaps and each once (Directive 2006/112/EC art. 226).

The number is part of the caller's transaction: if that is rolled back, the next caller gets the same number.
"""

from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F

from esmero.house.audit import note
from esmero.house.models import Issuer, NumberSeries, User
from esmero.refusal import InvalidValue

DIGITS = 5


class AllocatedNumber(NamedTuple):
    """Hold a number of a series, and how it is written: F2026-00042."""

    number: int
    text: str


class SeriesStarted(InvalidValue):
    """Refuse another first number for a series from which numbers were allocated."""


class SeriesHeadTaken(InvalidValue):
    """Refuse a series that would print the numbers of another one of the issuer: F2026 beside F of 2026."""


def allocate_number(issuer: Issuer, *, prefix: str, year: int = 0) -> AllocatedNumber:
    """Allocate the next number of a series, which is opened at 1 if it does not exist. Needs a transaction.

    The row stays locked until the transaction ends; others who want a number of this series wait for it. `year` is 0
    for a series that does not begin anew each year.

    Raises:
        SeriesHeadTaken: another series of the issuer prints these numbers.

    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A number is allocated in the transaction that uses it.")
    series, _made = _get_or_open(issuer, prefix=prefix, year=year)
    # The UPDATE takes the lock on either database; a SELECT before it could read a number that another one takes.
    NumberSeries.objects.filter(pk=series.pk).update(next_number=F("next_number") + 1)
    number = NumberSeries.objects.values_list("next_number", flat=True).get(pk=series.pk) - 1
    return AllocatedNumber(number, write_number(series, number))


def write_number(series: NumberSeries, number: int) -> str:
    """Return a number as it is printed: prefix, year, hyphen, at least five digits."""
    return f"{series}-{number:0{DIGITS}d}" if str(series) else f"{number:0{DIGITS}d}"


def open_series(issuer: Issuer, *, prefix: str, year: int, first: int, by: User | str) -> NumberSeries:
    """Open a series, or set the first number of one from which nothing was allocated.

    Raises:
        SeriesStarted: a number of it is in use; another beginning would leave a gap or repeat one.
        SeriesHeadTaken: another series of the issuer prints these numbers.

    """
    with transaction.atomic():
        series, made = _get_or_open(issuer, prefix=prefix, year=year, first=first)
        if not made:
            unused = NumberSeries.objects.filter(pk=series.pk, next_number=F("first_number"))
            if not unused.update(first_number=first, next_number=first):
                raise SeriesStarted("series-started", series=str(series))
        note("issuer.series", by=by, subject=issuer, facts={"key": f"{prefix}{year or ''}", "number": first})
        series.refresh_from_db()
    return series


def _get_or_open(issuer: Issuer, *, prefix: str, year: int, first: int = 1) -> tuple[NumberSeries, bool]:
    try:
        return NumberSeries.objects.get_or_create(
            issuer=issuer, prefix=prefix, year=year, defaults={"first_number": first, "next_number": first}
        )
    except IntegrityError as known:
        raise SeriesHeadTaken("series-head-taken", series=f"{prefix}{year or ''}") from known
