"""Read header fields of hostile mail: bounded, unfolded, decoded by RFC 2047 and RFC 2231, in their order."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from esmero.intake.mime.charsets import decode

MAX_HEAD = 262_144
"""Octets of one header block that are read."""
MAX_FIELDS = 1_000
MAX_VALUE = 65_536
MAX_ADDRESS = 2_000

_FIELD = re.compile(rb"^([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)$", re.DOTALL)
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_NO_LETTER = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_GAP = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")
_FOLD = re.compile(r"\r?\n[ \t]+|[\r\n]+")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"(?!@)')
_COMMENT = re.compile(r"\([^()]*\)")
_ANGLE = re.compile(r"<\s*(?:@[^:<>]{1,255}:)?([^\s<>@]{1,128}@[^\s<>()\[\]\",;:@]{1,255})\s*>")
_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@]{1,128}@[^\s<>()\[\]\",;:@]{1,255}")


def decode_words(value: str) -> str:
    """Decode the encoded words of a header's value (RFC 2047); unreadable ones stay as they are."""
    if "=?" not in value:
        return value
    # Some senders cut a character in two between neighbouring words, so octets are joined before they are decoded.
    joined, out, position = _GAP.sub(r"\1", value), list[str](), 0
    octets, charset = b"", ""
    for match in _WORD.finditer(joined):
        between = joined[position : match.start()]
        if octets and (between or match[1].lower() != charset):
            out.append(decode(octets, charset=charset))
            octets = b""
        out.append(between)
        charset, position = match[1].lower(), match.end()
        octets += _read_word(match[3], base64_coded=match[2] in "bB")
    if octets:
        out.append(decode(octets, charset=charset))
    return "".join(out) + joined[position:]


def _read_word(text: str, *, base64_coded: bool) -> bytes:
    raw = text.encode("utf-8", "replace")
    if not base64_coded:
        return quopri.decodestring(raw, header=True)
    return decode_base64(raw)


def decode_base64(raw: bytes) -> bytes:
    """Decode base64 and skip any other octets between its letters; a broken end loses only itself."""
    letters = raw.translate(None, _NO_LETTER)
    whole = len(letters) - (1 if len(letters) % 4 == 1 else 0)
    try:
        return base64.b64decode(letters[:whole] + b"=" * (-whole % 4))
    except (binascii.Error, ValueError):
        return b""


@dataclass(frozen=True, slots=True)
class Headers:
    """Hold header fields in their order: lower-case name, unfolded value with 8-bit octets decoded.

    Encoded words are decoded on access.
    """

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of a field, decoded and on one line."""
        return next((decode_words(value).strip() for key, value in self.fields if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field, decoded."""
        return tuple(decode_words(value).strip() for key, value in self.fields if key == name)

    def __contains__(self, name: object) -> bool:
        return any(key == name for key, _ in self.fields)

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self.fields)

    def address(self, *names: str) -> str:
        """Return the first mail address in the first of these fields that has one; empty if none has."""
        for name in names:
            for value in self.all(name):
                if found := find_address(value):
                    return found
        return ""

    def params(self, name: str = "content-type") -> tuple[str, dict[str, str]]:
        """Return the main value in lower case and the parameters (RFC 2045, 2231) of a structured field."""
        raw = next((value for key, value in self.fields if key == name), "")
        if not raw:
            return "", {}
        box = Message()
        box[name] = raw[:4_096].replace("\r", " ").replace("\n", " ")
        try:
            pairs: list[tuple[str, str | tuple[str | None, str | None, str]]] = list(box.get_params(header=name) or [])
            found: dict[str, str] = {}
            for key, value in pairs[1:]:
                text = (
                    value
                    if isinstance(value, str)
                    else decode(value[2].encode("latin-1", "replace"), charset=value[0] or "")
                )
                found.setdefault(key.lower(), decode_words(text))
            return pairs[0][0].strip().lower(), found
        except (ValueError, LookupError, TypeError, AttributeError):
            return raw.split(";")[0].strip().lower(), {}


def find_address(value: str) -> str:
    """Return the mail address in a header's value (RFC 5322 3.4), without comments: the one in angles, else the first.

    The standard library's parser recurses for each bracket of a hostile value, so this uses bounded patterns.
    """
    plain = _QUOTED.sub(" ", value[:MAX_ADDRESS])
    for _ in range(4):
        plain = _COMMENT.sub(" ", plain)
    for text in (plain, value[:MAX_ADDRESS]):
        if found := _ANGLE.search(text) or _ADDRESS.search(text):
            return found[found.lastindex or 0].strip(".'`")
    return ""


def read_headers(block: bytes) -> Headers:
    """Read the fields of a header block.

    Lines that belong to no field are skipped, so that later fields are still found.
    """
    fields: list[tuple[str, bytes]] = []
    for line in re.split(rb"\r\n|\n|\r", block[:MAX_HEAD]):
        if line[:1] in b" \t" and line:
            if fields and len(fields[-1][1]) < MAX_VALUE:
                fields[-1] = (fields[-1][0], fields[-1][1] + b" " + line.strip())
        elif (match := _FIELD.match(line)) and len(fields) < MAX_FIELDS:
            fields.append((match[1].decode("ascii").lower(), match[2][:MAX_VALUE]))
        # The envelope line of mbox files: the only sender of some old bounces.
        elif line.startswith((b"From ", b">From ")) and not fields:
            fields.append(("x-unix-from", line.split(b" ", 1)[1]))
    return Headers(tuple((name, _FOLD.sub(" ", decode(value))) for name, value in fields))
