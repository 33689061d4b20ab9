"""Replace template constructs by placeholders: words that MJML, CSS and HTML tools keep unchanged.

A placeholder looks like `q7xe12x7q`: fence, a letter for its kind, its number, fence. In text a step (`{% … %}`) is a
comment, because every HTML parser moves a word between two table rows out of the table.
"""

import re
from dataclasses import dataclass, field
from itertools import count

from esmero.rendering.templates.language import (
    CLOSE_FIELD,
    CLOSE_STEP,
    CLOSE_TOKEN_LINK,
    OPEN_FIELD,
    OPEN_STEP,
    OPEN_TOKEN_LINK,
    SOURCE_ENVIRONMENT,
)
from esmero.rendering.tokens import TokenPurpose

FIELD, STEP, ADDRESS, QUERY, TOKEN_LINK = "e", "s", "u", "q", "w"
SLOT_OPEN, SLOT_CLOSE = "b", "d"
TOKEN_FIELDS = {
    "unsubscribe_url": TokenPurpose.UNSUBSCRIBE,
    "preferences_url": TokenPurpose.PREFERENCES,
    "why_url": TokenPurpose.WHY,
}


@dataclass
class Placeholders:
    """Hold the constructs of one body by number, and its registered links in their order."""

    fence: str
    constructs: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(f"(?:<!--)?{self.fence}([a-z])([a-z]?[0-9]+){self.fence[::-1]}(?:-->)?")

    @property
    def step(self) -> str:
        """Return the regular expression of any step in text."""
        return f"<!--{self.fence}{STEP}[0-9]+{self.fence[::-1]}-->"

    def placeholder(self, kind: str, number: int | str) -> str:
        return f"{self.fence}{kind}{number}{self.fence[::-1]}"

    def token_link(self, purpose: TokenPurpose, link: int = 0) -> str:
        """Return the placeholder for an address with a token."""
        return self.placeholder(TOKEN_LINK, f"{purpose.value}{link}")

    def link(self, target: str) -> str:
        """Register a link target, once for all its occurrences, and return its placeholder."""
        if target not in self.links:
            self.links.append(target)
        return self.token_link(TokenPurpose.CLICK, self.links.index(target))

    def find_token_purpose(self, number: int) -> TokenPurpose | None:
        return TOKEN_FIELDS.get(self.constructs[number])

    def restore(self, text: str) -> str:
        """Replace placeholders by their constructs, now between the delimiters of the inner language."""
        return self.pattern.sub(self._construct, text)

    def _construct(self, match: re.Match[str]) -> str:
        kind, number = match[1], match[2]
        if kind == TOKEN_LINK:
            return f"{OPEN_TOKEN_LINK}{number}{CLOSE_TOKEN_LINK}"
        inner = self.constructs[int(number)]
        if kind == STEP:
            return f"{OPEN_STEP} {inner} {CLOSE_STEP}"
        if kind == ADDRESS:
            inner = f"({inner}) | web_address"
        elif kind == QUERY:
            inner = f"({inner}) | query_value"
        return f"{OPEN_FIELD} {inner} {CLOSE_FIELD}"


def insert_placeholders(text: str) -> tuple[str, Placeholders]:
    """Replace every construct by its placeholder, with the same number of lines; raises jinja2.TemplateSyntaxError."""
    fence = next(each for each in (f"q{n}x" for n in count(7)) if each not in text)
    placeholders = Placeholders(fence)
    written: list[str] = []
    construct: list[str] | None = None
    lines = 0
    for line, kind, value in SOURCE_ENVIRONMENT.lex(text):
        if kind in ("variable_begin", "block_begin", "comment_begin"):
            missing = line - 1 - lines
            written.append("\n" * missing)  # white-space control removed them; line numbers must stay the same
            lines += missing
            construct = [value]
        elif construct is not None:
            construct.append(value)
            if kind in ("variable_end", "block_end"):
                placeholders.constructs.append("".join(construct[1:-1]).strip())
                placeholders.lines.append(line)
                written.append(
                    placeholders.placeholder(
                        FIELD if kind == "variable_end" else STEP,
                        len(placeholders.constructs) - 1,
                    )
                )
            if kind in ("variable_end", "block_end", "comment_end"):
                breaks = "".join(construct).count("\n")
                written.append("\n" * breaks)
                lines += breaks
                construct = None
        elif kind == "data":
            written.append(value)
            lines += value.count("\n")
    return "".join(written), placeholders
