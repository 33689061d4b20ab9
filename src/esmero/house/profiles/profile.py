"""Define a jurisdiction profile and its values as frozen dataclasses; reading.py makes them from files.

Each value names its source (law and article) and the day on which somebody last read it. No legal advice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from esmero.house.profiles.citations import Citation
from esmero.house.profiles.holiday_calendars import CountryHolidays
from esmero.house.profiles.legal_clocks import ClockName, LegalClock
from esmero.house.retention_terms import RetentionTerm
from esmero.policy.case import Channel
from esmero.policy.quiet_hours import HoursKind, OpenHours
from esmero.refusal import InvalidValue
from esmero.rendering.paper.window import EnvelopeWindow

type TaxKind = Literal["standard", "intermediate", "reduced", "super-reduced"]
type SaleChannel = Literal["distance", "off-premises", "unsolicited-visit"]


class ProfileOrigin(StrEnum):
    """Define the origin of a profile."""

    SHIPPED = "shipped"  # with this version
    OPERATOR = "operator"  # a file in ESMERO_HOME/profiles
    STAND_IN = "stand-in"  # the strictest values, because the operator's file cannot be read


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """Define a rate of value-added tax in percent, from its first day to its last (None: in force)."""

    kind: TaxKind
    percent: Decimal
    begins: date
    ends: date | None
    region: str
    citation: Citation

    def applies(self, on: date) -> bool:
        """Return whether the rate is in force on a day."""
        return self.begins <= on and (self.ends is None or on <= self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalPeriod:
    """Define the calendar days in which a consumer may withdraw from a contract, by the way it was sold."""

    sold: SaleChannel
    days: int
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Define the paper of letters, and the window of the envelopes in use."""

    size: Literal["A4"]
    window: EnvelopeWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Describe a jurisdiction: `bases[(channel, "commercial" | "other")]` are the valid legal bases of a message.

    `hours` are the open hours by the same keys, in the recipient's time; what is missing may arrive at any hour.
    Those in `closed_on_holidays` are closed on public holidays, as far as `holidays` knows them.
    `premium_prefixes` are None where no list is known: then only numbers that are known to be ordinary pass.
    `time_zone` is that of most people in a country with several zones, "" for none. `terms` are the retention terms by
    rule, `authority` the supervisory authority for data protection. `citations` name the source of each value that has
    none of its own, by its place in the file. `path` is the operator's file, "" for a shipped profile.
    """

    code: str
    name: Mapping[str, str]
    countries: frozenset[str]
    bases: Mapping[tuple[str, str], frozenset[str]]
    hours: Mapping[tuple[Channel, HoursKind], OpenHours]
    terms: Mapping[str, RetentionTerm]
    clocks: Mapping[ClockName, LegalClock]
    withdrawal: Mapping[SaleChannel, WithdrawalPeriod]
    paper: Paper
    closed_on_holidays: frozenset[tuple[Channel, HoursKind]] = frozenset()
    premium_prefixes: tuple[str, ...] | None = None
    tax_rates: tuple[TaxRate, ...] = ()
    holidays: CountryHolidays | None = None
    calling_code: str = ""
    trunk_prefix: str = ""
    time_zone: str = ""
    authority: str = ""
    citations: Mapping[str, Citation] = field(default_factory=dict)
    origin: ProfileOrigin = ProfileOrigin.SHIPPED
    path: str = ""

    @property
    def country(self) -> str:
        """Return the country (ISO 3166-1) of a jurisdiction that is one country, else ""."""
        return next(iter(self.countries)) if len(self.countries) == 1 else ""

    @property
    def window(self) -> EnvelopeWindow:
        """Return the window of the envelopes in use."""
        return self.paper.window


def find_tax_rate(profile: Profile, *, kind: TaxKind, on: date, region: str = "") -> TaxRate:
    """Return the rate of a kind on the day of the chargeable event.

    Raises:
        InvalidValue: the profile states no such rate for that day; no rate is ever guessed.

    """
    for one in profile.tax_rates:
        if (one.kind, one.region) == (kind, region) and one.applies(on):
            return one
    raise InvalidValue("tax-rate-unknown", profile=profile.code, kind=kind, on=on, region=region)
