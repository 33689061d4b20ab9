"""Parse the capabilities that a relay announces (RFC 5321 4.1.1.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Hold the extensions that matter to a sender; none if only HELO was understood."""

    names: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()
    pipelining: bool = False
    chunking: bool = False
    size: bool = False
    size_limit: int = 0
    eight_bit: bool = False
    smtputf8: bool = False
    dsn: bool = False
    starttls: bool = False

    @classmethod
    def read(cls, lines: Sequence[str]) -> Self:
        """Parse the lines of a reply to EHLO; the first is only the relay's name."""
        offered: dict[str, list[str]] = {}
        for line in lines[1:]:
            # Relays before RFC 4954 wrote "AUTH=PLAIN", and some still send it beside the right form
            name, *words = line.replace("AUTH=", "AUTH ", 1).upper().split() or [""]
            offered[name] = offered.get(name, []) + words
        limit = (offered.get("SIZE") or [""])[0]
        return cls(
            names=tuple(name for name in offered if name),
            mechanisms=tuple(dict.fromkeys(offered.get("AUTH", []))),
            pipelining="PIPELINING" in offered,
            chunking="CHUNKING" in offered,
            size="SIZE" in offered,
            size_limit=int(limit) if limit.isascii() and limit.isdigit() else 0,
            eight_bit="8BITMIME" in offered,
            smtputf8="SMTPUTF8" in offered,
            dsn="DSN" in offered,
            starttls="STARTTLS" in offered,
        )
