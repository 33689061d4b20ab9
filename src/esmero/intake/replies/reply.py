"""Extract the words that a person wrote: a body without quotation, signature and lines added by devices.

quotequail finds the common quotations. The tables in `quotation` are applied first, for the forms that it leaves in.
"""

import re

import quotequail

from esmero.intake.mime.html_text import read_markup
from esmero.intake.mime.message import ParsedMessage
from esmero.intake.replies.quotation import DASHES, DEVICE_LINE, DIVIDER, FENCE, PREFIXED, find_header_block, find_intro

MAX_LINES = 2_000
MAX_LOOK = 1_000
"""Characters of a line that can be an introduction, a signature or a header; longer ones are a person's words."""
MAX_BODY = 262_144
MAX_SIGNATURE_LINES = 14
MAX_AFTER_DEVICE_LINE = 4
_LOOK_WITH_LIBRARY = 80

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_HTML_LOOK = re.compile(r"^\s*<(?:!doctype|html|head|body|div|p|table|meta|style)\b", re.IGNORECASE)


def read_reply(body: str, *, html: bool = False) -> str:
    """Return the person's words in a body; the whole body if nothing else is left."""
    if html or _HTML_LOOK.match(body):
        text = read_markup(body, without_quotes=True)
        if not text:
            text = read_markup(body)
    else:
        text = body
    return _clean(text)


def extract_text(message: ParsedMessage) -> str:
    """Return all text that a message shows: its plain parts, else its HTML parts as text."""
    return _join(message, without_quotes=False)


def extract_reply(message: ParsedMessage) -> str:
    """Return the person's words in a message."""
    if any(part.type in {"text/plain", "text"} and part.text.strip() for part in message.parts):
        return _clean(_join(message, without_quotes=False))
    return _clean(_join(message, without_quotes=True))


def _join(message: ParsedMessage, *, without_quotes: bool) -> str:
    shown = [part for part in message.parts if not part.attached]
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
    """Remove quotation: after an introduction all lines, or only those that are marked as quoted."""
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
                # Nothing precedes the quotation, so the answer is below it or between its lines.
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
    """Return the index after a marked quotation and the empty lines in and after it."""
    while index < len(lines) and (not lines[index].strip() or PREFIXED.match(lines[index])):
        index += 1
    return index


def _unmarked(lines: list[str]) -> list[str]:
    """Return the answers between quoted questions."""
    return [line for line in lines if not PREFIXED.match(line)]


def _cut_by_library(lines: list[str]) -> list[str]:
    found = quotequail.quote(
        "\n".join(lines[:_LOOK_WITH_LIBRARY]), limit=10 * _LOOK_WITH_LIBRARY, quote_intro_line=True
    )
    if len(found) < 2 or not found[0][1].strip():
        return lines
    return _strip_end(found[0][1].split("\n"))


def _strip_end(lines: list[str]) -> list[str]:
    """Remove trailing quotation, signature and device lines, but never all lines."""
    kept = list(lines)
    changed = True
    while changed and kept:
        changed = False
        while kept and (
            not kept[-1].strip() or PREFIXED.match(kept[-1]) or DEVICE_LINE.match(kept[-1]) or DASHES.match(kept[-1])
        ):
            kept.pop()
            changed = True
        cut = _find_signature(kept)
        if cut is not None:
            kept = kept[:cut]
            changed = True
    return kept or [line for line in lines if line.strip() and not DEVICE_LINE.match(line)] or lines


def _find_signature(lines: list[str]) -> int | None:
    """Return the index at which a signature begins: a line of dashes near the end, or a line added by a device."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    rest = sum(1 for line in lines if line.strip())
    fenced = False
    for index, line in enumerate(lines):
        fenced ^= bool(FENCE.match(line))
        rest -= bool(line.strip())
        if fenced or index <= first or rest > MAX_SIGNATURE_LINES:
            continue
        is_device_line = DEVICE_LINE.match(line) and rest <= MAX_AFTER_DEVICE_LINE and not lines[index - 1].strip()
        if DASHES.match(line) or is_device_line:
            return index
    return None
