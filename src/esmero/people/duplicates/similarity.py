"""Weigh the similarity of two persons. A shared address alone indicates a household, not a duplicate."""

from dataclasses import dataclass, field
from typing import Literal

type Sign = Literal["address", "name", "initials", "phone", "post", "organisation", "domain", "tax-number"]

# Weight of each sign; a pair is proposed from ENOUGH on.
WEIGHTS: dict[Sign, int] = {
    "address": 60,
    "name": 30,
    "initials": 20,
    "phone": 40,
    "post": 20,
    "organisation": 30,
    "domain": 20,
    "tax-number": 60,
}
ENOUGH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTraits:
    """Hold the compared values of a person, all folded: names, phones as E.164, `posts` by postal code."""

    id: int
    given: str
    family: str
    address: int | None = None
    organisation: int | None = None
    domain: str = ""
    phones: frozenset[str] = field(default_factory=frozenset)
    posts: frozenset[str] = field(default_factory=frozenset)
    tax_id: str = ""


def compare(one: PersonTraits, other: PersonTraits) -> tuple[list[Sign], int]:
    """Return the matching signs and their total weight; ([], 0) if the given names differ.

    Persons with the same address or phone but different given names live or work together. Initials ("J. Gil") match
    every given name that begins so; a missing name matches any and adds no weight.
    """
    names = _compare_names(one, other)
    if names is None:
        return [], 0
    signs: list[Sign] = [names] if names else []
    if one.address is not None and one.address == other.address:
        signs.append("address")
    elif one.domain and one.domain == other.domain:
        signs.append("domain")
    if one.phones & other.phones:
        signs.append("phone")
    if one.posts & other.posts:
        signs.append("post")
    if one.organisation is not None and one.organisation == other.organisation:
        signs.append("organisation")
    if one.tax_id and one.tax_id == other.tax_id:
        signs.append("tax-number")
    return signs, sum(WEIGHTS[sign] for sign in signs)


def _compare_names(one: PersonTraits, other: PersonTraits) -> Sign | Literal[""] | None:
    """Return the sign of the names, "" if one is missing, None if they differ."""
    if not (one.given and other.given):
        return "" if _fit(one.family, other.family) else None
    if one.given == other.given:
        if one.family == other.family:
            return "name"
        return "" if _fit(one.family, other.family) else None
    if _is_initial(one.given, of=other.given) or _is_initial(other.given, of=one.given):
        return "initials" if one.family and one.family == other.family else None
    return None


def _fit(one: str, other: str) -> bool:
    """Return whether two family names may be the same: one is missing, or is the first of the other's two."""
    short, long = sorted((one.split(), other.split()), key=len)
    return long[: len(short)] == short


def _is_initial(text: str, *, of: str) -> bool:
    letters = text.replace(".", " ").split()
    words = of.split()
    return (
        bool(letters)
        and all(len(letter) == 1 for letter in letters)
        and [word[:1] for word in words[: len(letters)]] == letters
    )
