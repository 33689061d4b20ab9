"""Decode octets of mail into text. Never raises, and never uses a codec that is not a charset."""

import codecs
import re
from functools import lru_cache

# Codecs that Python counts as text but no mail may ask for: they are slow on hostile input or run escapes.
_FORBIDDEN = {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
# WHATWG Encoding: senders who say Latin-1 or ASCII mean Windows-1252, and the Asian ones mean a superset too.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-8": "cp1255",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "tis_620": "cp874",
}
_ALIASES = {
    "iso-8859-8-i": "cp1255",
    "x-sjis": "cp932",
    "cp-850": "cp850",
    "ks_c_5601-1987": "cp949",
    "x-gbk": "gb18030",
}
_SAMPLE = 8_192
ENOUGH_TO_GUESS = 24
_NUL = re.compile("\x00")


@lru_cache(maxsize=256)
def find_codec(name: str) -> str:
    """Return the codec for a declared charset; empty if none is fit for mail."""
    wanted = name.strip().strip("\"'").lower()[:40]
    wanted = _ALIASES.get(wanted, wanted)
    try:
        found = codecs.lookup(wanted)
    except (LookupError, ValueError):
        return ""
    if not getattr(found, "_is_text_encoding", True) or found.name.replace("-", "_") in _FORBIDDEN:
        return ""
    return _SUPERSETS.get(found.name, found.name)


def decode(octets: bytes, *, charset: str = "") -> str:
    """Decode octets: as UTF-8 if valid, else by the declared charset, else by the likeliest one. NULs are removed."""
    codec = find_codec(charset) if charset else ""
    # Text in another charset is hardly ever valid UTF-8, so UTF-8 wins over a declared eight-bit charset.
    for candidate in ("utf-8", codec) if codec in {"", "cp1252", "utf-8"} else (codec, "utf-8"):
        if candidate:
            try:
                return _NUL.sub("", octets.decode(candidate))
            except (UnicodeError, ValueError):
                continue
    if codec:
        return _NUL.sub("", octets.decode(codec, "replace"))
    return _NUL.sub("", octets.decode(_guess(octets[:_SAMPLE]), "replace"))


def _guess(sample: bytes) -> str:
    """Guess the codec.

    Few octets beyond ASCII prove nothing; the result is then Windows-1252, the commonest of the West.
    """
    if sum(octet > 127 for octet in sample) < ENOUGH_TO_GUESS:
        return "cp1252"
    from charset_normalizer import from_bytes  # slow to load, and seldom needed

    best = from_bytes(sample, steps=3, chunk_size=256).best()
    return find_codec(best.encoding) or "cp1252" if best else "cp1252"
