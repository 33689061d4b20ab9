"""Fold text for search and sorting, so that "munoz" finds "Muñoz" on every database."""

import re
import unicodedata

_LATIN_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]")  # U+034F is none


def fold(text: str) -> str:
    """Return the text without accents, case-folded, with single blanks (NFKD, combining marks removed)."""
    # An import folds several texts of each line: most are ASCII, and most others have Latin marks alone.
    if text.isascii():
        return " ".join(text.lower().split())
    letters = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    if not letters.isascii():
        letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(letters.split())
