"""Sanitise letters (rich text with fields, one button, pictures and a promotion), and make MJML of them.

The sanitised HTML is stored; MJML is made from it. Of the template language a letter supports only fields, `{{ name }}`
and `{{ name | fallback("words") }}`; any other brace is literal. A sanitised letter always gives MJML that compiles, if
its fields exist.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from esmero.rendering.templates.links import SCHEMES
from esmero.rendering.templates.promotion import SLOT

INLINE = ("strong", "em", "u", "s", "a", "br")
BLOCKS = ("p", "h1", "h2", "h3", "ul", "ol", "li", "blockquote", "hr", "img", "div")
FIELD = re.compile(r'\{\{\s*[A-Za-z][A-Za-z0-9_]*\s*(?:\|\s*fallback\(\s*"[^"{}\\]*"\s*\)\s*)?\}\}')
PROMOTION, BUTTON = "promotion", "button"
_SAME = {"b": "strong", "i": "em", "del": "s", "strike": "s"}
_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\ue007\ufffe\uffff]")
_DEEPEST = 12
_HEADINGS = {"h1": ("26px", "33px"), "h2": ("20px", "27px"), "h3": ("17px", "25px")}
_BESIDE_TEXT = "margin:0;"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """Describe the picture at the top of a letter: its address, its width in px, and its alternative text."""

    address: str
    width: int
    alt: str


@dataclass(frozen=True, slots=True)
class LetterStyle:
    """Describe the look of a brand's letters: main colour, colour for dark backgrounds (both `#rrggbb`), and logo."""

    colour: str
    glow: str = "#8fd3cb"
    logo: Logo | None = None


@dataclass(frozen=True, slots=True)
class LetterMarkup:
    """Hold the MJML of a letter; `blocks` maps each of its lines (from 1) to the block (from 1) of the letter."""

    mjml: str
    blocks: dict[int, int]


_MOST_PASSES = 8  # after the second pass hardly anything changes


def clean_letter(html: str) -> str:
    """Sanitise the HTML of a letter: text, inline marks, lists, links, pictures, button and promotion remain.

    Repairing wrong nesting can create markup that needs repair again, so this repeats until nothing changes.
    """
    for _ in range(_MOST_PASSES):
        cleaned = _clean_once(html)
        if cleaned == html:
            break
        html = cleaned
    return html


def _clean_once(html: str) -> str:
    html = _NEVER.sub("", html)
    html = re.sub(
        r"<(/?)(b|i|del|strike)(?=[\s>])", lambda tag: f"<{tag[1]}{_SAME[tag[2].lower()]}", html, flags=re.IGNORECASE
    )
    cleaned = nh3.clean(
        html,
        tags={*INLINE, *BLOCKS},
        attributes={"a": {"href"}, "img": {"src", "alt", "width"}},
        allowed_classes={"a": {BUTTON}, "div": {PROMOTION}},
        url_schemes=set(SCHEMES),
        link_rel=None,
    )
    return re.sub(r' class=""', "", cleaned).strip()


def make_mjml(letter: str, *, look: LetterStyle, title: str = "") -> LetterMarkup:
    """Make MJML of a sanitised letter."""
    head = _HEAD.format(colour=look.colour, glow=look.glow) + (_LOGO_HEAD if look.logo else "")
    lines = [f"<mjml><mj-head><mj-title>{_put(title)}</mj-title>{head}</mj-head>"]
    lines += ['<mj-body background-color="#ffffff" width="600px" css-class="canvas">']
    if look.logo:
        address, alt = _put(look.logo.address), _put(look.logo.alt)
        lines += [_LOGO.format(address=address, width=look.logo.width, alt=alt)]
    blocks: dict[int, int] = {}
    number, column = 0, False
    for node in _top(letter):
        number += 1
        promotion = _is_promotion(node)
        made = list(_promotion(node)) if promotion else list(_block(node, depth=0))
        if not made:
            continue
        if column == promotion:
            lines.append("</mj-column></mj-section>" if column else _SECTION)
            column = not column
        for line in made:
            lines.append(line)
            blocks[len(lines)] = number
    if column:
        lines.append("</mj-column></mj-section>")
    lines.append("</mj-body></mjml>")
    return LetterMarkup("\n".join(lines) + "\n", blocks)


