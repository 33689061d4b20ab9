"""Cut folded texts into trigrams, by which both databases find the texts that contain a word or a part of one.

A text has a blank before each word, the first included, so that " be" is a trigram of all words that begin with "be".
"""

SIZE = 3


def list_trigrams(text: str) -> set[str]:
    """Return the trigrams of a folded text that can be searched: of its words, with the blank before them."""
    words = [f" {word}" for word in text.split()]
    return {word[start : start + SIZE] for word in words for start in range(len(word) - SIZE + 1)}


def write_part(word: str) -> str:
    """Return what a text contains if it has a folded word: three letters inside a word, fewer where a word begins."""
    return word if len(word) >= SIZE else f" {word}"


def cover_part(part: str) -> set[str]:
    """Return the fewest trigrams that cover a part: those at every third letter, and the last; none of a shorter one.

    A text that contains the part has them all. The reverse is not certain, so texts found by them are compared.
    """
    if len(part) < SIZE:
        return set()
    return {part[start : start + SIZE] for start in range(0, len(part) - SIZE + 1, SIZE)} | {part[-SIZE:]}
