"""Encode text for the body of a mail: quoted-printable (RFC 2045, section 6.7) in joinable chunks, or base64.

Each chunk ends with a soft break, so that chunks made at different times can be joined and decode to the whole. No line
begins with a dot, so that SMTP needs no dot-stuffing (RFC 5321, section 4.5.2). The result is also canonical for DKIM
(RFC 6376, section 3.4.4): no two blanks in a row, no tab, no blank at the end of a line.
"""

import binascii
import re
from functools import lru_cache

from markupsafe import escape

_LIMIT = 75  # with the "=" of the soft break: 76
MAX_CACHED = 256  # characters: longer values rarely repeat, and would fill the memory
_ENCODED = {code: f"={code:02X}".encode() for code in range(256)}
# Octets that must be encoded: controls, "=", eight-bit, and a blank that follows a blank or ends a line.
_TO_ENCODE = re.compile(rb"[^ -<>-~\n]|(?<= ) | (?=\n)")
_SHORT_AND_PLAIN = re.compile(r"(?!\.)[!-<>-~]+(?: [!-<>-~]+)*")


def quote_chunk(text: str) -> bytes:
    """Encode text (line ends are LF) as a chunk; lines have at most 76 octets, and the last ends with a soft break."""
    if not text:
        return b""
    octets = _TO_ENCODE.sub(lambda match: _ENCODED[match[0][0]], text.encode("utf-8", "replace"))
    written: list[bytes] = []
    for line in octets.split(b"\n"):
        start = 0
        while True:
            dotted = line.startswith(b".", start)
            lead = b"=2E" if dotted else b""
            start += dotted
            end = start + _LIMIT - len(lead)
            if len(line) <= end:
                break
            # Never split an encoded octet: "=" may be the last octet or the last but one.
            cut = line.rfind(b"=", end - 2, end)
            end = cut if cut >= 0 else end
            written += (lead, line[start:end], b"=\r\n")
            start = end
        written += (lead, line[start:], b"\r\n")
    written[-1] = b"=\r\n"
    return b"".join(written)


@lru_cache(maxsize=16384)
def quote_value(text: str) -> bytes:
    """Encode the value of a field as `quote_chunk` does, with a cache: cities and plans repeat from message to message.

    The caller must use `quote_chunk` for values of more than MAX_CACHED characters.
    """
    if len(text) <= _LIMIT and _SHORT_AND_PLAIN.fullmatch(text):
        return f"{text}=\r\n".encode("ascii")
    return quote_chunk(text)


@lru_cache(maxsize=16384)
def quote_markup(text: str) -> bytes:
    """Escape the value of a field for HTML, then encode it as `quote_value` does."""
    return quote_value(str(escape(text)))


def base64_lines(text: str) -> bytes:
    """Encode a whole text in base64, 76 characters a line, each ended by CRLF; line ends of the text become CRLF."""
    octets = text.replace("\n", "\r\n").encode("utf-8", "replace")
    encoded = binascii.b2a_base64(octets, newline=False)
    return b"".join([encoded[start : start + 76] + b"\r\n" for start in range(0, len(encoded), 76)])


def is_shorter_in_base64(text: str) -> bool:
    """Say whether base64 is shorter than quoted-printable, as for Greek, Cyrillic, Arabic or Chinese."""
    return len(quote_chunk(text)) > len(base64_lines(text))
