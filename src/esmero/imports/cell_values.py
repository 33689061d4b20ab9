"""Parse the text of a cell of a file into a typed value."""

import re
from datetime import date

from django.db import models

from esmero.refusal import InvalidValue
from esmero.text_folding import fold

type Value = str | int | float | bool

YES = frozenset("yes y si s x 1 true verdadero oui o vrai on ok".split())  # noqa: SIM905 - read as a list of words
NO = frozenset("no n 0 false falso non faux off".split())  # noqa: SIM905

_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})?[.,][0-9]{1,17}")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?")
_COMMON_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?: \d{1,2}:\d{2}.*)?")


class CellKind(models.TextChoices):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    YES_NO = "boolean"
    DATE = "date"
    CHOICE = "choice"


class ValueMisfit(InvalidValue):
    """Refuse a text that is no value of a CellKind."""


def is_blank(cell: str) -> bool:
    """Return whether a cell is empty: blanks, or the zero date that address books export for "none"."""
    return not cell.strip() or cell.strip() in {"0/0/00", "0000-00-00", "0000-00-00 00:00:00"}


def read_yes_no(cell: str) -> bool:
    """Parse a yes or no in Spanish, French or English; raise ValueMisfit."""
    word = fold(cell)
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueMisfit("value-unfit", value=cell, kind="boolean")


def read_integer(cell: str) -> int:
    """Parse an integer; leading zeros mark a code and raise ValueMisfit."""
    if not _INTEGER.fullmatch(cell):
        raise ValueMisfit("value-unfit", value=cell, kind="integer")
    return int(cell)


def read_decimal(cell: str) -> float:
    """Parse a number with point or comma, without thousands separators; raise ValueMisfit."""
    if not (_DECIMAL.fullmatch(cell) or _INTEGER.fullmatch(cell)):
        raise ValueMisfit("value-unfit", value=cell, kind="decimal")
    return float(cell.replace(",", "."))


def read_date(cell: str, *, day_first: bool = True) -> date:
    """Parse the day of a date or time: ISO 8601, or day and month in the stated order; raise ValueMisfit."""
    iso = _ISO_DATE.fullmatch(cell)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    else:
        common = _COMMON_DATE.fullmatch(cell)
        if not common:
            raise ValueMisfit("value-unfit", value=cell, kind="date")
        first, second, year = (int(part) for part in common.groups())
        day, month = (first, second) if day_first else (second, first)
        if len(common[3]) == 2:
            year += 2000 if year < 69 else 1900
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueMisfit("value-unfit", value=cell, kind="date") from None


def read_value(cell: str, *, kind: str, day_first: bool = True) -> Value:
    """Parse a cell as a value of this kind, as JSON holds it (dates in ISO 8601); raise ValueMisfit."""
    text = cell.strip()
    match kind:
        case CellKind.YES_NO:
            return read_yes_no(text)
        case CellKind.INTEGER:
            return read_integer(text)
        case CellKind.DECIMAL:
            return read_decimal(text)
        case CellKind.DATE:
            return read_date(text, day_first=day_first).isoformat()
        case _:
            return text
