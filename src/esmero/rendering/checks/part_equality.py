"""Compare the text and HTML parts of a message (RFC 2046, section 5.1.4): links, numbers and sentences.

Readers of the text part must miss no address, amount, date, phone number or whole sentence. Layout is not compared. A
text made from the HTML never differs (a property test checks this); one written by hand or imported may.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

_URL = re.compile(r"https?://[^\s<>\"()]+|(?:mailto|tel|sms):[^\s<>\"()]+", re.IGNORECASE)
_FIGURE = re.compile(r"[+]?\d[\d .,:/\u00a0\u202f-]*\d|\d+")
_ATOM = re.compile(r"\d+(?:[.,:/-]\d+)*")
_LONG = 6  # digits that one part may write together and the other in groups: a phone number, a large amount
_WORD = re.compile(r"[^\W\d_]{3,}")
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]?")
_ENOUGH = 0.6  # share of a sentence's words that the other part must have
_FEWEST = 4  # shorter sentences (headings, labels) are not compared
_UNSEEN = ("style", "script", "title", "-comment", "head")
_BLOCKS = frozenset(
    ["p", "div", "li", "tr", "td", "th", "br", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "hr"]
)


@dataclass(frozen=True, slots=True)
class PartDifference:
    """Describe content of only one part. `kind`: link, figure or sentence; `missing_in`: text or html."""

    kind: str
    words: str
    missing_in: str


def compare_parts(html: str, text: str) -> list[PartDifference]:
    """Return the content that only one part of a message has, links first; empty if both agree."""
    shown, links = _read_html(html)
    written, targets = _take_links(text)
    found = [PartDifference("link", one, "text") for one in links if _bare(one) not in {_bare(url) for url in targets}]
    known = {_bare(url) for url in links} | {_bare(url) for url in _take_links(shown)[1]}
    found += [PartDifference("link", one, "html") for one in targets if _bare(one) not in known]
    shown = _take_links(shown)[0]
    for here, there, name in ((shown, written, "text"), (written, shown, "html")):
        atoms = {_digits(one) for one in _ATOM.findall(there)}
        groups = _digits(there)
        found += [
            PartDifference("figure", one.strip(), name)
            for one in dict.fromkeys(_FIGURE.findall(here))
            if not all(_is_among(_digits(atom), atoms, groups) for atom in _ATOM.findall(one))
        ]
        words = set(_words(there))
        found += [
            PartDifference("sentence", one[:80], name) for one in _sentences(here) if _overlap(one, words) < _ENOUGH
        ]
    return found


def _read_html(html: str) -> tuple[str, list[str]]:
    """Return the text that a reader of the HTML sees, and the addresses of its links in their order."""
    tree = LexborHTMLParser(html)
    if tree.body is None:
        return "", []
    links: dict[str, None] = {}
    written = "".join(_walk(tree.body, links, depth=0))
    return unescape(written), list(links)


def _walk(node: LexborNode, links: dict[str, None], *, depth: int) -> Iterator[str]:
    given = node.attributes
    hidden = "display:none" in (given.get("style") or "").replace(" ", "").lower()
    if depth > 200 or hidden or node.tag in _UNSEEN:
        return
    if node.tag == "a" and _URL.match((given.get("href") or "").strip()):
        links[(given.get("href") or "").strip()] = None
    if node.tag == "img" and given.get("alt"):
        yield f" {given['alt']} "
    block = node.tag in _BLOCKS
    yield "\n" if block else ""
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            yield child.text_content or ""
        else:
            yield from _walk(child, links, depth=depth + 1)
    yield "\n" if block else ""


def _take_links(text: str) -> tuple[str, list[str]]:
    """Split a text into the text without addresses, and the addresses."""
    found = [one.rstrip(".,;:!?»”'") for one in _URL.findall(text)]
    return _URL.sub(" ", text), list(dict.fromkeys(found))


def _bare(url: str) -> str:
    return unescape(url).rstrip("/.,;:!?»”'").partition("#")[0].lower()


def _is_among(digits: str, atoms: set[str], groups: str) -> bool:
    """Say whether the other part has a number, in one piece or in groups.

    A single digit passes: it may number a list.
    """
    if len(digits) < 2 or digits in atoms or (len(digits) >= _LONG and digits in groups):
        return True
    return any(digits in long for long in atoms if len(long) >= _LONG)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _sentences(text: str) -> Iterator[str]:
    for sentence in dict.fromkeys(" ".join(one.split()) for one in _SENTENCE.findall(text)):
        if len(_words(sentence)) >= _FEWEST:
            yield sentence


def _overlap(sentence: str, words: set[str]) -> float:
    own = _words(sentence)
    return sum(word in words for word in own) / len(own)
