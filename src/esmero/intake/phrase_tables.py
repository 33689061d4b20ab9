"""Compile tables of phrases: one regular expression a line, any of which may match."""

import re
from collections.abc import Iterator
from functools import cached_property


class Phrases:
    """Hold a table of phrases, compiled at the first search: compiling all takes longer than reading a message."""

    def __init__(self, table: str, *, around: str, flags: re.RegexFlag) -> None:
        self._table, self._around, self._flags = table, around, flags

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        lines = [line.strip() for line in self._table.split("\n")]
        alternatives = "(?:" + "|".join(line for line in lines if line) + ")"
        return re.compile(self._around.replace("{}", alternatives), self._flags)

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match in a text."""
        return self._pattern.search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Return every match in a text."""
        return self._pattern.finditer(text)

    def findall(self, text: str) -> list[str]:
        """Return the words of every match in a text."""
        return self._pattern.findall(text)

    def sub(self, by: str, text: str) -> str:
        """Return a text with every match replaced."""
        return self._pattern.sub(by, text)


def compile_phrases(table: str, *, around: str = "{}", flags: re.RegexFlag = re.IGNORECASE) -> Phrases:
    """Return a pattern that matches any line of a table; `{}` in `around` is replaced by the alternatives."""
    return Phrases(table, around=around, flags=flags)
