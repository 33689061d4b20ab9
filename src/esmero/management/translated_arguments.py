"""Parse arguments that give a text in several languages: `TEXT`, or `es=TEXT` once a language."""

import re
from collections.abc import Sequence

from esmero.refusal import InvalidValue

_PREFIX = re.compile(r"(es|fr|en)=(.*)", re.DOTALL)


def parse_translations(arguments: Sequence[str], *, default: str) -> dict[str, str]:
    """Return the texts by language; a text without a language prefix is in `default`.

    Raise InvalidValue if a language is given twice.
    """
    texts: dict[str, str] = {}
    for text in arguments:
        match = _PREFIX.fullmatch(text)
        language, content = (match[1], match[2]) if match else (default, text)
        if language in texts:
            raise InvalidValue("language-given-twice", language=language, first=texts[language], second=content)
        texts[language] = content
    return texts
