"""Folded text: what search and order compare, so that "Muñoz" is found by "munoz" on every database."""

import unicodedata


def fold(text: str) -> str:
    """Return the text without accents, in small letters, with single blanks (NFKD, marks removed, full case folding)."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
