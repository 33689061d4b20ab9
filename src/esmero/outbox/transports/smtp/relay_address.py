"""Describe a relay's configuration, its faults and its capabilities."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Hold one relay as the operator configured it.

    `security` is never weakened by the relay's offer: with "starttls" and "tls" nothing is sent unencrypted. `verify`
    demands a certificate for the host's name, trusted by the system or by the authorities in `ca_file`. `mechanism` ""
    selects PLAIN or LOGIN, whichever is offered; for "xoauth2" the password is the access token. `window` is the number
    of messages in flight on one connection with CHUNKING; `timeout` is in seconds from the last activity. `dsn`
    requests delivery reports by RFC 3461 if the relay offers them.
    """

    host: str
    port: int
    helo: str
    security: Literal["none", "starttls", "tls"]
    username: str = ""
    password: str = field(default="", repr=False)
    mechanism: Literal["", "plain", "login", "xoauth2"] = ""
    connections: int = 4
    window: int = 8
    verify: bool = True
    ca_file: str = ""
    timeout: float = 60.0
    chunking: bool = True
    dsn: bool = False


class RelayTrouble(Exception):
    """Report that a session could not be opened: at which `place` (a stage of an outcome), why, and the remedy."""

    def __init__(self, text: str, *, place: str, remedy: str, code: int = 0, enhanced: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.place = place
        self.remedy = remedy
        self.code = code
        self.enhanced = enhanced

    def __str__(self) -> str:
        return f"{self.text}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Probe:
    """Hold the properties that a relay announced on a session opened only to read them."""

    greeting: str
    capabilities: tuple[str, ...]
    mechanisms: tuple[str, ...]
    tls_version: str
    """For example "TLSv1.3"; "" if the session is not encrypted."""
    size_limit: int
    """The largest message in octets; 0 if the relay announces none."""
    signed_in: bool
