"""Define a structured postal address and write it as lines, for letters, parties and issuers alike.

The parts are those of EN 16931 (BG-5, BG-8): street (BT-35), line_2 (BT-36), city (BT-37), postal_code (BT-38), region
(BT-39), country (BT-40, ISO 3166-1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Self

MOST_LINES = 6  # of an address zone (DIN 5008; NF Z 10-011; UPU S42: at most six lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """Hold the parts of a postal address, "" for those that it does not have."""

    street: str = ""
    line_2: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""

    @classmethod
    def read(cls, parts: Mapping[str, object]) -> Self:
        """Return the address of some parts by name, without blanks at their ends; other names are left out."""
        return cls(**{name: " ".join(str(parts.get(name) or "").split()) for name in PARTS})

    @property
    def is_complete(self) -> bool:
        """Return whether a letter can be addressed: with street and town."""
        return bool(self.street and self.city)

    def as_parts(self) -> dict[str, str]:
        """Return the parts that have a value, by name, as they are stored."""
        return {name: value for name, value in asdict(self).items() if value}

    def as_line(self) -> str:
        """Return the address in one line: "Calle Mayor 1, 28013 Madrid"; without the country."""
        parts = (self.street, self.line_2, f"{self.postal_code} {self.city}".strip(), self.region)
        return ", ".join(part for part in parts if part)

    def as_lines(self, *, addressee: Sequence[str], country: str = "") -> list[str]:
        """Return the lines of an envelope (UPU S42), from the addressee to the country, in capitals.

        `country` is its name, "" within the sender's country. A region that would make one line too many is left out.
        """
        place = f"{self.postal_code} {self.city}"
        lines = [*addressee, self.street, self.line_2, place, self.region, country.upper()]
        written = [line for part in lines if (line := " ".join(part.split()))]
        if len(written) > MOST_LINES and self.region:
            written.remove(self.region)
        return written


PARTS = tuple(field.name for field in fields(PostalAddress))
