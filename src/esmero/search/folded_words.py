"""Fold search texts, and the texts that are searched, into words."""

from esmero.text_folding import fold


def fold_words(text: str) -> list[str]:
    """Return the folded words of a search text, each once. No stored text holds NUL, which databases refuse."""
    return list(dict.fromkeys(fold(text.replace("\0", " ")).split()))


def fold_fields(fields: tuple[str, ...]) -> str:
    """Return the words of the fields of one subject, folded, with a blank before each (search/trigrams.py)."""
    return "".join(f" {folded}" for field in fields if (folded := fold(field.replace("\0", " "))))
