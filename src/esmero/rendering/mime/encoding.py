"""Text → octets for the body of a mail: quoted-printable (RFC 2045, section 6.7) in chunks that may be joined, or base64.

Each chunk ends with a soft break, so that chunks made at different times stand side by side and decode to the whole.
No line begins with a dot, so that SMTP has nothing to stuff (RFC 5321, section 4.5.2).
The result is also canonical for DKIM (RFC 6376, section 3.4.4): no two blanks in a row, no tab, none at the end of a line.
"""

import binascii
import re
from functools import lru_cache

from markupsafe import escape

_LIMIT = 75  # and the "=" of the soft break makes 76
REMEMBERED = 256  # characters: longer values are rarely alike, and memory must not grow with them
_ENCODED = {code: f"={code:02X}".encode() for code in range(256)}
# All that may not stand as it is: controls, "=", eight-bit, and a blank that follows a blank or ends a line.
_TO_ENCODE = re.compile(rb"[^ -<>-~\n]|(?<= ) | (?=\n)")
_SHORT_AND_PLAIN = re.compile(r"(?!\.)[!-<>-~]+(?: [!-<>-~]+)*")


def quote_chunk(text: str) -> bytes:
    """Encode text (line ends are LF) as a chunk; the longest line has 76 octets, the last is a soft break."""
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
            # Never part an encoded octet: "=" may stand last or last but one.
            cut = line.rfind(b"=", end - 2, end)
            end = cut if cut >= 0 else end
            written += (lead, line[start:end], b"=\r\n")
            start = end
        written += (lead, line[start:], b"\r\n")
    written[-1] = b"=\r\n"
    return b"".join(written)


@lru_cache(maxsize=16384)
def quote_value(text: str) -> bytes:
    """Encode the value of a field: as `quote_chunk`, remembered, since towns and plans repeat from mail to mail.

    Whoever calls encodes values of more than REMEMBERED characters by `quote_chunk`.
    """
    if len(text) <= _LIMIT and _SHORT_AND_PLAIN.fullmatch(text):
        return f"{text}=\r\n".encode("ascii")
    return quote_chunk(text)


@lru_cache(maxsize=16384)
def quote_markup(text: str) -> bytes:
    """Encode the value of a field for HTML: escaped, then as `quote_value`."""
    return quote_value(str(escape(text)))


def base64_lines(text: str) -> bytes:
    """Encode a whole text in base64, 76 characters a line, each ended by CRLF; the text's own line ends become CRLF."""
    octets = text.replace("\n", "\r\n").encode("utf-8", "replace")
    encoded = binascii.b2a_base64(octets, newline=False)
    return b"".join([encoded[start : start + 76] + b"\r\n" for start in range(0, len(encoded), 76)])


def is_shorter_in_base64(text: str) -> bool:
    """Say whether base64 takes less room, as for Greek, Cyrillic, Arabic or Chinese."""
    return len(quote_chunk(text)) > len(base64_lines(text))
