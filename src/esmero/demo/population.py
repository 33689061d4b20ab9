"""Generate 6,000 invented people, the same on every machine, with their permissions and preferences."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from esmero.demo.names import NAMES
from esmero.text_folding import fold

SEED = 20261124
EACH = 2000  # people of each language
TARIFFS = (("Fibra 300", 29.95), ("Fibra 600", 34.95), ("Fibra 1000", 44.95))
SECTORS = ("industrie", "conseil", "logiciel", "artisanat")
OPENED = date(2016, 3, 1)  # the group's first customer
LATEST = date(2026, 9, 30)


@dataclass(slots=True)
class InventedPreference:
    """Describe a preference: a topic (by brand and code) turned off, a minimum interval or a pause, in days."""

    topic: tuple[str, str]
    wanted: bool | None = None
    gap: int | None = None
    pause: int | None = None


@dataclass(slots=True)
class InventedPermission:
    """Describe one act in the ledger."""

    topic: tuple[str, str]
    act: str
    basis: str
    at: datetime
    by_person: bool


@dataclass(slots=True)
class InventedPerson:
    """Describe one invented person; `address` is "" if there is none."""

    number: str
    language: str
    country: str
    given: str
    family: str
    address: str
    phone: str
    fields: dict[str, Any]
    brands: tuple[str, ...]
    tag: str = ""
    suppressed: str = ""
    permissions: list[InventedPermission] = field(default_factory=list)
    preferences: list[InventedPreference] = field(default_factory=list)

    @property
    def folded(self) -> str:
        """Return the folded text for search and sorting."""
        return fold(f"{self.given} {self.family} {self.number or ''} {self.address}")[:700]


def invent_people() -> Iterator[InventedPerson]:
    """Yield all people ordered by number; members of a household are adjacent."""
    dice = random.Random(SEED)  # noqa: S311 - the same people every time is the point
    for language in NAMES:
        before: InventedPerson | None = None
        for place in range(EACH):
            before = _invent(dice, language=language, place=place, before=before)
            yield before


def _invent(dice: random.Random, *, language: str, place: int, before: InventedPerson | None) -> InventedPerson:
    names = NAMES[language]
    shares = before is not None and bool(before.address) and dice.random() < 0.025
    given = dice.choice(names.given)
    family = before.family if shares and before else " ".join(_family(dice, language))
    brands = _brands(dice, language)
    since = OPENED + timedelta(days=dice.randrange((LATEST - OPENED).days))
    facts: dict[str, Any] = {"since": since.isoformat(), "city": dice.choice(names.cities)}
    if "fibra-norte" in brands:
        tariff, price = dice.choices(TARIFFS, weights=(3, 5, 2))[0]
        facts |= {"tariff": tariff, "monthly": price}
    if "cercle-references" in brands:
        facts |= {"sector": dice.choice(SECTORS), "mentor": dice.random() < 0.12}
    if shares and before:
        address = before.address
    elif dice.random() < 0.02:
        address = ""
    else:
        local = f"{fold(given)}.{fold(family)}".replace(" ", "-").replace("’", "")
        address = f"{local}.{place}@{dice.choice(names.domains)}"
    made = InventedPerson(
        number=f"{'FN' if brands[0] == 'fibra-norte' else 'CR'}-{language.upper()}{place + 1:04d}",
        language=language,
        country=names.country,
        given=given,
        family=family,
        address=address,
        phone=_phone(dice, language),
        fields=facts,
        brands=brands,
        tag=dice.choices(("", "recomendó", "fiel", "empresa"), weights=(88, 4, 5, 3))[0],
    )
    if address and not shares and dice.random() < 0.012:
        made.suppressed = dice.choice(("unknown-user", "complaint"))
    for brand in brands:
        _invent_statements(dice, made, brand=brand, since=since)
    return made


def _family(dice: random.Random, language: str) -> list[str]:
    return dice.sample(NAMES[language].family, 2 if language == "es" else 1)


def _brands(dice: random.Random, language: str) -> tuple[str, ...]:
    """Choose the brands: Spanish people are customers of the provider, French ones of the club; some are both."""
    own = {"es": "fibra-norte", "fr": "cercle-references"}.get(language) or dice.choice(
        ("fibra-norte", "cercle-references")
    )
    other = "cercle-references" if own == "fibra-norte" else "fibra-norte"
    return (own, other) if dice.random() < 0.06 else (own,)


def _phone(dice: random.Random, language: str) -> str:
    """Return a number reserved for fiction by the regulators (Arcep, Ofcom); "" for half and for Spain."""
    number = dice.randrange(1000)
    if language == "es" or dice.random() < 0.5:
        return ""
    return f"+33 6 39 98 {number // 100:02d} {number % 100:02d}" if language == "fr" else f"+44 7700 900{number:03d}"


def _invent_statements(dice: random.Random, who: InventedPerson, *, brand: str, since: date) -> None:
    """Add permissions and preferences in realistic shares: most granted, some nothing, some withdrew."""
    topic = (brand, "novedades" if brand == "fibra-norte" else "lettre")
    service = (brand, "avisos" if brand == "fibra-norte" else "membres")
    began = datetime(since.year, since.month, since.day, 9 + dice.randrange(10), dice.randrange(60), tzinfo=UTC)
    who.permissions.append(InventedPermission(service, "granted", "contract", began, by_person=False))
    said = dice.random()
    if said < 0.62:
        who.permissions.append(InventedPermission(topic, "granted", "consent", began, by_person=True))
    elif said < 0.80:
        who.permissions.append(InventedPermission(topic, "granted", "soft opt-in", began, by_person=False))
    elif said < 0.83:
        who.permissions.append(InventedPermission(topic, "requested", "consent", began, by_person=True))
    if said < 0.80 and dice.random() < 0.055:
        later = began + timedelta(days=10 + dice.randrange(400))
        latest = datetime(2026, 10, 31, 12, tzinfo=UTC)
        who.permissions.append(InventedPermission(topic, "withdrawn", "", min(later, latest), by_person=True))
    wished = dice.random()
    if wished < 0.03:
        who.preferences.append(InventedPreference(topic, wanted=False))
    elif wished < 0.07:
        who.preferences.append(InventedPreference(topic, gap=dice.choice((30, 60, 90))))
    elif wished < 0.085:
        who.preferences.append(InventedPreference(topic, pause=dice.choice((20, 45, 90))))
