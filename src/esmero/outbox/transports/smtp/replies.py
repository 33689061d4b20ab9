"""Parse the replies of a relay: hostile octets in, bounded replies out (RFC 5321 4.2, RFC 2034)."""

import re
from collections.abc import Iterator

LINE_LIMIT = 4096
"""Octets of one reply line. RFC 5321 4.5.3.1.5 allows 512; real relays exceed it in refusals with links."""
REPLY_LIMIT = 65536
"""Octets of one reply with all its lines."""
TEXT_LIMIT = 500
"""Characters of a reply that are stored."""

_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]+")


class GarbageReplyError(Exception):
    """Report octets that are no SMTP reply; the connection cannot be trusted any further."""


class Reply:
    """Hold one whole reply; its text is decoded on access."""

    __slots__ = ("_lines", "code")

    def __init__(self, code: int, lines: list[bytes]) -> None:
        self.code = code
        self._lines = lines

    @property
    def lines(self) -> list[str]:
        """Return the text of each line, without code and separator, printable."""
        return [make_printable(line[4:].decode("utf-8", "replace")) for line in self._lines]

    @property
    def text(self) -> str:
        """Return all lines in one, at most TEXT_LIMIT characters."""
        return " ".join(self.lines)[:TEXT_LIMIT]

    @property
    def enhanced(self) -> str:
        """Return the RFC 3463 status at the beginning of the text, if its class matches the code; else ""."""
        line = self._lines[0]
        found = _ENHANCED.match(line, 4)
        return found[0].decode() if found and line[4] == line[0] else ""


class ReplyReader:
    """Split a stream of octets into replies, however the network has split it."""

    __slots__ = ("_held", "_lines", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._held = 0

    @property
    def is_empty(self) -> bool:
        """Say whether no part of an unfinished reply is buffered."""
        return not self._rest and not self._lines

    def feed(self, data: bytes) -> Iterator[Reply]:
        """Take octets as they come and yield the replies that are complete now.

        A LF alone ends a line too. Raises GarbageReplyError for anything that is no reply or is too long, after it has
        yielded the valid replies before it.
        """
        *lines, self._rest = (self._rest + data if self._rest else data).split(b"\n")
        for raw in lines:
            line = raw.rstrip(b"\r")
            self._check(line)
            self._lines.append(line)
            if line[3:4] != b"-":
                reply, self._lines, self._held = Reply(int(line[:3]), self._lines), [], 0
                yield reply
        if len(self._rest) > LINE_LIMIT:
            raise GarbageReplyError(f"a reply line of more than {LINE_LIMIT} octets")

    def _check(self, line: bytes) -> None:
        code = line[:3]
        if len(line) > LINE_LIMIT:
            raise GarbageReplyError(f"a reply line of more than {LINE_LIMIT} octets")
        if not (len(code) == 3 and code.isdigit() and b"200" <= code <= b"599" and line[3:4] in b" -"):
            raise GarbageReplyError(f"not a reply: {make_printable(line[:60].decode('ascii', 'replace'))!r}")
        if self._lines and self._lines[0][:3] != code:
            raise GarbageReplyError(f"a reply that changes its code from {self._lines[0][:3].decode()} in the middle")
        self._held += len(line)
        if self._held > REPLY_LIMIT:
            raise GarbageReplyError(f"a reply of more than {REPLY_LIMIT} octets")


def make_printable(text: str) -> str:
    """Replace characters by a space if they could disturb a terminal, a log or a page."""
    return text if text.isprintable() else _UNPRINTABLE.sub(" ", text)