_SECTION = '<mj-section padding="24px 20px 8px" css-class="sheet"><mj-column padding="0">'
_LOGO = (
    '<mj-section padding="24px 20px 0" css-class="sheet"><mj-column padding="0"><mj-image css-class="logo" align="left"'
    ' padding="0" width="{width}px" src="{address}" alt="{alt}" /></mj-column></mj-section>'
)
# Many logos are dark on a transparent background, so dark mode puts white behind them.
_LOGO_HEAD = (
    "<mj-style>@media (prefers-color-scheme: dark) {"
    " .logo img { background-color: #ffffff !important; border-radius: 4px !important; } }</mj-style>"
)
_HEAD = (
    "<mj-attributes><mj-all font-family=\"-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif\" />"
    '<mj-text font-size="16px" line-height="25px" color="#1c2126" padding="0 0 16px" css-class="ink" />'
    '<mj-image padding="0 0 16px" /><mj-divider border-width="1px" border-color="#d9d6ce" padding="4px 0 20px" />'
    '<mj-button background-color="{colour}" color="#ffffff" font-size="16px" font-weight="600" border-radius="8px"'
    ' inner-padding="13px 24px" align="left" padding="6px 0 22px" css-class="act" /></mj-attributes>'
    "<mj-style>.ink a {{ color: {colour}; }} @media (prefers-color-scheme: dark) {{"
    " .canvas, .canvas > div {{ background-color: #131619 !important; }}"
    " .ink div {{ color: #ebe8e2 !important; }} .ink a {{ color: {glow} !important; }}"
    " .act a, .act td {{ background-color: {glow} !important; color: #131619 !important; }} }}</mj-style>"
)


def _top(letter: str) -> Iterator[LexborNode]:
    body = LexborHTMLParser(letter).body
    return body.iter(include_text=True) if body is not None else iter(())


def _is_promotion(node: LexborNode) -> bool:
    return node.tag == "div" and PROMOTION in (node.attributes.get("class") or "").split()


def _promotion(node: LexborNode) -> Iterator[str]:
    inner = [line for each in node.iter(include_text=True) for line in _block(each, depth=1)]
    if inner:
        yield f"<{SLOT}>{_SECTION}{''.join(inner)}</mj-column></mj-section></{SLOT}>"


def _block(node: LexborNode, *, depth: int) -> Iterator[str]:
    """Yield the MJML elements of one block, each on one line."""
    tag, given = node.tag or "", node.attributes
    if tag == "hr":
        yield "<mj-divider />"
    elif tag == "img":
        yield from _image(node)
    elif tag == "div" and depth < _DEEPEST:
        for each in node.iter(include_text=True):
            yield from _block(each, depth=depth + 1)
    elif tag in _HEADINGS and _says(node):
        size, height = _HEADINGS[tag]
        words = f'<{tag} style="margin:0;font:inherit;">{_inline(node)}</{tag}>'
        style = f'font-size="{size}" line-height="{height}" font-weight="600"'
        yield f'<mj-text {style} padding="8px 0 12px">{words}</mj-text>'
    elif tag in ("ul", "ol"):
        yield f"<mj-text>{_list(node, depth=0)}</mj-text>"
    elif tag == "blockquote" and _says(node):
        style = "margin:0;padding-left:14px;border-left:3px solid #d9d6ce;"
        yield f'<mj-text><blockquote style="{style}">{_inline(node)}</blockquote></mj-text>'
    elif tag == "a" and BUTTON in (given.get("class") or "").split():
        yield from _button(node)
    else:
        yield from _paragraph(node)


