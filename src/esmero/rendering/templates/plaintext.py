"""Make the text part from the HTML, once per template."""

import re
from html.parser import HTMLParser
from typing import override

from esmero.rendering.templates.placeholders import STEP, Placeholders

_BLOCKS = {"div": 1, "li": 1, "dt": 1, "dd": 1, "tr": 1, "br": 1, "hr": 2, "p": 2, "ul": 2, "ol": 2, "table": 2} | {
    f"h{level}": 2 for level in range(1, 7)
}  # the number of line ends between an element and its neighbours
_VOID = frozenset(["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"])


def make_text(document: str, placeholders: Placeholders) -> str:
    """Make the text part of an HTML document with placeholders: one line per block, link targets after their text."""
    reader = _Reader(placeholders)
    reader.feed(document)
    reader.close()
    return reader.finish()


class _Reader(HTMLParser):
    def __init__(self, placeholders: Placeholders) -> None:
        super().__init__(convert_charrefs=True)
        self._placeholders = placeholders
        self._written: list[str] = []
        self._wanted = 0  # line ends wanted before the next words
        self._present = 2  # line ends already there
        self._hidden: list[str] = []  # open elements since the one that is not shown
        self._links: list[tuple[str, int]] = []
        self._tables: list[bool] = []  # whether each open table holds data, not layout
        self._cells = 0

    def finish(self) -> str:
        return "".join(self._written).strip("\n") + "\n"

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if (
            self._hidden
            or tag in ("style", "title", "script")
            or "display:none" in given.get("style", "").replace(" ", "")
        ):
            if tag not in _VOID:
                self._hidden.append(tag)
            return
        if tag == "table":
            self._tables.append(given.get("role") != "presentation")
        elif tag == "tr":
            self._cells = 0
        elif tag in ("td", "th"):
            self._start_cell()
        elif tag == "img" and given.get("alt"):
            self._say(given["alt"])
        elif tag == "a":
            self._links.append((given.get("href", ""), len(self._written)))
        self._part(_BLOCKS.get(tag, 0))
        if tag == "li":
            self._say("- ")

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    @override
    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._hidden.pop()
            return
        if tag == "table" and self._tables:
            self._tables.pop()
        elif tag == "td" and not (self._tables and self._tables[-1]):
            self._part(2)
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())
        self._part(_BLOCKS.get(tag, 0))

    @override
    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._say(data)

    @override
    def handle_comment(self, data: str) -> None:
        match = self._placeholders.pattern.fullmatch(data)
        if match and match[1] == STEP and not self._hidden:
            # Pending line ends are written before the step: a skipped branch must not remove its neighbour's line end.
            self._flush()
            self._written.append(data)

    def _start_cell(self) -> None:
        self._cells += 1
        if self._tables and self._tables[-1]:
            if self._cells > 1:
                self._say("  ")
        else:
            self._part(2)

    def _end_link(self, address: str, start: int) -> None:
        words = "".join(self._written[start:]).strip()
        if not address or address.startswith("#") or address in (words, f"mailto:{words}", f"tel:{words}"):
            return
        if words:
            self._say(f" ({address})")
        else:
            self._say(address)

    def _part(self, line_ends: int) -> None:
        self._wanted = max(self._wanted, line_ends)

    def _flush(self) -> None:
        missing = max(0, self._wanted - self._present)
        if missing and self._written:
            self._written[-1] = self._written[-1].rstrip(" ")
        self._written.append("\n" * missing)
        self._present += missing
        self._wanted = 0

    def _say(self, words: str) -> None:
        words = words if words == "  " else re.sub(r"[ \t\r\n\f]+", " ", words)
        begins = max(self._wanted, self._present) > 0
        if begins or (self._written and self._written[-1].endswith(" ")):
            words = words.lstrip(" ")
        if not words or (begins and not words.strip()):  # a no-break space alone only fills a table cell
            return
        self._flush()
        self._written.append(words)
        self._present = 0
