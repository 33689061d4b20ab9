"""Parse arguments that give a text in several languages: `TEXT`, or `es=TEXT` once a language."""

import re
from collections.abc import Sequence

from esmero.management.command import CommandFault

_PREFIX = re.compile(r"(es|fr|en)=(.*)", re.DOTALL)


def parse_translations(arguments: Sequence[str], *, default: str) -> dict[str, str]:
    """Return the texts by language; a text without a language prefix is in `default`.

    Raise CommandFault if a language is given twice.
    """
    texts: dict[str, str] = {}
    for text in arguments:
        match = _PREFIX.fullmatch(text)
        language, content = (match[1], match[2]) if match else (default, text)
        if language in texts:
            raise CommandFault(
                f"Two texts are given in {language}: {texts[language]!r} and {content!r}. Give each language once."
            )
        texts[language] = content
    return texts