def _paragraph(node: LexborNode) -> Iterator[str]:
    """Yield a paragraph. A button or pictures in it become elements of their own, before its text."""
    if node.tag != "-text":
        for each in node.css("a.button"):
            yield from _button(each)
        for each in node.css("img"):
            yield from _image(each)
    words = _put(node.text_content or "") if node.tag == "-text" else _inline(node)
    if re.sub(r"<br>|\s|&nbsp;", "", words):
        yield f'<mj-text><p style="{_BESIDE_TEXT}">{words}</p></mj-text>'


def _image(node: LexborNode) -> Iterator[str]:
    source = (node.attributes.get("src") or "").strip()
    if not source:
        return
    width = node.attributes.get("width") or ""
    wide = f' width="{int(width)}px"' if width.isascii() and width.isdigit() and 0 < int(width) <= 560 else ""
    yield f'<mj-image align="left"{wide} src="{_address(source)}" alt="{_put(node.attributes.get("alt") or "")}" />'


def _button(node: LexborNode) -> Iterator[str]:
    target = (node.attributes.get("href") or "").strip()
    words = _put(" ".join(node.text().split()))
    if target and words:
        yield f'<mj-button href="{_address(target)}">{words}</mj-button>'


def _list(node: LexborNode, *, depth: int) -> str:
    items = [f"<li>{_inline(each, depth=depth)}</li>" for each in node.iter() if each.tag == "li"]
    return f'<{node.tag} style="margin:0;padding-left:24px;">{"".join(items)}</{node.tag}>'


def _inline(node: LexborNode, *, depth: int = 0) -> str:
    """Return the text of a node with its marks; blocks inside it are separated by line breaks."""
    if depth > _DEEPEST:
        return _put(node.text())
    written: list[str] = []
    for each in node.iter(include_text=True):
        tag = each.tag or ""
        if tag == "-text":
            written.append(_put(each.text_content or ""))
        elif tag == "br":
            written.append("<br>")
        elif tag == "a":
            written.append(_link(each, depth=depth))
        elif tag in ("strong", "em", "u", "s"):
            written.append(f"<{tag}>{_inline(each, depth=depth + 1)}</{tag}>")
        elif tag in ("ul", "ol"):
            written.append(_list(each, depth=depth + 1))
        elif tag not in ("img", "hr"):
            if written and written[-1] != "<br>":
                written.append("<br>")
            written.append(_inline(each, depth=depth + 1))
    return "".join(written)


def _link(node: LexborNode, *, depth: int) -> str:
    if BUTTON in (node.attributes.get("class") or "").split():
        return ""  # _paragraph yields it as an element of its own
    target = (node.attributes.get("href") or "").strip()
    words = _inline(node, depth=depth + 1)
    return f'<a href="{_address(target)}">{words}</a>' if target else words


def _says(node: LexborNode) -> bool:
    return bool(node.text().strip())


def _address(value: str) -> str:
    """Write an address; `#` if a field could change its host, or if it has no meaning in a mail."""
    first = FIELD.search(value)
    fixed = re.match(r"(https?://[^/?#\s]+[/?#]|mailto:|tel:|sms:)", value, re.IGNORECASE)
    if first and first[0] != value and not (fixed and fixed.end() <= first.start()):
        return "#"
    return _put(value)


def _put(text: str) -> str:
    """Write text for MJML on one line: fields stay as they are, everything else is escaped, braces too."""
    text = _NEVER.sub("", text).replace("\r", " ").replace("\n", " ")
    written, end = [], 0
    for field in FIELD.finditer(text):
        written += [_escape(text[end : field.start()]), field[0]]
        end = field.end()
    return "".join([*written, _escape(text[end:])])


def _escape(text: str) -> str:
    return escape(text).replace("\xa0", "&nbsp;").replace("{", "&#123;").replace("}", "&#125;")
