"""Put a refusal into words, in the active language: the one place where codes and facts become text."""

from esmero.refusal import Refusal
from esmero.web.refusals.words.segments import WORDS


def say(refusal: Refusal) -> str:
    """Return the text of a refusal."""
    words = WORDS[refusal.code]
    return words(**refusal.facts) if callable(words) else str(words) % refusal.facts
