"""Read the jurisdiction profiles: those of this version, then the operator's in ESMERO_HOME/profiles.

A file of the operator adds a country, or replaces a shipped profile of the same code. One that cannot be read changes
nothing but this: its fault is named (doctor, settings page), a shipped profile stays in force, and a country that only
this file describes gets the strictest values.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from esmero.house.country_time_zones import is_country
from esmero.house.profiles.citations import Citation
from esmero.house.profiles.file_format import CitedSection, HoursSection, ProfileFile
from esmero.house.profiles.holiday_calendars import CountryHolidays, HolidaysOfCountries
from esmero.house.profiles.legal_clocks import LegalClock
from esmero.house.profiles.profile import Paper, Profile, ProfileOrigin, TaxRate, WithdrawalPeriod
from esmero.house.retention_terms import RetentionTerm
from esmero.policy.quiet_hours import NoHolidays, OpenHours
from esmero.rendering.paper.window import EnvelopeWindow

NEUTRAL, STRICTEST = "EU", "STRICTEST"
MAX_BYTES = 200_000
_SHIPPED = ("eu", "strictest", "es", "fr")  # each after the ones that it extends
_CODE = re.compile(r"""^\s*code\s*=\s*["']([A-Za-z]{2})["']""", re.MULTILINE)
_COUNTRIES = re.compile(r"^\s*countries\s*=\s*\[([^]]*)", re.MULTILINE)
_HEADING = re.compile(r"\s*\[\[?\s*([A-Za-z_]+)")


@dataclass(frozen=True, slots=True)
class ProfileFault:
    """Describe a fault of a profile file: its line (0: unknown), the place in the file, and the trouble."""

    path: str
    line: int
    place: str
    trouble: str

    def __str__(self) -> str:
        where = f"{self.path}, line {self.line}" if self.line else self.path
        return f"{where}: {f'{self.place}: ' if self.place else ''}{self.trouble}"


class UnreadableProfile(Exception):
    """Report all faults of a file."""

    def __init__(self, faults: Sequence[ProfileFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class ProfileSet:
    """Hold all profiles by code, the strictest values, and the faults of the operator's files."""

    profiles: Mapping[str, Profile]
    strictest: Profile
    faults: tuple[ProfileFault, ...]


def read_profiles(folder: Path) -> ProfileSet:
    """Return the shipped profiles, replaced or completed by the operator's files in a folder."""
    shipped = _read_shipped()
    strictest = shipped[STRICTEST]
    found = {code: one for code, one in shipped.items() if code != STRICTEST}
    faults: list[ProfileFault] = []
    broken: list[Path] = []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
        try:
            profile = read_profile(path, path=str(path), bases=shipped)
            _refuse_conflicts(profile, path=path, others=found)
        except UnreadableProfile as wrong:
            faults += wrong.faults
            broken.append(path)
        else:
            found[profile.code] = replace(profile, origin=ProfileOrigin.OPERATOR, path=str(path))
    for path in broken:  # after all whole ones, whose countries need no stand-in
        code, countries = _read_claims(path)
        if not code and path.stem.upper() not in shipped and not is_country(path.stem.upper().partition("-")[0]):
            faults.append(ProfileFault(str(path), 0, "code", "stands for no country (ISO 3166-1): it protects nobody"))
        countries -= {country for one in found.values() for country in one.countries}
        if countries:
            code = min(countries) if code in found else code  # a broken fr.toml that names MC as well
            found[code] = replace(build_stand_in(strictest, code=code, countries=countries), path=str(path))
    return ProfileSet(found, strictest, tuple(faults))


def build_stand_in(strictest: Profile, *, code: str, countries: Iterable[str]) -> Profile:
    """Return the strictest values for countries whose profile cannot be read, closed on their public holidays."""
    protected = frozenset(countries)
    calendar = _find_calendar(protected)
    hours = {
        kind: replace(one, holidays=calendar) if kind in strictest.closed_on_holidays else one
        for kind, one in strictest.hours.items()
    }
    return replace(
        strictest,
        code=code,
        name=dict.fromkeys(strictest.name, code),
        countries=protected,
        hours=hours,
        origin=ProfileOrigin.STAND_IN,
    )


def list_without_holidays(profile: Profile) -> list[str]:
    """Return the countries whose holidays should be closed, and which neither the profile nor the library knows."""
    if not profile.closed_on_holidays or profile.holidays is not None:
        return []
    return sorted(profile.countries - set(HolidaysOfCountries(tuple(profile.countries)).list_known()))


def _read_claims(path: Path) -> tuple[str, set[str]]:
    """Return the code ("": none) and the countries that a broken file stands for, by its name and by its text."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        text = ""
    listed = _COUNTRIES.search(text)
    words: list[str] = re.findall(r"[A-Z]+", listed[1].upper()) if listed else []
    countries = {word for word in words if is_country(word)}
    stated = _CODE.search(text)
    stem = path.stem.upper()
    named = (stem, stated[1].upper() if stated else "", *sorted(countries))
    code = next(filter(is_country, named), "")
    if code and (code == stem or not countries):
        countries.add(code)
    return code, countries


def read_profile(file: Traversable | Path, *, path: str, bases: Mapping[str, Profile]) -> Profile:
    """Return the profile of a file; `bases` are the profiles that it may extend. Raises UnreadableProfile."""
    try:
        content = file.read_bytes()[: MAX_BYTES + 1]
        if len(content) > MAX_BYTES:
            raise UnreadableProfile([ProfileFault(path, 0, "", f"larger than {MAX_BYTES} bytes")])
        text = content.decode("utf-8")
        raw = tomllib.loads(text)
    except OSError as wrong:
        raise UnreadableProfile([ProfileFault(path, 0, "", str(wrong.strerror))]) from wrong
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise UnreadableProfile([ProfileFault(path, line, "", "not UTF-8")]) from wrong
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        at = re.search(r"line (\d+)", str(wrong))
        raise UnreadableProfile([ProfileFault(path, int(at[1]) if at else 0, "", str(wrong))]) from wrong
    try:
        checked = ProfileFile.model_validate(raw)
    except ValidationError as wrong:
        faults = [
            ProfileFault(path, _find_line(text, one["loc"]), ".".join(map(str, one["loc"])), one["msg"])
            for one in wrong.errors(include_url=False, include_input=False)
        ]
        raise UnreadableProfile(sorted(faults, key=lambda one: one.line)) from wrong
    try:
        return _build(checked, base=bases.get(checked.extends or STRICTEST) if bases else None)
    except (ValueError, KeyError) as wrong:
        raise UnreadableProfile([ProfileFault(path, 0, "", str(wrong))]) from wrong


def _read_shipped() -> dict[str, Profile]:
    """Return the profiles of this version by code, the strictest one included."""
    found: dict[str, Profile] = {}
    for name in _SHIPPED:
        file = resources.files("esmero.house.profiles") / f"{name}.toml"
        profile = read_profile(file, path=f"{name}.toml", bases=found)
        found[profile.code] = profile
    return found


def _build(file: ProfileFile, *, base: Profile | None) -> Profile:
    """Return the profile of a checked file over the one that it extends (None: it is complete itself)."""
    if file.time_zone:
        _check_zone(file.time_zone)
    holidays = CountryHolidays(file.holidays.calendar) if file.holidays else None
    # Inherited hours that are closed on holidays are closed on those of this country.
    closed = {(one.channel, one.messages) for one in file.hours if one.closed_on_holidays}
    if base is not None:
        closed |= base.closed_on_holidays - {(one.channel, one.messages) for one in file.hours}
    paper = file.paper
    own: dict[str, dict[Any, Any]] = {
        "bases": {(one.channel, one.messages): frozenset(one.allowed) for one in file.bases},
        "hours": {(one.channel, one.messages): _build_hours(one) for one in file.hours},
        "terms": {
            one.rule: RetentionTerm(one.days, one.then, one.source, one.at_most, one.because) for one in file.terms
        },
        "clocks": {
            one.name: LegalClock(name=one.name, number=one.number, unit=one.unit, citation=_cite(one, file))
            for one in file.clocks
        },
        "withdrawal": {
            one.sold: WithdrawalPeriod(sold=one.sold, days=one.days, citation=_cite(one, file))
            for one in file.withdrawal
        },
    }
    if base is not None and (unknown := own["terms"].keys() - base.terms.keys()):
        msg = f"terms: there is no rule {', '.join(sorted(map(str, unknown)))}"
        raise ValueError(msg)
    merged: dict[str, Any] = {key: {**(getattr(base, key) if base else {}), **values} for key, values in own.items()}
    for kind in closed:
        merged["hours"][kind] = replace(merged["hours"][kind], holidays=holidays or _find_calendar(file.countries))
    if paper is None and base is None:
        msg = "a profile that extends no other states the paper"
        raise ValueError(msg)
    premium = file.premium_numbers
    return Profile(
        code=file.code,
        name=file.name.model_dump(),
        countries=frozenset(file.countries),
        **merged,
        paper=Paper(size=paper.size, window=EnvelopeWindow(**paper.window.model_dump())) if paper else base.paper,  # type: ignore[union-attr]
        closed_on_holidays=frozenset(closed),
        premium_prefixes=premium.prefixes if premium else None,
        tax_rates=tuple(
            TaxRate(
                kind=one.kind,
                percent=one.percent,
                begins=one.begins,
                ends=one.ends,
                region=one.region,
                citation=_cite(one, file),
            )
            for one in file.tax_rates
        ),
        holidays=holidays,
        calling_code=file.calling_code,
        trunk_prefix=file.trunk_prefix,
        time_zone=file.time_zone,
        authority=file.authority.name if file.authority else "",
        citations={**(base.citations if base else {}), **dict(_list_citations(file))},
    )


def _find_calendar(countries: Iterable[str]) -> HolidaysOfCountries | NoHolidays:
    """Return the holidays of the countries of a profile without a calendar; the library is asked when days count."""
    known = tuple(sorted(countries))
    return HolidaysOfCountries(known) if known else NoHolidays()


def _build_hours(one: HoursSection) -> OpenHours:
    return OpenHours((*[one.weekdays] * 5, one.saturday, one.sunday))


def _cite(one: CitedSection, file: ProfileFile) -> Citation:
    return Citation(one.source, one.as_of or file.as_of)


def _list_citations(file: ProfileFile) -> Iterator[tuple[str, Citation]]:
    for bases in file.bases:
        yield f"bases {bases.channel} {bases.messages}", _cite(bases, file)
    for hours in file.hours:
        yield f"hours {hours.channel} {hours.messages}", _cite(hours, file)
    for term in file.terms:
        yield f"terms {term.rule}", _cite(term, file)
    for name in ("authority", "premium_numbers", "holidays", "paper"):
        if (section := getattr(file, name)) is not None:
            yield name, _cite(section, file)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as wrong:  # ZoneInfoNotFoundError is a KeyError
        msg = f"time_zone: {name} is no IANA time zone"
        raise ValueError(msg) from wrong


def _refuse_conflicts(profile: Profile, *, path: Path, others: Mapping[str, Profile]) -> None:
    """Refuse a code that is reserved, no country or not the file's name, and a country of another profile or none."""
    troubles = []
    if profile.code == STRICTEST:
        troubles.append(("code", f"{STRICTEST} is reserved"))
    elif profile.code != path.stem.upper():
        troubles.append(("code", f"{profile.code} belongs into {profile.code.lower()}.toml"))
    elif not is_country(profile.code.partition("-")[0]) and profile.code not in others:
        troubles.append(("code", f"{profile.code} is no country (ISO 3166-1)"))
    if unknown := sorted(country for country in profile.countries if not is_country(country)):
        troubles.append(("countries", f"{', '.join(unknown)} is no country (ISO 3166-1)"))
    troubles += [
        ("countries", f"{', '.join(sorted(both))} belongs to the profile {other.code}")
        for other in others.values()
        if other.code != profile.code and (both := other.countries & profile.countries)
    ]
    if troubles:
        text = path.read_text("utf-8")
        raise UnreadableProfile(
            [ProfileFault(str(path), _find_line(text, (place,)), place, words) for place, words in troubles]
        )


def _find_line(text: str, place: Sequence[object]) -> int:
    """Return the line of a place (section, number, name) in a TOML file; 0 if it is not there.

    tomllib tells lines only of faults of syntax: lines are searched by their headings, then by the name before "=".
    """
    names = [one for one in place if isinstance(one, str)]
    number = next((one for one in place if isinstance(one, int)), 0)
    section, best, seen = "", 0, Counter[str]()
    for count, line in enumerate(text.splitlines(), start=1):
        if heading := _HEADING.match(line):
            section = heading[1]
            seen[section] += 1
            if section == names[0] and seen[section] == number + 1:
                best = count
        elif names and (key := re.match(r"\s*([A-Za-z_]+)\s*=", line)):
            inside = section == names[0] and seen[section] == number + 1 and key[1] in names[1:]
            if inside or (not section and key[1] == names[0]):
                return count
    return best
