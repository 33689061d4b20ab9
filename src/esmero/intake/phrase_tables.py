"""Tables of phrases: one regular expression a line, any of which may match."""

import re


def compile_phrases(table: str, *, around: str = "{}", flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """Return the pattern that matches any line of a table; `around` frames it, with {} where the lines stand."""
    lines = [line.strip() for line in table.split("\n")]
    return re.compile(around.replace("{}", "(?:" + "|".join(line for line in lines if line) + ")"), flags)
