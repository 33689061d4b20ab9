"""Encode header values: data cannot break out of its line (RFC 5322), and non-ASCII is encoded (RFC 2047)."""

import base64
import re
import unicodedata
from functools import lru_cache

from esmero.refusal import InvalidValue

_FORBIDDEN = re.compile(r"[\r\n\0]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_PRINTABLE = re.compile(r"[ -~]*")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u00a1-\U0010ffff]+")
_QUOTED_LOCAL_PART = re.compile(r'"(?:[ !#-\[\]-~\u00a1-\U0010ffff]|\\[ -~])*"')
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_OVERHEAD = len("=?utf-8?q??=")


class HeaderInjection(InvalidValue):
    """Refuse a value from data that would change the structure of a message; `header` and `field` name its place."""


def has_break(value: str) -> bool:
    """Say whether a value would end its header line."""
    return _FORBIDDEN.search(value) is not None


def guard(value: str, *, header: str, field: str) -> str:
    """Return `value` unchanged; raises HeaderInjection if it holds CR, LF or NUL."""
    if has_break(value):
        raise HeaderInjection("header-with-break", header=header, field=field)
    return value


@lru_cache(maxsize=16384)
def encode_text(text: str, *, used: int) -> str:
    """Encode an unstructured value; `used` octets of its first line are taken by the header's name.

    Runs of white space become one blank, so that lines are always folded at a single blank.
    """
    words = text.split()
    text = " ".join(words)
    plain = text.isascii() and text.isprintable() and "=?" not in text and all(len(word) <= 60 for word in words)
    if plain:
        return text if used + len(text) <= 78 else _fold(words, used=used)
    return "\r\n ".join(_encoded_words(text, used=used))


def encode_phrase(name: str, *, used: int) -> str:
    """Encode a display name: as atoms, as a quoted string, or as encoded words (not allowed in a quoted string)."""
    name = name.strip()
    if len(name) <= 60 and _ATOMS.fullmatch(name) and "=?" not in name:
        return name
    if len(name) <= 60 and _PRINTABLE.fullmatch(name) and "=?" not in name:
        return '"{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"'))
    return "\r\n ".join(_encoded_words(" ".join(name.split()), used=used))


def encode_mailbox(name: str, address: str, *, used: int) -> str:
    """Return `name <address>` or the address alone; folded before the address if the line would exceed 78."""
    if not name or name.isspace():
        return address
    phrase = encode_phrase(name, used=used)
    last = len(phrase) - phrase.rfind("\r\n ") if "\r\n " in phrase else used + len(phrase)
    return f"{phrase}{' ' if last + len(address) + 3 <= 78 else '\r\n '}<{address}>"


def write_address(address: str, *, header: str, field: str) -> str:
    """Return an address with its domain in A-labels; raises HeaderInjection if it is no address."""
    local, at, domain = address.rpartition("@")
    fits = _LOCAL_PART.fullmatch(local) or _QUOTED_LOCAL_PART.fullmatch(local)
    if not (at and fits and local.isprintable() and len(local.encode("utf-8", "replace")) <= 64):
        raise HeaderInjection("header-without-address", header=header, field=field)
    try:
        return f"{local}@{write_domain(domain)}"
    except ValueError:
        raise HeaderInjection("header-without-domain", header=header, field=field) from None


@lru_cache(maxsize=4096)
def write_domain(domain: str) -> str:
    """Return a domain in A-labels, lower case (RFC 5890); raises ValueError if a label cannot be one."""
    labels = []
    for label in unicodedata.normalize("NFC", domain.lower()).split("."):
        if label.isascii():
            written = label
        elif label.isprintable() and not any(character.isspace() for character in label):
            written = f"xn--{label.encode('punycode').decode('ascii')}"
        else:
            written = ""
        if not _LABEL.fullmatch(written):
            raise ValueError(f"“{domain}” is not a domain name")
        labels.append(written)
    return ".".join(labels)


def _fold(words: list[str], *, used: int) -> str:
    lines, room = [words[0]], 78 - used - len(words[0])
    for word in words[1:]:
        if len(word) + 1 <= room:
            lines[-1] += f" {word}"
            room -= len(word) + 1
        else:
            lines.append(word)
            room = 77 - len(word)
    return "\r\n ".join(lines)


def _encoded_words(text: str, *, used: int) -> list[str]:
    """Return encoded words of at most 75 characters that split no character (RFC 2047, section 5)."""
    octets = text.encode("utf-8", "replace")
    quoted = sum(1 if code in _Q_SAFE or code == 0x20 else 3 for code in octets)
    in_q = quoted <= 4 * ((len(octets) + 2) // 3)
    words, run, size = [], bytearray(), 0
    limit = 76 - _OVERHEAD - min(used, 40)
    for character in text:
        piece = character.encode("utf-8", "replace")
        cost = sum(1 if code in _Q_SAFE or code == 0x20 else 3 for code in piece) if in_q else 0
        grown = size + cost if in_q else 4 * ((len(run) + len(piece) + 2) // 3)
        if grown > limit and run:
            words.append(_encoded_word(bytes(run), in_q=in_q))
            run, size, limit = bytearray(), 0, 75 - _OVERHEAD
        run += piece
        size += cost
    words.append(_encoded_word(bytes(run), in_q=in_q))
    return words


def _encoded_word(octets: bytes, *, in_q: bool) -> str:
    if not in_q:
        return f"=?utf-8?b?{base64.b64encode(octets).decode('ascii')}?="
    written = "".join("_" if code == 0x20 else chr(code) if code in _Q_SAFE else f"={code:02X}" for code in octets)
    return f"=?utf-8?q?{written}?="
