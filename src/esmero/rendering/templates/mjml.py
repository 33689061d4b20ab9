"""Check MJML strictly, because mrml does not: it passes unknown tags on and names no place for its errors."""

import re
from difflib import get_close_matches
from html.parser import HTMLParser
from itertools import pairwise
from typing import override

from esmero.rendering.templates.html import TAGS
from esmero.rendering.templates.language import place_of
from esmero.rendering.templates.links import check_address, is_relative
from esmero.rendering.templates.placeholders import FIELD, STEP, Placeholders
from esmero.rendering.templates.problem import TemplateProblem, TranslatableText
from esmero.rendering.templates.promotion import SLOT

_HEAD = ("mj-title", "mj-preview", "mj-attributes", "mj-breakpoint", "mj-font", "mj-style", "mj-raw")
_CONTENT = (
    "mj-accordion", "mj-button", "mj-carousel", "mj-divider", "mj-image", "mj-navbar", "mj-raw", "mj-social",
    "mj-spacer", "mj-table", "mj-text",
)  # fmt: skip
# Allowed children of each element (MJML's own documentation, version 4). Elements that are no key have none.
CHILDREN: dict[str, tuple[str, ...]] = {
    "": ("mjml",),
    "mjml": ("mj-head", "mj-body"),
    "mj-head": _HEAD,
    "mj-body": ("mj-wrapper", "mj-section", "mj-hero", "mj-raw", SLOT),
    "mj-wrapper": ("mj-section", "mj-hero", "mj-raw"),
    SLOT: ("mj-wrapper", "mj-section", "mj-hero", "mj-raw"),
    "mj-section": ("mj-column", "mj-group", "mj-raw"),
    "mj-group": ("mj-column", "mj-raw"),
    "mj-column": _CONTENT,
    "mj-hero": _CONTENT,
    "mj-accordion": ("mj-accordion-element", "mj-raw"),
    "mj-accordion-element": ("mj-accordion-title", "mj-accordion-text", "mj-raw"),
    "mj-carousel": ("mj-carousel-image",),
    "mj-navbar": ("mj-navbar-link", "mj-raw"),
    "mj-social": ("mj-social-element", "mj-raw"),
}
_KNOWN = frozenset(name for names in CHILDREN.values() for name in names) | {"mj-all", "mj-class"}
CHILDREN["mj-attributes"] = tuple(sorted(_KNOWN - {"mjml", "mj-head", SLOT}))
# These hold HTML or text of the author; every other element holds elements only.
_HOLDS_HTML = (
    "mj-text", "mj-button", "mj-table", "mj-raw", "mj-accordion-title", "mj-accordion-text", "mj-navbar-link",
    "mj-social-element",
)  # fmt: skip
_HOLDS_WORDS = ("mj-title", "mj-preview", "mj-style")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_UNQUOTED = re.compile(r"""<[^\s>]+(?:\s+[^\s=>]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*\s+([^\s=>/]+)\s*=\s*[^\s"'>]""")


