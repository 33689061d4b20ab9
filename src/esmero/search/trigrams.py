"""Cut folded words into trigrams, by which both databases find words that contain a text of three letters or more."""

SIZE = 3


def list_trigrams(text: str) -> set[str]:
    """Return all trigrams of the words of a folded text."""
    return {word[start : start + SIZE] for word in text.split() for start in range(len(word) - SIZE + 1)}


def cover_word(word: str) -> set[str]:
    """Return the fewest trigrams that cover a word: those at every third letter, and the last; none of a shorter word.

    A text that contains the word has them all. The reverse is not certain, so texts found by them are compared.
    """
    if len(word) < SIZE:
        return set()
    return {word[start : start + SIZE] for start in range(0, len(word) - SIZE + 1, SIZE)} | {word[-SIZE:]}
