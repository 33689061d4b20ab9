"""Fold text for search and sorting, so that "munoz" finds "Muñoz" on every database."""

import unicodedata


def fold(text: str) -> str:
    """Return the text without accents, case-folded, with single blanks (NFKD, combining marks removed)."""
    if text.isascii():  # most texts; the result is the same, several times as fast
        return " ".join(text.lower().split())
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
