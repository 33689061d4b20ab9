"""Which relay to speak to and how, and what is told when that does not work."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """One relay as the operator configured it.

    `security` is never weakened by what the relay offers: with "starttls" and "tls" nothing is said in the clear.
    `verify` asks for a certificate of the host's name that the system, or the authorities in `ca_file`, vouch for.
    `mechanism` "" takes PLAIN or LOGIN, whichever is offered; for "xoauth2" the password is the access token.
    `window` is how many messages may be under way on one connection over CHUNKING; `timeout` is in seconds, from the
    last sign of life. `dsn` asks for delivery reports by RFC 3461 where the relay offers them.
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
    """A session could not be opened: at which `place` (a stage of an outcome), why, and what to do about it."""

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
    """What a relay said of itself on a session that was opened for asking only."""

    greeting: str
    capabilities: tuple[str, ...]
    mechanisms: tuple[str, ...]
    tls_version: str
    """"TLSv1.3" and the like; "" where the session is in the clear."""
    size_limit: int
    """The largest message in octets; 0 where the relay names none."""
    signed_in: bool
