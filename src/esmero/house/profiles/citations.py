"""Name the source of a value of a jurisdiction profile."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Citation:
    """Name the source of a value (law and article), and the day on which it was last read."""

    source: str
    as_of: date
