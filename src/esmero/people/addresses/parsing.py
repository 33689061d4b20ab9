"""Parse and normalise e-mail addresses from text cells: usable, corrected, empty or invalid.

Only the syntax is checked (RFC 5321, 4.1.2; RFC 5891 for internationalised domains); no DNS query is made.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

type State = Literal["ok", "mended", "none", "invalid"]

# Placeholders that people write into a mandatory field, in Spanish, French and English.
PLACEHOLDERS = frozenset(
    (
        *("-", "--", "---", ".", "?", "x", "n/a", "na", "n.a.", "s/n", "no", "non", "null", "nil", "none", "unknown"),
        *(
            "sin",
            "nada",
            "ninguno",
            "desconocido",
            "vacío",
            "no tiene",
            "no tengo",
            "no aplica",
            "sin correo",
            "sin email",
        ),
        *("aucun", "néant", "inconnu", "pas de mail", "not available"),
    )
)

MOST_LOCAL_OCTETS = 64
MOST_OCTETS = 254
_BLANKS = " \t\r\n\f\v\u00a0\u2007\u202f\u200b\u2060\ufeff"
_PLAIN = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_NAMED = re.compile(r"^[^<>]*<([^<>]*)>$")


@dataclass(frozen=True, slots=True)
class AddressVerdict:
    """Hold the result: `normalised` is lower case with an ASCII domain ("" unless usable), `note` a fault code."""

    state: State
    normalised: str = ""
    note: str = ""

    @property
    def usable(self) -> bool:
        return self.state in {"ok", "mended"}


_NONE = AddressVerdict("none")


def read_address(cell: str) -> AddressVerdict:
    """Parse one cell.

    Corrected are outer blanks (no-break ones too), angle brackets, a display name, `mailto:` and capitals. Notes on
    invalid cells: blank, two-ats, written-at, comma, no-domain, local-too-long, two-dots, foreign-script, malformed.
    """
    text = cell.strip(_BLANKS)
    if not text or text.lower() in PLACEHOLDERS:
        return _NONE
    named = _NAMED.match(text)
    if named:
        text = named[1].strip(_BLANKS)
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0].strip(_BLANKS)
    lowered = text.lower()
    # Nearly all addresses match this expression, which is many times faster than email_validator.
    if _PLAIN.fullmatch(lowered) and len(lowered) <= MOST_OCTETS and lowered.index("@") <= MOST_LOCAL_OCTETS:
        return AddressVerdict("ok" if lowered == cell else "mended", lowered)
    return _read_odd(lowered)


# Checked in this order; the first match names the fault.
_FAULTS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("written-at", re.compile(r"^[^@]*(?:\s(?:at|arroba|chez)\s|[(\[]at[)\]])[^@]*$").search),
    ("no-domain", lambda text: "@" not in text or text.endswith("@")),
    ("comma", lambda text: text[-1] in ",;"),
    ("blank", lambda text: any(character in _BLANKS for character in text)),
    ("two-ats", lambda text: text.count("@") > 1),
    ("local-too-long", lambda text: len(text.partition("@")[0].encode()) > MOST_LOCAL_OCTETS),
    ("two-dots", lambda text: ".." in text),
    ("foreign-script", lambda text: not text.partition("@")[0].isascii()),
)


def _read_odd(text: str) -> AddressVerdict:
    note = next((note for note, holds in _FAULTS if holds(text)), "")
    if note:
        return AddressVerdict("invalid", note=note)
    from email_validator import EmailNotValidError, validate_email  # few addresses need it, and it is slow to load

    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return AddressVerdict("invalid", note="malformed")
    if found.ascii_email is None:
        return AddressVerdict("invalid", note="foreign-script")
    return AddressVerdict("mended", found.ascii_email.lower())


def read_addresses(cell: str) -> list[AddressVerdict]:
    """Parse a cell that may hold several addresses; it is split only if every part is a usable address."""
    for separator in (":::", ";", ","):
        if separator in cell:
            parts = [part for part in (read_address(part) for part in cell.split(separator)) if part.state != "none"]
            if len(parts) == cell.count(separator) + 1 and all(part.usable for part in parts):
                return parts
    return [read_address(cell)]


def domain_of(address: str) -> str:
    """Return the domain of a normalised address."""
    return address.rpartition("@")[2]
