"""Define the format of a profile file (TOML): its sections and their checks, by pydantic.

Every section names its source, and may name the day on which it was read (`as_of`) if that is not the file's. A
section that is missing takes its value from the profile that the file extends: the strictest one, if it names none.
"""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from esmero.house.profiles.holiday_calendars import is_known_country
from esmero.house.profiles.legal_clocks import ClockName, ClockUnit
from esmero.house.profiles.profile import SaleChannel, TaxKind
from esmero.house.retention_terms import LONGEST, RetentionAction, TermSource
from esmero.policy.case import Channel
from esmero.policy.quiet_hours import HoursKind, Span

Basis = Literal["consent", "soft opt-in", "contract", "law", "legitimate interest"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Prefix = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{1,14}$")]
Millimetres = Annotated[float, Field(ge=0, le=300)]


def _read_span(text: Any) -> Any:
    """Read "09:00-21:00" as two times."""
    begin, dash, end = text.partition("-") if isinstance(text, str) else ("", "", "")
    if not dash:
        msg = 'expected times such as "09:00-21:00"'
        raise ValueError(msg)
    return (time.fromisoformat(begin), time.fromisoformat(end))


Spans = tuple[Annotated[Span, BeforeValidator(_read_span)], ...]


class FileSection(BaseModel):
    """Refuse unknown names, so that a misspelt one is never silently without effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CitedSection(FileSection):
    """Name the source of a section."""

    source: Text
    as_of: date | None = None


class NameSection(FileSection):
    """Name the jurisdiction in the languages of the console."""

    en: Text
    es: Text
    fr: Text


class AuthoritySection(CitedSection):
    """Name the supervisory authority for data protection."""

    name: Text


class BasesSection(CitedSection):
    """List the legal bases on which a kind of message may rest."""

    channel: Channel
    messages: Literal["commercial", "other"]
    allowed: frozenset[Basis]


class PremiumSection(CitedSection):
    """List the prefixes of numbers that cost more than an ordinary call."""

    prefixes: tuple[Prefix, ...]


class HoursSection(CitedSection):
    """Define the hours in which a kind of message may arrive, in the recipient's time; days off have no spans."""

    channel: Channel
    messages: HoursKind
    weekdays: Spans
    saturday: Spans = ()
    sunday: Spans = ()
    closed_on_holidays: bool = False


class TermSection(CitedSection):
    """Define a retention term; `at_most` is the legal maximum in days, `because` the origin of the number."""

    rule: Text
    days: Annotated[int, Field(ge=1, le=LONGEST)]
    then: RetentionAction
    at_most: Annotated[int, Field(ge=1, le=LONGEST)] | None = None
    because: TermSource = TermSource.CONVENTION

    @model_validator(mode="after")
    def check_maximum(self) -> "TermSection":
        """Refuse a term above its own maximum."""
        if self.at_most is not None and self.days > self.at_most:
            msg = f"days ({self.days}) is more than at_most ({self.at_most})"
            raise ValueError(msg)
        return self


class TaxRateSection(CitedSection):
    """Define a rate of value-added tax: percent, as text or a whole number, because a float is not exact."""

    kind: TaxKind
    percent: Annotated[Decimal, Field(ge=0, le=100, decimal_places=3)]
    begins: date = Field(alias="from")
    ends: date | None = Field(default=None, alias="until")
    region: str = ""

    @model_validator(mode="before")
    @classmethod
    def refuse_floats(cls, given: Any) -> Any:
        """Refuse a rate as a binary fraction."""
        if isinstance(given, dict) and isinstance(given.get("percent"), float):
            msg = 'write percent in quotes, such as "5.5"'
            raise ValueError(msg)  # noqa: TRY004 - pydantic gathers ValueErrors
        return given


class HolidaysSection(CitedSection):
    """Name the country (ISO 3166-1) whose public holidays count, as the library `holidays` knows them."""

    calendar: Text

    @model_validator(mode="after")
    def check_calendar(self) -> "HolidaysSection":
        """Refuse a country without known holidays."""
        if not is_known_country(self.calendar):
            msg = f"the holidays of {self.calendar} are not known; leave the section out"
            raise ValueError(msg)
        return self


class ClockSection(CitedSection):
    """Define a legal deadline."""

    name: ClockName
    number: Annotated[int, Field(ge=1, le=400)]
    unit: ClockUnit


class WithdrawalSection(CitedSection):
    """Define a withdrawal period of consumers in calendar days; the directive's 14 are the least."""

    sold: SaleChannel
    days: Annotated[int, Field(ge=14, le=400)]


class WindowSection(FileSection):
    """Define the window of envelopes in mm; see rendering/paper/window.py."""

    left: Millimetres
    top: Millimetres
    width: Millimetres
    height: Millimetres
    head: Millimetres
    inset: Millimetres
    body: Millimetres


class PaperSection(CitedSection):
    """Define the paper of letters."""

    size: Literal["A4"]
    window: WindowSection


class ProfileFile(FileSection):
    """Hold the content of a profile file."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,5})?$|^STRICTEST$")]
    as_of: date
    extends: Literal["EU", "STRICTEST"] | None = None
    countries: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...] = ()
    calling_code: Annotated[str, StringConstraints(pattern=r"^(\+[1-9][0-9]{0,3})?$")] = ""
    trunk_prefix: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,2}$")] = ""
    time_zone: str = ""
    name: NameSection
    authority: AuthoritySection | None = None
    bases: tuple[BasesSection, ...] = ()
    premium_numbers: PremiumSection | None = None
    hours: tuple[HoursSection, ...] = ()
    terms: tuple[TermSection, ...] = ()
    tax_rates: tuple[TaxRateSection, ...] = ()
    holidays: HolidaysSection | None = None
    clocks: tuple[ClockSection, ...] = ()
    withdrawal: tuple[WithdrawalSection, ...] = ()
    paper: PaperSection | None = None
