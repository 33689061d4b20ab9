"""Prepare text for the font of letters on paper: normalise it, drop pictograms, refuse what the font cannot show."""

import re
import unicodedata

from esmero.refusal import InvalidValue

# Characters of Libertinus Serif, regular and bold, the font that Typst embeds; a test lays out each of them.
_RANGES = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x24F), (0x2B9, 0x2C7), (0x384, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1),
    (0x3A3, 0x3CE), (0x400, 0x45F), (0x490, 0x4C4), (0x1E00, 0x1E9B), (0x1E9E, 0x1E9E), (0x1EA0, 0x1EF9),
    (0x2010, 0x2015), (0x2018, 0x2022), (0x2026, 0x2026), (0x2030, 0x2037), (0x2039, 0x203A), (0x2044, 0x2044),
    (0x2070, 0x2071), (0x2074, 0x208E), (0x20A4, 0x20A4), (0x20A7, 0x20A7), (0x20AC, 0x20AC), (0x2116, 0x2116),
    (0x2122, 0x2122), (0x2153, 0x215E), (0x2190, 0x2195), (0x2212, 0x2212), (0x221A, 0x221A), (0x221E, 0x221E),
    (0x2260, 0x2260), (0x2264, 0x2265), (0x25A0, 0x25A1), (0x25CF, 0x25CF), (0x2605, 0x2605), (0x2665, 0x2666),
)  # fmt: skip
PRINTABLE = frozenset(chr(code) for first, last in _RANGES for code in range(first, last + 1))
_SPACES = re.compile(r"[\u2000-\u200a\u205f\u3000\t\v\f]")
_NO_BREAK = re.compile(r"[\u2007\u202f]")


class LetterUnprintable(InvalidValue):
    """Refuse to print characters that the font cannot show."""


def make_printable(text: str) -> str:
    """Return text in composed form (NFC), without pictograms and control characters; line ends stay.

    Raises LetterUnprintable for letters of other scripts, currency signs and all else that carries meaning: a letter
    with holes in it must not be sent.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    text = _NO_BREAK.sub("\u00a0", _SPACES.sub(" ", text))
    if all(one in PRINTABLE or one == "\n" for one in text):
        return text
    kept = [one for one in text if one in PRINTABLE or one == "\n" or not _is_ornament(one)]
    missing = dict.fromkeys(one for one in kept if one not in PRINTABLE and one != "\n")
    if missing:
        names = [f"{one} (U+{ord(one):04X})" for one in missing]
        raise LetterUnprintable("letter-unprintable", characters=", ".join(names[:5]))
    return "\n".join(re.sub(" {2,}", " ", line).rstrip() for line in "".join(kept).split("\n"))


def _is_ornament(character: str) -> bool:
    """Return whether a character is a pictogram, its modifier, or invisible."""
    return unicodedata.category(character) in {"So", "Sk", "Cc", "Cf", "Co", "Cn"} or "\ufe00" <= character <= "\ufe0f"
