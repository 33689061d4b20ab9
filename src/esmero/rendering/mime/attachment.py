"""Encode a file as a MIME part: base64 (RFC 2045), or a mail as it is (message/rfc822, RFC 2046, section 5.2.1)."""

import binascii
from dataclasses import dataclass
from urllib.parse import quote

from esmero.rendering.mime.headers import guard
from esmero.rendering.mime.part import MIXED_BOUNDARY

_MAIL_HEAD = b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n"
_LINE = 76
_MAX_LINE = 998  # octets of a line that may stand in a mail unencoded (RFC 5322, section 2.1.1)
_PLAIN_NAME = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-()+,@")


@dataclass(frozen=True, slots=True)
class EncodedAttachment:
    """Hold a MIME part with its headers, ready to stand between two boundaries; it ends with CRLF.

    `is_canonical`: its octets need no canonicalisation for DKIM (RFC 6376, section 3.4.4).
    """

    octets: bytes
    is_canonical: bool = True


def encode_attachment(content: bytes, *, media_type: str, name: str) -> EncodedAttachment:
    """Encode a file; a mail that may not stand unencoded becomes a file of octets."""
    if media_type == "message/rfc822":
        lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if _may_stand(content, lines):
            return EncodedAttachment(_MAIL_HEAD + b"\r\n".join(lines) + b"\r\n", is_canonical=False)
        media_type = "application/octet-stream"
    kind = guard(media_type, header="Content-Type", field="media_type")
    head = (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {_write_name(name)}\r\n\r\n"
    )
    text = binascii.b2a_base64(content, newline=False)
    return EncodedAttachment(
        head.encode() + b"\r\n".join([text[start : start + _LINE] for start in range(0, len(text), _LINE)]) + b"\r\n"
    )


def _may_stand(content: bytes, lines: list[bytes]) -> bool:
    """Say whether a mail may be attached as it is: seven bit, short lines, and no boundary of ours in it."""
    boundary = f"--{MIXED_BOUNDARY}".encode()
    return content.isascii() and b"\0" not in content and boundary not in content and max(map(len, lines)) <= _MAX_LINE


def _write_name(name: str) -> str:
    """Write the file name as a quoted string, or by RFC 2231 if it holds more than plain letters."""
    name = guard(name, header="Content-Disposition", field="name").strip()[:200] or "file"
    if _PLAIN_NAME.issuperset(name):
        return f'filename="{name}"'
    return f"filename*=utf-8''{quote(name.encode('utf-8', 'replace'), safe='')}"
