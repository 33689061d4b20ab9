"""Define jurisdiction profiles as data: valid legal bases and open hours per country, channel and kind of message.

No other code branches on the country. Sources: capabilities.md sections E and F (LSSI art. 21 for Spain, L.34-5 CPCE
and CNIL practice for France, ePrivacy directive art. 13 and GDPR art. 6 for the neutral default). No legal advice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from esmero.house.retention_terms import FRANCE, NEUTRAL, SPAIN, RetentionTerm
from esmero.policy.case import Channel
from esmero.policy.quiet_hours import HolidayCalendar, HoursKind, OpenHours, daily
from esmero.rendering.paper.window import EnvelopeWindow

# DIN 5008:2020 form B with DIN 680 (window of 90 x 45 mm of a DL envelope, 20 mm from the left): the field is 20 mm
# from the left, 45 mm from the top, 85 x 45 mm, of which 17.7 mm are for sender and remarks, 27.3 mm for the address.
LEFT_WINDOW = EnvelopeWindow(left=20, top=45, width=85, height=45, head=17.7, inset=5, body=105)
# France: window on the right, for the address in the right half that La Poste's "Guide pratique courrier" asks for
# (NF Z 10-011): frame of 85 x 33 mm, 110 mm from the left and 55 mm from the top, below the line of the sender.
RIGHT_WINDOW = EnvelopeWindow(left=110, top=45, width=85, height=43, head=12, inset=4, body=105)


@dataclass(frozen=True, slots=True)
class Profile:
    """Describe a jurisdiction: `bases[(channel, "commercial" | "other")]` are the valid legal bases of a message.

    `hours` are the open hours by the same keys, in the recipient's time; what is missing may arrive at any hour.
    `time_zone` is that of most people in a country with several zones, "" for none. `terms` are the retention terms by
    rule, `authority` the supervisory authority for data protection, `window` the window of the envelopes in use.
    """

    code: str
    name: dict[str, str]
    countries: frozenset[str]
    bases: dict[tuple[str, str], frozenset[str]]
    premium_prefixes: tuple[str, ...] = field(default=())
    calling_code: str = ""
    terms: Mapping[str, RetentionTerm] = field(default_factory=lambda: NEUTRAL)
    authority: str = ""
    hours: Mapping[tuple[Channel, HoursKind], OpenHours] = field(default_factory=lambda: _NEUTRAL_HOURS)
    time_zone: str = ""
    window: EnvelopeWindow = LEFT_WINDOW

    @property
    def country(self) -> str:
        """Return the country (ISO 3166-1) of a jurisdiction that is one country, else ""."""
        return next(iter(self.countries)) if len(self.countries) == 1 else ""


_CONSENT = frozenset({"consent"})
_SOFT = frozenset({"consent", "soft opt-in"})
_ANY = frozenset({"consent", "soft opt-in", "contract", "law", "legitimate interest"})

_EU_BASES = {
    ("email", "commercial"): _SOFT,
    ("email", "other"): _ANY,
    ("post", "commercial"): frozenset({"consent", "soft opt-in", "legitimate interest"}),
    ("post", "other"): _ANY,
    ("phone", "commercial"): _CONSENT,
    ("phone", "other"): _ANY,
    ("portal", "commercial"): _SOFT,
    ("portal", "other"): _ANY,
}

# Good practice, for want of a law: no advertising by mail, and no calls, in the night and early morning.
_MAIL_BY_DAY = daily(time(8), time(21))
_CALLS_BY_DAY = daily(time(9), time(20))
_NEUTRAL_HOURS: Mapping[tuple[Channel, HoursKind], OpenHours] = {
    ("email", "commercial"): _MAIL_BY_DAY,
    ("phone", "commercial"): _CALLS_BY_DAY,
    ("phone", "other"): _CALLS_BY_DAY,
}
_CLOSED: tuple[tuple[time, time], ...] = ()
# Real Decreto 2001/1983 art. 45: the national holidays; those of regions and towns are not known here.
_SPANISH_HOLIDAYS = HolidayCalendar(
    fixed=frozenset({(1, 1), (1, 6), (5, 1), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25)}),
    from_easter=frozenset({-2}),  # Good Friday
)
# Code du travail art. L3133-1.
_FRENCH_HOLIDAYS = HolidayCalendar(
    fixed=frozenset({(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}),
    from_easter=frozenset({1, 39, 50}),  # Easter Monday, Ascension, Whit Monday
)

PROFILES: dict[str, Profile] = {
    "EU": Profile(
        code="EU",
        name={"en": "European Union, neutral", "es": "Unión Europea, neutro", "fr": "Union européenne, neutre"},
        countries=frozenset(),
        bases=_EU_BASES,
    ),
    "ES": Profile(
        code="ES",
        name={"en": "Spain", "es": "España", "fr": "Espagne"},
        countries=frozenset({"ES"}),
        bases=_EU_BASES,
        # RDL 37/2020: a customer line may not cost more than an ordinary call (T12).
        premium_prefixes=("+34803", "+34806", "+34807", "+34901", "+34902", "+34905", "+34907"),
        calling_code="+34",
        terms=SPAIN,
        authority="Agencia Española de Protección de Datos",
        hours={
            **_NEUTRAL_HOURS,
            # Real Decreto Legislativo 1/2007 (TRLGDCU) art. 96.2.
            ("phone", "commercial"): OpenHours(
                (*[((time(9), time(21)),)] * 5, _CLOSED, _CLOSED), holidays=_SPANISH_HOLIDAYS
            ),
        },
        time_zone="Europe/Madrid",  # the Canary Islands are an hour behind: never too early by more than that
    ),
    "FR": Profile(
        code="FR",
        name={"en": "France", "es": "Francia", "fr": "France"},
        countries=frozenset({"FR"}),
        bases=_EU_BASES,
        # L.121-16 C. conso.: numéro non surtaxé.
        premium_prefixes=(
            "+33810",
            "+33811",
            "+33812",
            "+33820",
            "+33821",
            "+33825",
            "+33826",
            "+33890",
            "+33891",
            "+33892",
            "+33893",
            "+33897",
            "+33899",
        ),
        calling_code="+33",
        terms=FRANCE,
        authority="Commission nationale de l’informatique et des libertés",
        hours={
            **_NEUTRAL_HOURS,
            # Code de la consommation art. D223-9 (décret n° 2022-1313).
            ("phone", "commercial"): OpenHours(
                (*[((time(10), time(13)), (time(14), time(20)))] * 5, _CLOSED, _CLOSED), holidays=_FRENCH_HOLIDAYS
            ),
        },
        time_zone="Europe/Paris",
        window=RIGHT_WINDOW,
    ),
}


_BY_COUNTRY = {country: profile for profile in PROFILES.values() for country in profile.countries}


def profile_of(code: str) -> Profile:
    """Return the profile of a code, or the neutral European one."""
    return PROFILES.get(code, PROFILES["EU"])


def profile_of_country(country: str) -> Profile | None:
    """Return the profile of a country (ISO 3166 code), or None."""
    return _BY_COUNTRY.get(country)


def valid_bases(code: str, *, channel: str, commercial: bool) -> frozenset[str]:
    """Return the valid legal bases for a message of this channel and kind in a jurisdiction."""
    return profile_of(code).bases[(channel, "commercial" if commercial else "other")]


def is_ordinary_rate(phone: str, *, code: str) -> bool:
    """Return whether calls to this number cost no more than an ordinary call; False for a blank number."""
    profile = profile_of(code)
    digits = "".join(c for c in phone if c.isdigit() or c == "+")
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits and not digits.startswith("+") and profile.calling_code:
        digits = profile.calling_code + digits.removeprefix("0" if profile.code == "FR" else "")
    return bool(digits) and not digits.startswith(profile.premium_prefixes or ("\0",))
