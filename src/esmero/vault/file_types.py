"""Recognise the media type of a file by its first octets; the name and the type that came with it say nothing."""

import re
from collections.abc import Mapping

UNKNOWN = "application/octet-stream"
PROGRAM = "application/x-executable"
RASTER = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
SVG = "image/svg+xml"
_TEXT_WITHIN = 4096

# First octets → type; signatures of the formats' own specifications.
_BEGINS: Mapping[bytes, str] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"%PDF-": "application/pdf",
    b"PK\x03\x04": "application/zip",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "application/x-ole-storage",
    b"ID3": "audio/mpeg",
    b"OggS": "audio/ogg",
    b"MZ": PROGRAM,
    b"\x7fELF": PROGRAM,
    b"\xfe\xed\xfa\xce": PROGRAM,
    b"\xfe\xed\xfa\xcf": PROGRAM,
    b"\xce\xfa\xed\xfe": PROGRAM,
    b"\xcf\xfa\xed\xfe": PROGRAM,
    b"#!": PROGRAM,
}
_RIFF: Mapping[bytes, str] = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_SVG = re.compile(r"<(?:\w+:)?svg[\s>/]", re.IGNORECASE)
# MIME Sniffing (WHATWG), section 7.1: the tags at the beginning that make a browser take text for HTML.
_HTML = re.compile(
    r"\s*<(?:!doctype\s+html|!--|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[\s>]",
    re.IGNORECASE,
)


def recognise_type(content: bytes) -> str:
    """Return the media type of the content, UNKNOWN if it is none of those told apart here."""
    for begins, media_type in _BEGINS.items():
        if content.startswith(begins):
            return media_type
    if content[:4] == b"RIFF":
        return _RIFF.get(content[8:12], UNKNOWN)
    if content[4:8] == b"ftyp":
        return "image/heic" if content[8:12] in {b"heic", b"heix", b"mif1"} else "video/mp4"
    return _recognise_text(content[:_TEXT_WITHIN])


def _recognise_text(head: bytes) -> str:
    try:
        # The cut may fall inside a character.
        text = head.decode("utf-8-sig", "strict" if len(head) < _TEXT_WITHIN else "ignore")
    except UnicodeDecodeError:
        return UNKNOWN
    if "\x00" in text:
        return UNKNOWN
    if _SVG.search(text):
        return SVG
    return "text/html" if _HTML.match(text) else "text/plain"
