"""Masks: what the author wrote in braces becomes words that MJML, CSS and HTML tools carry through unharmed.

A mask looks like `q7xe12x7q`: fence, a letter for its kind, its number, fence. In running text a step (`{% … %}`) is
a comment, because a word between two table rows would be thrown out of the table by every HTML parser.
"""

import re
from dataclasses import dataclass, field
from itertools import count

from esmero.rendering.templates.language import (
    CLOSE_FIELD,
    CLOSE_STEP,
    CLOSE_WAY,
    OPEN_FIELD,
    OPEN_STEP,
    OPEN_WAY,
    WRITTEN,
)
from esmero.rendering.tokens import TokenPurpose

FIELD, STEP, ADDRESS, QUERY, WAY = "e", "s", "u", "q", "w"
SLOT_OPEN, SLOT_CLOSE = "b", "d"
WAYS = {
    "unsubscribe_url": TokenPurpose.UNSUBSCRIBE,
    "preferences_url": TokenPurpose.PREFERENCES,
    "why_url": TokenPurpose.WHY,
}


@dataclass
class Placeholders:
    """The constructs of one body by number, and the links that were registered in their order."""

    fence: str
    written: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(f"(?:<!--)?{self.fence}([a-z])([a-z]?[0-9]+){self.fence[::-1]}(?:-->)?")

    @property
    def step(self) -> str:
        """Give the regular expression of any step in running text."""
        return f"<!--{self.fence}{STEP}[0-9]+{self.fence[::-1]}-->"

    def word(self, kind: str, number: int | str) -> str:
        return f"{self.fence}{kind}{number}{self.fence[::-1]}"

    def way(self, purpose: TokenPurpose, link: int = 0) -> str:
        """Give the word for an address that carries a token."""
        return self.word(WAY, f"{purpose.value}{link}")

    def link(self, target: str) -> str:
        """Register a target (once, however often it is linked) and give the word that stands for it."""
        if target not in self.links:
            self.links.append(target)
        return self.way(TokenPurpose.CLICK, self.links.index(target))

    def way_of(self, number: int) -> TokenPurpose | None:
        return WAYS.get(self.written[number])

    def unmask(self, text: str) -> str:
        """Put the constructs back, now between the delimiters of the inner language."""
        return self.pattern.sub(self._construct, text)

    def _construct(self, match: re.Match[str]) -> str:
        kind, number = match[1], match[2]
        if kind == WAY:
            return f"{OPEN_WAY}{number}{CLOSE_WAY}"
        inner = self.written[int(number)]
        if kind == STEP:
            return f"{OPEN_STEP} {inner} {CLOSE_STEP}"
        if kind == ADDRESS:
            inner = f"({inner}) | web_address"
        elif kind == QUERY:
            inner = f"({inner}) | query_value"
        return f"{OPEN_FIELD} {inner} {CLOSE_FIELD}"


def mask(text: str) -> tuple[str, Placeholders]:
    """Replace every construct by its word, keeping the number of lines; raises Jinja2's TemplateSyntaxError."""
    fence = next(each for each in (f"q{n}x" for n in count(7)) if each not in text)
    masks = Placeholders(fence)
    written: list[str] = []
    construct: list[str] | None = None
    lines = 0
    for line, kind, value in WRITTEN.lex(text):
        if kind in ("variable_begin", "block_begin", "comment_begin"):
            missing = line - 1 - lines
            written.append("\n" * missing)  # white-space control ate them; places must stay true
            lines += missing
            construct = [value]
        elif construct is not None:
            construct.append(value)
            if kind in ("variable_end", "block_end"):
                masks.written.append("".join(construct[1:-1]).strip())
                masks.lines.append(line)
                written.append(masks.word(FIELD if kind == "variable_end" else STEP, len(masks.written) - 1))
            if kind in ("variable_end", "block_end", "comment_end"):
                breaks = "".join(construct).count("\n")
                written.append("\n" * breaks)
                lines += breaks
                construct = None
        elif kind == "data":
            written.append(value)
            lines += value.count("\n")
    return "".join(written), masks
