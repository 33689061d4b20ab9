"""Read and write letters as plain text with a few marks, for editing without the visual editor.

A blank line ends a paragraph. `# ` begins a heading (up to three), `- ` and `1. ` a list, `> ` a quotation; `---` is a
rule; `**bold**`, `*italic*`, `[words](address)`, `![alternative text](address)`; `[[words]](address)` alone in a
paragraph is a button; the text between two lines `:::` is the promotion. A backslash before a mark makes it literal.
"""

import re
from collections.abc import Iterator
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from esmero.rendering.letters.letter import BUTTON, FIELD, PROMOTION

FENCE = ":::"
_MARKS = r"\\*\[\]()#>!:.\-"  # characters that a backslash may escape
_BUTTON = re.compile(r"\[\[(.+?)\]\]\((\S+?)\)")
_PICTURE = re.compile(r"!\[((?:\\.|[^\]\\])*)\]\((\S+?)\)")
_LINK = re.compile(r"\[((?:\\.|[^\]\\])+)\]\((\S+?)\)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ITALIC = re.compile(r"\*(?=\S)(.+?)(?<=\S)\*")
_BULLET, _NUMBER = re.compile(r"- (.*)"), re.compile(r"\d+[.)] (.*)")


def read_marks(text: str) -> str:
    """Return the letter (HTML, not yet sanitised) for a text with marks."""
    written: list[str] = []
    promotion = False
    for block in _part(text):
        if block == FENCE:
            written.append("</div>" if promotion else f'<div class="{PROMOTION}">')
            promotion = not promotion
        elif block.strip():
            written.append(_read_block(block.strip("\n")))
    if promotion:
        written.append("</div>")
    return "".join(written)


def _part(text: str) -> Iterator[str]:
    for part in re.split(r"^(:::)[ \t]*$", text.replace("\r\n", "\n"), flags=re.MULTILINE):
        if part == FENCE:
            yield part
        else:
            yield from re.split(r"\n\s*\n", part)


def _read_block(block: str) -> str:
    lines = block.split("\n")
    heading = re.fullmatch(r"(#{1,3}) (.*)", block)
    if heading:
        return f"<h{len(heading[1])}>{_read_inline(heading[2])}</h{len(heading[1])}>"
    if block.strip() == "---":
        return "<hr>"
    button = _BUTTON.fullmatch(block.strip())
    if button:
        return f'<p><a class="{BUTTON}" href="{_address(button[2])}">{escape(_bare(button[1]))}</a></p>'
    picture = _PICTURE.fullmatch(block.strip())
    if picture:
        return f'<img src="{_address(picture[2])}" alt="{escape(_bare(picture[1]))}">'
    for mark, tag in ((_BULLET, "ul"), (_NUMBER, "ol")):
        items = [mark.fullmatch(line.strip()) for line in lines]
        if all(items):
            return f"<{tag}>{''.join(f'<li>{_read_inline(item[1])}</li>' for item in items if item)}</{tag}>"
    if all(line.startswith(">") for line in lines):
        return f"<blockquote>{'<br>'.join(_read_inline(line[1:].strip()) for line in lines)}</blockquote>"
    return f"<p>{'<br>'.join(map(_read_inline, lines))}</p>"


def _read_inline(text: str) -> str:
    """Read marks within a line. Fields and escaped characters are stashed first, so that no mark is read in them."""
    aside: list[str] = []

    def keep(html: str) -> str:
        aside.append(html)
        return f"\ue000{len(aside) - 1}\ue001"

    text = text.replace("\ue000", "").replace("\ue001", "")
    text = FIELD.sub(lambda found: keep(escape(found[0], quote=False)), text)
    text = re.sub(rf"\\([{_MARKS}])", lambda found: keep(escape(found[1])), text)
    text = _LINK.sub(lambda link: keep(f'<a href="{_address(_back(link[2], aside))}">') + link[1] + keep("</a>"), text)
    text = escape(text, quote=False)
    text = _ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", text))
    return _back(text, aside)


def _back(text: str, aside: list[str]) -> str:
    while "\ue000" in text:
        text = re.sub("\ue000(\\d+)\ue001", lambda found: aside[int(found[1])], text)
    return text


def _address(text: str) -> str:
    return escape(text.replace("&amp;", "&").replace("%28", "(").replace("%29", ")"))


def _bare(text: str) -> str:
    return re.sub(rf"\\([{_MARKS}])", r"\1", text)


def write_marks(letter: str) -> str:
    """Write a sanitised letter as text with marks.

    Features without a mark (underline, strike-through, width) are lost.
    """
    body = LexborHTMLParser(letter).body
    blocks = [] if body is None else [block for node in body.iter(include_text=True) for block in _write_block(node)]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _write_block(node: LexborNode) -> Iterator[str]:
    tag = node.tag or ""
    classes = (node.attributes.get("class") or "").split() if tag != "-text" else []
    if tag == "div":
        inner = [block for each in node.iter(include_text=True) for block in _write_block(each)]
        if PROMOTION in classes:
            yield "\n\n".join([FENCE, *inner, FENCE])
        else:
            yield from inner
    elif tag == "hr":
        yield "---"
    elif tag == "img":
        yield f"![{_mark(node.attributes.get('alt') or '')}]({_target(node.attributes.get('src') or '')})"
    elif tag in ("ul", "ol"):
        items = [each for each in node.iter() if each.tag == "li"]
        marks = ["- " if tag == "ul" else f"{place}. " for place in range(1, len(items) + 1)]
        yield "\n".join(
            f"{mark}{_write_inline(item).replace(chr(10), ' ')}" for mark, item in zip(marks, items, strict=True)
        )
    elif tag in ("h1", "h2", "h3"):
        yield f"{'#' * int(tag[1])} {_write_inline(node).replace(chr(10), ' ')}"
    elif tag == "blockquote":
        yield "\n".join(f"> {line}" for line in _write_inline(node).split("\n"))
    else:
        yield from _write_paragraph(node)


def _write_paragraph(node: LexborNode) -> Iterator[str]:
    if node.tag == "-text":
        words = _mark(node.text_content or "").strip()
    else:
        for each in node.css("a.button"):
            yield f"[[{' '.join(each.text().split())}]]({_target(each.attributes.get('href') or '')})"
        for each in node.css("img"):
            yield from _write_block(each)
        words = _write_inline(node).strip()
    if words:
        yield re.sub(r"^([-#>:!]|\d+(?=[.)]))", _keep_start, words, flags=re.MULTILINE)


def _write_inline(node: LexborNode) -> str:
    written: list[str] = []
    for each in node.iter(include_text=True):
        tag = each.tag or ""
        if tag == "-text":
            written.append(_mark((each.text_content or "").replace("\n", " ")))
        elif tag == "br":
            written.append("\n")
        elif tag == "a" and BUTTON not in (each.attributes.get("class") or "").split():
            written.append(f"[{_write_inline(each)}]({_target(each.attributes.get('href') or '')})")
        elif tag in ("strong", "em") and each.text().strip():
            mark = "**" if tag == "strong" else "*"
            words = _write_inline(each)
            inner = words.strip()
            written.append(words.replace(inner, f"{mark}{inner}{mark}", 1))
        elif tag not in ("a", "img", "hr"):
            written.append(_write_inline(each))
    return "".join(written)


def _keep_start(found: re.Match[str]) -> str:
    """Escape the start of a line that would otherwise be read as a mark."""
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def _mark(text: str) -> str:
    written, end = [], 0
    for field in FIELD.finditer(text):
        written += [_escape(text[end : field.start()]), field[0]]
        end = field.end()
    return "".join([*written, _escape(text[end:])])


def _escape(text: str) -> str:
    return re.sub(r"([\\*\[\]])", r"\\\1", text)


def _target(address: str) -> str:
    return address.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
