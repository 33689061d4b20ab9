"""Pick the reader's language of words that are stored in several."""

from collections.abc import Mapping

from django.utils.translation import get_language


def pick_translation(words: Mapping[str, str] | None) -> str:
    """Return the reader's language of {language: text}, else English, else any."""
    if not words:
        return ""
    return words.get(get_language() or "en") or words.get("en") or next(iter(words.values()))
