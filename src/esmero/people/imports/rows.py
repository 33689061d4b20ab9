"""Convert one record of a file into the values of a person, without a database."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from esmero.house.issuers.identifiers import read_tax_number
from esmero.imports.cell_values import (
    Value,
    ValueMisfit,
    is_blank,
    read_date,
    read_value,
    read_yes_no,
)
from esmero.imports.files.records import CsvRecord
from esmero.imports.mapping import ColumnMapping, CustomFieldMapping
from esmero.imports.reading import read_attributes
from esmero.people.addresses.parsing import AddressVerdict, read_addresses
from esmero.people.imports.fields import CAPACITY_WORDS, ROLE_WORDS, STATUSES
from esmero.refusal import InvalidValue
from esmero.text_folding import fold

_LANGUAGES = {
    **dict.fromkeys(["es", "spa", "espanol", "castellano", "spanish", "espagnol"], "es"),
    **dict.fromkeys(["fr", "fra", "fre", "francais", "frances", "french"], "fr"),
    **dict.fromkeys(["en", "eng", "english", "ingles", "anglais"], "en"),
}
PARTY_COLUMNS = ("capacity", "timezone", "tax_id", "role")
_VERSION = re.compile(r"^(?P<text>.*?)\s*\((?P<version>[^(),]{1,40})(?:,[^()]*)?\)\s*$", re.DOTALL)
_TEXTS = {
    "number": 80, "given_name": 150, "family_name": 150, "full_name": 300, "title": 60, "organisation": 300,
    "street": 300, "postal_code": 20, "city": 120, "region": 120, "country": 60, "position": 120, "brand_number": 80,
    **{f"{use}_{part}": longest for use in ("billing", "service") for part, longest in
       {"street": 300, "postal_code": 20, "city": 120, "region": 120, "country": 60}.items()},
}  # fmt: skip


@dataclass(slots=True)
class ImportRow:
    """Hold the parsed values of a record. `cell` is the cell to show if the row is refused."""

    line: int
    texts: dict[str, str] = field(default_factory=dict)
    address: AddressVerdict = field(default_factory=lambda: AddressVerdict("none"))
    others: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    language: str = ""
    roles: list[str] = field(default_factory=list)
    own: dict[str, Value] = field(default_factory=dict)
    granted: bool = False
    granted_on: date | None = None
    wording: str = ""
    version: str = ""
    withdrawn: bool = False
    withdrawn_on: date | None = None
    status: str = ""
    warnings: list[str] = field(default_factory=list)
    cell: str = ""

    @property
    def brand_number(self) -> str:
        """Return the number in another system of the brand."""
        return self.texts.get("brand_number", "")


def read_row(record: CsvRecord, plan: ColumnMapping) -> ImportRow:
    """Parse a record by the column mapping. A cell that does not fit is omitted with a warning naming the column."""
    row = ImportRow(line=record.line)
    cells = record.cells

    def every(name: str) -> list[tuple[int, str]]:
        found = [(n, cells[n].replace("\0", "")) for n in plan.columns.get(name, ()) if n < len(cells)]
        return [(n, cell) for n, cell in found if not is_blank(cell)]

    for name, longest in _TEXTS.items():
        said = every(name)
        if said:
            row.texts[name] = " ".join(said[0][1].split())[:longest]
    _read_names(row)
    _read_emails(row, every("email"), plan)
    row.phones = [part.strip()[:500] for _, cell in every("phone") for part in cell.split(":::") if part.strip()]
    row.tags = [
        t.strip()[:80] for _, cell in every("tags") for t in re.split(r":::|[,;]", cell.replace('"', "")) if t.strip()
    ]
    _read_party(row, {name: every(name)[0][1] for name in PARTY_COLUMNS if every(name)})
    for _, cell in every("language")[:1]:
        word = fold(cell)
        row.language = _LANGUAGES.get(word) or _LANGUAGES.get(word[:2], "")
        if not row.language:
            row.warnings.append("unknown-language")
    _read_permission(row, plan, every)
    for n, own in plan.own_columns.items():
        if n < len(cells):
            _read_own(row, cells[n], own=own, day_first=plan.day_first[n], column=plan.names[n])
    for _, cell in every("attributes"):
        _read_attributes(row, cell, plan)
    if len(cells) > len(plan.names):
        row.warnings.append("too-many-cells")
    return row


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _read_party(row: ImportRow, cells: Mapping[str, str]) -> None:
    """Parse capacity, tax number, time zone and roles; one that does not fit is left out with a warning."""
    for name in cells.keys() & {"capacity"}:
        capacity = CAPACITY_WORDS.get(fold(cells[name]), "")
        row.texts |= {"capacity": capacity} if capacity else {}
        row.warnings += [] if capacity else [f"unknown-capacity: {cells[name].strip()[:60]}"]
    for name in cells.keys() & {"timezone"}:
        zone = cells[name].strip()
        row.texts |= {"timezone": zone} if zone in _zones() else {}
        row.warnings += [] if zone in _zones() else [f"unknown-timezone: {zone[:60]}"]
    for name in cells.keys() & {"tax_id"}:
        try:
            row.texts["tax_id"] = read_tax_number(cells[name], country=_country(row))
        except InvalidValue:
            row.warnings.append(f"tax-number-unfit: {cells[name].strip()[:60]}")
    for word in re.split(r":::|[,;/|]", cells.get("role", "")):
        kind = ROLE_WORDS.get(fold(word), "")
        if kind and kind not in row.roles:
            row.roles.append(kind)
        elif word.strip() and not kind:
            row.warnings.append(f"unknown-role: {word.strip()[:60]}")


def _country(row: ImportRow) -> str:
    country = row.texts.get("country", "")
    return country.upper() if len(country) == 2 else ""


def _read_names(row: ImportRow) -> None:
    full = row.texts.pop("full_name", "")
    if full and not row.texts.get("given_name") and not row.texts.get("family_name"):
        given, _, family = full.partition(" ")
        row.texts["given_name"], row.texts["family_name"] = given[:150], family[:150]
    if "?" in row.texts.get("given_name", "") + row.texts.get("family_name", ""):
        row.warnings.append("lost-letter")


def _read_emails(row: ImportRow, said: list[tuple[int, str]], plan: ColumnMapping) -> None:
    verdicts = [(n, cell, verdict) for n, cell in said for verdict in read_addresses(cell)]
    usable = [verdict for _, _, verdict in verdicts if verdict.usable]
    if usable:
        row.address = usable[0]
        row.others = [one.normalised for one in usable[1:] if one.normalised != usable[0].normalised]
        return
    for n, cell, verdict in verdicts:
        if verdict.state == "invalid":
            row.address = verdict
            row.cell = f"{plan.names[n]}: {cell}"[:200]
            row.warnings.append(f"address-{verdict.note}")
            return


def _read_permission(row: ImportRow, plan: ColumnMapping, every: Callable[[str], list[tuple[int, str]]]) -> None:
    for n, cell in every("consent")[:1]:
        row.granted, row.granted_on = _yes_or_date(cell, day_first=plan.day_first[n], row=row, column=plan.names[n])
    for n, cell in every("consent_date")[:1]:
        day = _day(cell, day_first=plan.day_first[n])
        if day is None:
            row.warnings.append("consent-without-date")
        row.granted_on = day or row.granted_on
    for _, cell in every("consent_text")[:1]:
        found = _VERSION.match(cell.strip())
        row.wording = found["text"] if found else cell.strip()
        row.version = found["version"] if found else ""
    for _, cell in every("consent_version")[:1]:
        row.version = cell.strip()[:40]
    for n, cell in every("withdrawn")[:1]:
        row.withdrawn, row.withdrawn_on = _yes_or_date(cell, day_first=plan.day_first[n], row=row, column=plan.names[n])
    for n, cell in every("unsubscribed")[:1]:
        left, day = _yes_or_date(cell, day_first=plan.day_first[n], row=row, column=plan.names[n])
        if left:
            row.withdrawn, row.withdrawn_on, row.status = True, day, "unsubscribed"
    for _, cell in every("status")[:1]:
        row.status = STATUSES.get(fold(cell), "") or row.status


def _yes_or_date(cell: str, *, day_first: bool, row: ImportRow, column: str) -> tuple[bool, date | None]:
    try:
        return read_yes_no(cell), None
    except ValueMisfit:
        day = _day(cell, day_first=day_first)
        if day is None:
            row.warnings.append(f"not-yes-or-date: {column}")
        return day is not None, day


def _day(cell: str, *, day_first: bool) -> date | None:
    try:
        return read_date(cell.strip(), day_first=day_first)
    except ValueMisfit:
        return None


def _read_own(row: ImportRow, cell: str, *, own: CustomFieldMapping, day_first: bool, column: str) -> None:
    cell = cell.replace("\0", "")
    if is_blank(cell):
        return
    try:
        row.own[own.key] = read_value(cell, kind=own.kind, day_first=day_first)
    except ValueMisfit:
        row.warnings.append(f"not-{own.kind}: {column}: {cell.strip()[:60]}")


def _read_attributes(row: ImportRow, cell: str, plan: ColumnMapping) -> None:
    try:
        found = read_attributes(cell)
    except (ValueError, TypeError, RecursionError):
        row.warnings.append("attributes-not-json")
        return
    for key, text in found.items():
        own = plan.attribute_keys.get(key)
        if own is not None:
            _read_own(row, text, own=own, day_first=True, column=key)
