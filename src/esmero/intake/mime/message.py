"""Parse a message into header fields and leaf parts, bounded in size, depth and number, from any octets.

The standard library's tree builder recurses once a level and tries every open boundary on every line, so a crafted
message costs minutes. Here each level is cut by one pass over its own boundary, and the limits apply while parsing.
"""

import quopri
import re
from dataclasses import dataclass

from esmero.intake.mime.charsets import decode
from esmero.intake.mime.headers import MAX_HEAD, Headers, decode_base64, read_headers

MAX_OCTETS = 8_388_608
"""Octets of a message that are read; the rest is attachments or an attack."""
MAX_DEPTH = 8
MAX_PARTS = 200
MAX_PREFACE = 300
MAX_TEXT = 262_144
"""Characters of one text."""

_END_OF_HEAD = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
_LEADING_BLANKS = re.compile(rb"\A(?:[ \t]*\r?\n)+")
_BOUNDARY_LOOK = re.compile(rb"^--([!-~]{1,70}?)[ \t]*\r?\n(?:content-[a-z-]+:)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ParsedPart:
    """Hold a leaf part: header fields, media type in lower case, octets without transfer encoding."""

    type: str
    headers: Headers
    content: bytes
    charset: str = ""
    attached: bool = False
    flowed: bool = False

    @property
    def text(self) -> str:
        """Return the content as text with line feeds only, at most MAX_TEXT characters."""
        text = decode(self.content[: 4 * MAX_TEXT], charset=self.charset)[:MAX_TEXT]
        return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """Hold a message: outer header fields, leaf parts in their order.

    `truncated`: parts beyond the limits were not read.
    """

    headers: Headers
    type: str
    params: dict[str, str]
    parts: tuple[ParsedPart, ...]
    truncated: bool

    def first(self, *types: str) -> ParsedPart | None:
        """Return the first leaf part of one of these media types."""
        return next((part for part in self.parts if part.type in types), None)


def parse_message(raw: bytes) -> ParsedMessage:
    """Parse a message (RFC 5322, 2045, 2046). Any octets give a ParsedMessage."""
    octets = _LEADING_BLANKS.sub(b"", raw[:MAX_OCTETS])
    head, body = split_head(octets)
    headers = read_headers(head)
    collector = _PartCollector()
    collector.visit(headers, body, depth=0, default="text/plain")
    kind, params = headers.params()
    truncated = collector.truncated or len(raw) > MAX_OCTETS or len(head) > MAX_HEAD
    return ParsedMessage(headers, kind, params, tuple(collector.parts), truncated)


def split_head(octets: bytes) -> tuple[bytes, bytes]:
    """Split octets into header block and body at the first empty line."""
    if octets[:1] in {b"\n", b"\r"}:
        return b"", octets.lstrip(b"\r\n")
    end = _END_OF_HEAD.search(octets)
    return (octets[: end.start()], octets[end.end() :]) if end else (octets, b"")


class _PartCollector:
    def __init__(self) -> None:
        self.parts: list[ParsedPart] = []
        self.truncated = False

    def visit(self, headers: Headers, body: bytes, *, depth: int, default: str) -> None:
        if len(self.parts) >= MAX_PARTS:
            self.truncated = True
            return
        kind, params = headers.params()
        if not kind and depth == 0 and self._opens_with_parts(body):
            kind = "multipart/mixed"
        kind = kind if "/" in kind else default
        boundary = params.get("boundary", "").encode("utf-8", "replace") if kind.startswith("multipart/") else b""
        if kind.startswith("multipart/"):
            boundary = self._known_boundary(boundary, body)
            if boundary and depth < MAX_DEPTH:
                self._visit_children(kind, boundary, body, depth=depth)
                return
            # Without a usable boundary the body is kept as text, so that its words are not lost.
            self.truncated |= depth >= MAX_DEPTH
            kind = "text/plain"
        disposition, _ = headers.params("content-disposition")
        self.parts.append(
            ParsedPart(
                type=kind,
                headers=headers,
                content=undo_transfer(body, encoding=headers.get("content-transfer-encoding")),
                charset=params.get("charset", ""),
                attached=disposition == "attachment",
                flowed=params.get("format", "").lower() == "flowed",
            )
        )

    @staticmethod
    def _opens_with_parts(body: bytes) -> bool:
        """Say whether a body is multipart although its header does not declare it.

        Only the first MAX_PREFACE octets count: a boundary further down belongs to a pasted message.
        """
        found = _BOUNDARY_LOOK.search(body[:MAX_HEAD])
        return found is not None and -1 < body.find(b"--" + found[1]) <= MAX_PREFACE

    @staticmethod
    def _known_boundary(declared: bytes, body: bytes) -> bytes:
        """Return the declared boundary if the body contains it, else the one that the body seems to use."""
        if declared and b"--" + declared in body:
            return declared
        if declared.strip() and b"--" + declared.strip() in body:
            return declared.strip()
        found = _BOUNDARY_LOOK.search(body[:MAX_HEAD])
        return found[1] if found else b""

    def _visit_children(self, kind: str, boundary: bytes, body: bytes, *, depth: int) -> None:
        default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        edge = re.compile(rb"(?:\A|\r?\n|\r)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r|\n|\Z)")
        begin = -1
        preamble = True
        for match in edge.finditer(body):
            if preamble and body[: match.start()].strip():
                self._add_outside_text(body[: match.start()])
            preamble = False
            if begin >= 0:
                self._visit_child(body[begin : match.start()], depth=depth, default=default)
            begin = -1 if match[1] else match.end()
            if len(self.parts) >= MAX_PARTS:
                self.truncated = True
                return
            if match[1]:
                self._add_outside_text(body[match.end() :])
                return
        if begin >= 0:
            self._visit_child(body[begin:], depth=depth, default=default)

    def _visit_child(self, octets: bytes, *, depth: int, default: str) -> None:
        # The line end after the boundary is part of the boundary; a second one means "no header fields".
        octets = re.sub(rb"\A(?:\r\n|\n|\r)", b"", octets, count=1)
        head, body = split_head(octets)
        headers = read_headers(head)
        if head.strip() and not headers.fields:
            body = octets
        self.visit(headers, body, depth=depth + 1, default=default)

    def _add_outside_text(self, octets: bytes) -> None:
        """Add text outside the boundaries: no part by RFC 2046, but old mailers put words there."""
        if octets.strip() and len(self.parts) < MAX_PARTS:
            self.parts.append(ParsedPart(type="x-loose/plain", headers=Headers(), content=octets[:MAX_TEXT]))


def undo_transfer(body: bytes, *, encoding: str) -> bytes:
    """Decode a body by its Content-Transfer-Encoding (RFC 2045 section 6); an unknown encoding returns it unchanged."""
    name = encoding.strip().strip("\"'").lower()
    if name == "base64":
        return decode_base64(body)
    if name.startswith("quoted"):
        return quopri.decodestring(body)
    return body
