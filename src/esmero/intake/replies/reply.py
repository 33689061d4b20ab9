"""What a person wrote anew: a body without what it quotes, without signature and without what devices add.

quotequail finds the common quotations; the tables in `quotation` go before it, for the forms that libraries leave in.
"""

import re

import quotequail

from esmero.intake.mime.html_text import read_markup
from esmero.intake.mime.message import ParsedMessage
from esmero.intake.replies.quotation import DASHES, DIVIDER, FENCE, GADGET, PREFIXED, find_header_block, find_intro

MAX_LINES = 2_000
MAX_LOOK = 1_000
"""Characters of a line that can be an introduction, a signature or a header; longer ones are somebody's words."""
MAX_BODY = 262_144
MAX_SIGNATURE_LINES = 14
MAX_AFTER_GADGET = 4
_LOOK_WITH_LIBRARY = 80

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_HTML_LOOK = re.compile(r"^\s*<(?:!doctype|html|head|body|div|p|table|meta|style)\b", re.IGNORECASE)


def read_reply(body: str, *, html: bool = False) -> str:
    """Return the words of the person in a bare body; the body itself when nothing else is left of it."""
    if html or _HTML_LOOK.match(body):
        text = read_markup(body, without_quotes=True)
        if not text:
            text = read_markup(body)
    else:
        text = body
    return _clean(text)


def full_text(letter: ParsedMessage) -> str:
    """All text that a message shows: its plain parts, else its HTML parts as text."""
    return _join(letter, without_quotes=False)


def clean_letter(letter: ParsedMessage) -> str:
    """Return the words of the person in a message."""
    if any(part.type in {"text/plain", "text"} and part.text.strip() for part in letter.parts):
        return _clean(_join(letter, without_quotes=False))
    return _clean(_join(letter, without_quotes=True))


def _join(letter: ParsedMessage, *, without_quotes: bool) -> str:
    shown = [part for part in letter.parts if not part.attached]
    pieces = [part.text for part in shown if part.type in {"text/plain", "text", "text/enriched"}]
    if not any(piece.strip() for piece in pieces):
        pieces = [
            read_markup(part.text, without_quotes=without_quotes)
            for part in shown
            if part.type in {"text/html", "application/xhtml+xml"}
        ]
    if not any(piece.strip() for piece in pieces):
        pieces = [part.text for part in shown if part.type == "x-loose/plain"]
    return "\n".join(piece.strip("\n") for piece in pieces)[:1_048_576]


def _clean(text: str) -> str:
    plain = _INVISIBLE.sub("", text[:MAX_BODY].replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " "))
    lines = [line.rstrip() for line in plain.split("\n")[:MAX_LINES]]
    kept = _cut_by_library(_cut(lines))
    return "\n".join(kept or lines).strip("\n").rstrip()


def _cut(lines: list[str]) -> list[str]:
    """Lines without quotation: what follows an introduction is dropped to the end, or as far as it is marked."""
    kept: list[str] = []
    fenced = False
    index = 0
    while index < len(lines):
        line = lines[index]
        fenced ^= bool(FENCE.match(line))
        if fenced:
            kept.append(line)
            index += 1
            continue
        skip = _find_boundary(lines, index)
        if skip:
            index += skip
            marked = _next_is_marked(lines, index)
            said = any(word.strip() for word in kept)
            if marked:
                index = _skip_marked(lines, index)
                if not said:
                    kept.extend(_unmarked(lines[index:]))
                    break
                continue
            if said:
                break
            continue
        kept.append(line)
        index += 1
    return _strip_end(kept)


def _find_boundary(lines: list[str], index: int) -> int:
    if not lines[index].strip() or len(lines[index]) > MAX_LOOK:
        return 0
    if DIVIDER.match(lines[index]):
        follower = _next_written(lines, index + 1)
        return 1 + (follower - index - 1 + find_header_block(lines, follower) if follower < len(lines) else 0)
    if re.match(r"^[>\s]*[-_]{5,}\s*$", lines[index]):
        follower = _next_written(lines, index + 1)
        block = find_header_block(lines, follower) if follower < len(lines) else 0
        return follower - index + block if block else 0
    return find_intro(lines, index) or find_header_block(lines, index)


def _next_written(lines: list[str], index: int) -> int:
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index


def _next_is_marked(lines: list[str], index: int) -> bool:
    follower = _next_written(lines, index)
    return follower < len(lines) and bool(PREFIXED.match(lines[follower]))


def _skip_marked(lines: list[str], index: int) -> int:
    """Past a marked quotation and the empty lines within and after it."""
    while index < len(lines) and (not lines[index].strip() or PREFIXED.match(lines[index])):
        index += 1
    return index


def _unmarked(lines: list[str]) -> list[str]:
    """Answers between quoted questions."""
    return [line for line in lines if not PREFIXED.match(line)]


def _cut_by_library(lines: list[str]) -> list[str]:
    found = quotequail.quote(
        "\n".join(lines[:_LOOK_WITH_LIBRARY]), limit=10 * _LOOK_WITH_LIBRARY, quote_intro_line=True
    )
    if len(found) < 2 or not found[0][1].strip():
        return lines
    return _strip_end(found[0][1].split("\n"))


def _strip_end(lines: list[str]) -> list[str]:
    """Lines without trailing quotation, signature and device lines; never without everything."""
    kept = list(lines)
    changed = True
    while changed and kept:
        changed = False
        while kept and (
            not kept[-1].strip() or PREFIXED.match(kept[-1]) or GADGET.match(kept[-1]) or DASHES.match(kept[-1])
        ):
            kept.pop()
            changed = True
        cut = _find_signature(kept)
        if cut is not None:
            kept = kept[:cut]
            changed = True
    return kept or [line for line in lines if line.strip() and not GADGET.match(line)] or lines


def _find_signature(lines: list[str]) -> int | None:
    """Return the index of the line at which a signature begins: dashes alone near the end, or a device's own line."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    rest = sum(1 for line in lines if line.strip())
    fenced = False
    for index, line in enumerate(lines):
        fenced ^= bool(FENCE.match(line))
        rest -= bool(line.strip())
        if fenced or index <= first or rest > MAX_SIGNATURE_LINES:
            continue
        if DASHES.match(line) or (GADGET.match(line) and rest <= MAX_AFTER_GADGET and not lines[index - 1].strip()):
            return index
    return None