class MjmlReader(HTMLParser):
    """Check MJML with placeholders, and collect the results in attributes.

    `problems` are faults, `notes` name content that will be left out, `places` says for each placeholder if it is in
    text, in words or between elements, and `slots` holds start, end and kind (opening or not) of each promotion tag.
    """

    def __init__(self, placeholders: Placeholders) -> None:
        super().__init__(convert_charrefs=False)
        self.problems: list[TemplateProblem] = []
        self.notes: list[TemplateProblem] = []
        self.places: dict[str, str] = {}
        self.slots: list[tuple[int, int, bool]] = []
        self._starts: list[int] = []
        self._placeholders = placeholders
        self._open: list[tuple[str, int]] = []
        self._pattern = placeholders.pattern

    def read(self, text: str) -> None:
        """Check the whole body; a missing or repeated root and unclosed elements are problems too."""
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.feed(text)
        self.close()
        self._check_slots(text)
        for name, line in self._open:
            self._say(
                TranslatableText("<%(tag)s> is never closed", tag=name),
                TranslatableText("Close it with </%(tag)s>", tag=name),
                line=line,
            )
        for name in ("mjml", "mj-body"):
            if not re.search(f"<{name}\\b", text, re.IGNORECASE):
                self._say(
                    TranslatableText("there is no <%(tag)s>", tag=name),
                    TranslatableText("Begin with <mjml><mj-body>"),
                    line=1,
                )

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._enter(tag)
        self._check_attributes(tag, attrs)
        if tag == SLOT:
            start = self._offset()
            self.slots.append((start, start + len(self.get_starttag_text() or ""), True))
        if tag not in _VOID:
            self._open.append((tag, self.getpos()[0]))

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._enter(tag)
        self._check_attributes(tag, attrs)
        if tag == SLOT:
            self._say(
                TranslatableText("the promotion is empty"),
                TranslatableText("Put an <mj-section> between <%(tag)s> and </%(tag)s>", tag=SLOT),
            )

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        names = [name for name, _ in self._open]
        if tag not in names:
            self._say(
                TranslatableText("</%(tag)s> closes nothing", tag=tag),
                TranslatableText("Remove it, or open the element before"),
            )
            return
        while self._open[-1][0] != tag:
            name, line = self._open.pop()
            self._say(
                TranslatableText("<%(tag)s> is never closed", tag=name),
                TranslatableText("Close it with </%(tag)s> before </%(outer)s>", tag=name, outer=tag),
                line=line,
            )
        self._open.pop()
        if tag == SLOT:
            start = self._offset()
            self.slots.append((start, self.rawdata.index(">", start) + 1, False))

    @override
    def handle_data(self, data: str) -> None:
        parent, holder = self._parent(), self._holder()
        for match in self._pattern.finditer(data):
            place = "text" if holder in _HOLDS_HTML else "words" if parent in _HOLDS_WORDS else "between"
            self.places[match[1] + match[2]] = place
        if holder in _HOLDS_HTML or parent in _HOLDS_WORDS or parent not in _KNOWN:
            return
        loose = self._pattern.sub(lambda match: "" if match[1] == STEP else match[0], data).strip()
        if loose:
            line = self.getpos()[0] + data[: data.index(loose[0])].count("\n")
            shown = re.sub(self._pattern, "{{ … }}", loose)[:40]
            self._say(
                TranslatableText("the words “%(words)s” stand between elements and would be lost", words=shown),
                TranslatableText("Put them into an <mj-text>"),
                line=line,
            )

    def _enter(self, tag: str) -> None:
        parent, holder = self._parent(), self._holder()
        if tag == SLOT and SLOT in [name for name, _ in self._open]:
            self._say(TranslatableText("a promotion stands in another"), TranslatableText("Close the first one before"))
        if not tag.startswith("mj") and tag != SLOT:
            if holder not in _HOLDS_HTML:
                self._say(
                    TranslatableText("<%(tag)s> stands outside of any <mj-text>", tag=tag),
                    TranslatableText("Put it into an <mj-text> or <mj-raw>"),
                )
            elif tag not in TAGS:
                self._say(
                    TranslatableText("<%(tag)s> cannot be sent by mail", tag=tag),
                    TranslatableText("Use an <mj-style>") if tag == "style" else TranslatableText("Remove it"),
                )
        elif tag == "mj-font":
            what = TranslatableText("the font is not loaded, because its host would learn who reads the message")
            self.notes.append(
                TemplateProblem(
                    place_of("body", self.getpos()[0]), what, TranslatableText("Name a font that readers have")
                )
            )
        elif tag == "mj-include":
            self._say(
                TranslatableText("<mj-include> cannot be used"), TranslatableText("Copy its content to this place")
            )
        elif tag not in _KNOWN:
            near = get_close_matches(tag, _KNOWN, n=1)
            self._say(
                TranslatableText("<%(tag)s> is not an element of MJML", tag=tag),
                TranslatableText("Write <%(tag)s>", tag=near[0]) if near else TranslatableText("Remove it"),
            )
        elif tag not in CHILDREN.get(parent, ()):
            allowed = ", ".join(f"<{name}>" for name, names in CHILDREN.items() if name and tag in names)
            self._say(
                TranslatableText("<%(tag)s> cannot stand in <%(outer)s>", tag=tag, outer=parent),
                TranslatableText("It belongs into %(tags)s", tags=allowed)
                if allowed
                else TranslatableText("It belongs into nothing: begin with it"),
            )
        unquoted = _UNQUOTED.match(self.get_starttag_text() or "")
        if unquoted:
            self._say(
                TranslatableText(
                    "the value of “%(name)s” in <%(tag)s> has no quotation marks", name=unquoted[1], tag=tag
                ),
                TranslatableText('Write name="value"'),
            )

    def _check_attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on"):
                self._say(
                    TranslatableText(
                        "“%(name)s” in <%(tag)s> would run a program, which no mail reader does", name=name, tag=tag
                    ),
                    TranslatableText("Remove it"),
                )
            if name not in ("href", "src", "background-url") or tag == "mj-font":
                continue
            objection = check_address(name, value or "", self._placeholders)
            if objection:
                self._say(*objection)
            elif is_relative(value or "", self._placeholders):
                what = TranslatableText("“%(address)s” leads nowhere outside of a web site", address=value)
                self.notes.append(
                    TemplateProblem(
                        place_of("body", self.getpos()[0]), what, TranslatableText("Write the address out: https://…")
                    )
                )

    def _check_slots(self, text: str) -> None:
        """Check that each promotion has content, and that its steps begin and end in it.

        Otherwise removing the promotion would remove half of a step too.
        """
        for (_, begin, opens), (end, _, closing) in pairwise(self.slots):
            if not opens or closing:
                continue
            line = text.count("\n", 0, begin) + 1
            if "<mj" not in text[begin:end]:
                self._say(
                    TranslatableText("the promotion is empty"),
                    TranslatableText("Put an <mj-section> between <%(tag)s> and </%(tag)s>", tag=SLOT),
                    line=line,
                )
            depth = 0
            for match in self._pattern.finditer(text, begin, end):
                if match[1] != STEP:
                    continue
                step = self._placeholders.constructs[int(match[2])].partition(" ")[0]
                depth += step in ("if", "for")
                depth -= step in ("endif", "endfor")
                if depth < 0 or (depth == 0 and step in ("else", "elif")):
                    break
            else:
                if depth == 0:
                    continue
            self._say(
                TranslatableText("if and for do not begin and end within the promotion"),
                TranslatableText("Let each stand wholly in it"),
                line=line,
            )

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def _parent(self) -> str:
        return self._open[-1][0] if self._open else ""

    def _holder(self) -> str:
        """Return the innermost open MJML element."""
        return next((name for name, _ in reversed(self._open) if name.startswith("mj")), "")

    def _say(self, what: TranslatableText, remedy: TranslatableText, *, line: int | None = None) -> None:
        self.problems.append(TemplateProblem(place_of("body", line or self.getpos()[0]), what, remedy))


def wrap_placeholders(text: str, placeholders: Placeholders, places: dict[str, str]) -> str:
    """Wrap every step so that it survives the compilers: a comment in text, a raw element between elements."""

    def settled(match: re.Match[str]) -> str:
        place = places.get(match[1] + match[2])
        if match[1] == FIELD or place in (None, "words"):
            return match[0]
        comment = f"<!--{match[0]}-->"
        return comment if place == "text" else f"<mj-raw>{comment}</mj-raw>"

    return placeholders.pattern.sub(settled, text)
