"""Look up jurisdiction profiles: those of this version, and the operator's in ESMERO_HOME/profiles.

No other code branches on the country. A process reads the files once, when it first needs one (house/profiles/).
"""

from collections.abc import Mapping
from functools import cache

from esmero.house.configuration import find_home
from esmero.house.country_time_zones import is_country
from esmero.house.profiles.legal_clocks import ClockName, LegalClock
from esmero.house.profiles.profile import Profile
from esmero.house.profiles.reading import ProfileSet, build_stand_in, read_profiles


@cache
def load_profiles() -> ProfileSet:
    """Return all profiles and the faults of their files, as read when this process first needed them."""
    return read_profiles(find_home() / "profiles")


def all_profiles() -> Mapping[str, Profile]:
    """Return the profiles that a brand may have, by code."""
    return load_profiles().profiles


def profile_of(code: str) -> Profile:
    """Return the profile of a code; for an unknown one (its file is gone) the strictest values."""
    return load_profiles().profiles.get(code) or _stand_in_for(code)


def profile_of_country(country: str) -> Profile | None:
    """Return the profile of a country (ISO 3166 code), or None."""
    return _map_countries().get(country)


def valid_bases(code: str, *, channel: str, commercial: bool) -> frozenset[str]:
    """Return the valid legal bases for a message of this channel and kind in a jurisdiction."""
    return profile_of(code).bases[(channel, "commercial" if commercial else "other")]


def legal_clock(code: str, *, name: ClockName) -> LegalClock:
    """Return a legal deadline of a jurisdiction; the strictest one where its profile states none."""
    return profile_of(code).clocks.get(name) or load_profiles().strictest.clocks[name]


def is_ordinary_rate(phone: str, *, code: str) -> bool:
    """Return whether calls to this number cost no more than an ordinary call; False for a blank number."""
    profile = profile_of(code)
    digits = "".join(c for c in phone if c.isdigit() or c == "+")
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits and not digits.startswith("+") and profile.calling_code:
        digits = profile.calling_code + digits.removeprefix(profile.trunk_prefix)
    if profile.premium_prefixes is None:
        return _is_ordinary_kind(digits)
    return bool(digits) and not digits.startswith(profile.premium_prefixes or ("\0",))


def _is_ordinary_kind(digits: str) -> bool:
    """Return whether a number is of a landline or mobile, or free, by the numbering plans of `phonenumbers`."""
    import phonenumbers
    from phonenumbers import PhoneNumberType

    try:
        number = phonenumbers.parse(digits)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) in {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.TOLL_FREE,
    }


@cache
def _stand_in_for(code: str) -> Profile:
    strictest = load_profiles().strictest
    country = code.partition("-")[0]  # ES-CN is a part of ES
    return build_stand_in(strictest, code=code, countries=[country]) if is_country(country) else strictest


@cache
def _map_countries() -> Mapping[str, Profile]:
    return {country: one for one in all_profiles().values() for country in one.countries}
