"""Guess the character encoding of a file: by byte order mark, by validity, or by the likelier letters."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from esmero.imports.files.problem import FileProblem

_SAMPLE = 256 * 1024
_MARKS = (  # longer marks first: the mark of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_TEXT = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"\x1f\x8b", "compressed"),
    (b"SQLite format 3", "database"),
)
# Of the 8-bit encodings that decode, the one with most Spanish and French letters wins; the first one on a tie.
_EIGHT_BIT = ("cp1252", "iso8859-15", "mac_roman", "cp850", "cp1250")
_LIKELY = frozenset("áéíóúüñçàèìòùâêîôûäëïöÁÉÍÓÚÜÑÇÀÈÌÒÙÂÊÎÔÛÄËÏÖœŒæÆºª¿¡€’‘“”«»–—·ãõåøÅØß")
_MIXED_SHARE = 5


@dataclass(frozen=True, slots=True)
class Encoding:
    """Hold a Python codec name (without BOM) and `mark`, the number of octets of the byte order mark."""

    name: str
    mark: int = 0


def guess_encoding(path: Path) -> Encoding:
    """Return the encoding of a file; the whole file is read, block by block.

    Raises:
        FileProblem: the file is empty, not text, or UTF-8 that is damaged somewhere.

    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    for mark, name in _MARKS:
        if sample.startswith(mark):
            _refuse_empty(sample[len(mark) :])
            return Encoding(name, len(mark))
    _refuse_empty(sample)
    for magic, kind in _NO_TEXT:
        if sample.startswith(magic):
            raise FileProblem("file-without-list", kind=kind)
    wide = _without_mark(sample)
    if wide:
        return Encoding(wide)
    # Tab, line feed, vertical tab, form feed, return, Ctrl-Z and escape occur in text files.
    odd = sum(sample.count(code) for code in range(32) if code not in (9, 10, 11, 12, 13, 26, 27))
    if odd * 50 > len(sample):
        raise FileProblem("file-not-text")
    return Encoding("utf-8") if _is_utf8(path) else Encoding(_guess_eight_bit(path))


def _refuse_empty(sample: bytes) -> None:
    if not sample.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise FileProblem("file-empty")


def _without_mark(sample: bytes) -> str:
    """Detect UTF-16 without a byte order mark: in Latin script every other octet is NUL."""
    if sample.count(0) * 4 < len(sample):
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 5 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 5 * odd else ""


def _is_utf8(path: Path) -> bool:
    """Return whether the file is UTF-8; raise if it nearly is, since another encoding would spoil all other letters."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    good = bad = line = 0
    first_bad = None
    with path.open("rb") as file:
        while block := file.read(_SAMPLE):
            text = decoder.decode(block)
            if not text.isascii():
                for row in text.splitlines(keepends=True):
                    if not row.isascii():
                        spoilt = sum(1 for letter in row if "\udc80" <= letter <= "\udcff")
                        good += sum(1 for letter in row if letter > "\x7f") - spoilt
                        bad += spoilt
                        if spoilt and first_bad is None:
                            first_bad = line + 1
                    line += row.endswith("\n")
            else:
                line += text.count("\n")
    tail = decoder.decode(b"", final=True)
    bad += len(tail)
    if not bad:
        return True
    if good >= _MIXED_SHARE * bad:
        raise FileProblem("utf8-damaged", line=first_bad or line + 1)
    return False


def _guess_eight_bit(path: Path) -> str:
    high = bytearray()
    with path.open("rb") as file:
        while (block := file.read(_SAMPLE)) and len(high) < _SAMPLE:
            high += bytes(octet for octet in block if octet > 127)
    scores = {}
    for name in _EIGHT_BIT:
        try:
            text = bytes(high).decode(name)
        except UnicodeDecodeError:
            continue
        scores[name] = sum(letter in _LIKELY for letter in text)
    if not scores:
        raise FileProblem("encoding-unknown")
    return max(scores, key=lambda name: scores[name])
