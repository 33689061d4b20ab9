"""Compile tables of phrases: one regular expression a line, any of which may match."""

import re


def compile_phrases(table: str, *, around: str = "{}", flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """Compile a table into one pattern that matches any of its lines.

    `around` is a format for the whole pattern; `{}` in it is replaced by the alternatives.
    """
    lines = [line.strip() for line in table.split("\n")]
    return re.compile(around.replace("{}", "(?:" + "|".join(line for line in lines if line) + ")"), flags)
