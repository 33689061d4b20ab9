"""Words in several languages on the command line: `TEXT`, or `es=TEXT` once a language."""

import re
from collections.abc import Sequence

from esmero.management.command import CommandFault

_PREFIX = re.compile(r"(es|fr|en)=(.*)", re.DOTALL)


def by_language(given: Sequence[str], *, default: str) -> dict[str, str]:
    """Return language to text; what names no language is in `default`."""
    words: dict[str, str] = {}
    for text in given:
        match = _PREFIX.fullmatch(text)
        language, said = (match[1], match[2]) if match else (default, text)
        if language in words:
            raise CommandFault(
                f"Two texts are given in {language}: {words[language]!r} and {said!r}. Give each language once."
            )
        words[language] = said
    return words
