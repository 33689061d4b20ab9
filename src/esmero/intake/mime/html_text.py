"""Convert HTML into the lines that a person reads, on demand without the parts that mail programs mark as quotation."""

import re
from collections import Counter
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_MARKUP = 1_048_576

MAX_NODES = 60_000
MAX_DEPTH = 1_000
"""Limit of nested open elements; the parser's time grows with their square."""

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "tr",
        "table",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
        "section",
        "article",
        "header",
        "footer",
        "center",
        "dt",
        "dd",
        "form",
    ]
)
_SPACED_BLOCKS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "pre"])
_WITHOUT_TEXT = frozenset(
    ["script", "style", "head", "title", "noscript", "template", "svg", "object", "iframe", "select", "button"]
)
# Containers into which mail programs put what they quote or add.
QUOTED = (
    ".gmail_quote, .gmail_extra blockquote, blockquote[type=cite], .moz-cite-prefix, .moz-forward-container, "
    ".yahoo_quoted, .yahoo-quoted-begin, #yahoo_quoted, .ms-outlook-mobile-reference-message, .protonmail_quote, "
    ".zmail_extra, .tutanota_quote, .x_gmail_quote, .OutlookMessageHeader, .WordSection1 blockquote, "
    "blockquote.gmail_quote, .hmmessage blockquote, .mail_quote_body, .mailru-blockquote, .js-helper"
)
# From here to the end everything is quotation.
QUOTED_ONWARD = (
    "#appendonsend, #divRplyFwdMsg, #x_divRplyFwdMsg, #mail-editor-reference-message-container, "
    "#OLK_SRC_BODY_SECTION, #stopSpelling"
)
SIGNATURES = (
    ".gmail_signature, .moz-signature, #Signature, #ms-outlook-mobile-signature, .protonmail_signature_block, "
    ".yahoo-signature"
)

_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "td",
        "tr",
        "th",
        "option",
    ]
)
_ELEMENT = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[a-z!/]", re.IGNORECASE)


def read_markup(markup: str, *, without_quotes: bool = False) -> str:
    """Return the plain text of an HTML body, a line for each block.

    `without_quotes` leaves out the containers of quotations and signatures. Bounded by MAX_MARKUP and MAX_NODES. Markup
    without any tag is returned as text.
    """
    if not _TAG.search(markup):
        return markup.strip()
    tree = LexborHTMLParser(_cut_depth(markup[:MAX_MARKUP]))
    root = tree.body or tree.root
    if root is None:
        return ""
    dropped = {node.mem_id for node in tree.css(f"{QUOTED}, {SIGNATURES}")} if without_quotes else set()
    last = {node.mem_id for node in tree.css(QUOTED_ONWARD)} if without_quotes else set()
    return _BLANK_LINES.sub(
        "\n\n", "\n".join(line.strip() for line in "".join(_walk(root, dropped, last)).split("\n"))
    ).strip()


def _cut_depth(markup: str) -> str:
    """Cut the markup at the first element nested deeper than MAX_DEPTH.

    Depth is counted by element name, because end tags of hostile markup may not match.
    """
    opened: Counter[str] = Counter()
    depth = 0
    for match in _ELEMENT.finditer(markup):
        name = match[2].lower()
        if match[1] and opened[name]:
            opened[name] -= 1
            depth -= 1
        elif not match[1] and name not in _VOID:
            opened[name] += 1
            depth += 1
            if depth > MAX_DEPTH:
                return markup[: match.start()]
    return markup


def _walk(root: LexborNode, dropped: set[int], last: set[int]) -> Iterator[str]:
    """Yield the text of a tree in document order; iterative, because hostile mail nests deep."""
    node: LexborNode | None = root.first_child
    top = root.mem_id
    for _ in range(MAX_NODES):
        if node is None or node.mem_id in last:
            return
        tag = node.tag or ""
        if tag == "-text":
            yield _SPACES.sub(" ", node.text_content or "")
        elif tag in _BLOCKS:
            yield "\n"
        child = node.first_child if tag not in _WITHOUT_TEXT and node.mem_id not in dropped else None
        if child is not None:
            node = child
            continue
        while node.next is None:
            parent = node.parent
            if parent is None or parent.mem_id == top:
                return
            node = parent
            yield _close(node.tag or "")
        node = node.next


def _close(tag: str) -> str:
    if tag in _BLOCKS:
        return "\n\n" if tag in _SPACED_BLOCKS else "\n"
    return " " if tag in {"td", "th"} else ""
