"""Fold text for search and sorting, so that "munoz" finds "Muñoz" on every database."""

import unicodedata


def fold(text: str) -> str:
    """Return the text without accents, case-folded, with single blanks (NFKD, combining marks removed)."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
