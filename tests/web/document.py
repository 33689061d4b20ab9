"""Read a page as a document, so that tests ask for headings, fields, notices and rows instead of strings of markup."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

# These stand within a line; around all others a reader sees a gap.
INLINE = {
    "a", "abbr", "b", "bdi", "code", "del", "em", "i", "ins", "kbd", "mark", "small", "span", "strong", "sub", "sup",
    "time", "u", "wbr",
}  # fmt: skip
UNSEEN = {"script", "style", "template"}
LOADING = "script, link, img, iframe, use, source"
SECTIONS = {"section", "article", "details", "fieldset", "aside"}


@dataclass(frozen=True)
class Notice:
    """What a page tells in a box: its state (kept, wait, broken …) and its words."""

    state: str
    words: str


@dataclass(frozen=True)
class FormButton:
    """A button: the name and value that it sends, and its words."""

    name: str
    value: str
    words: str


@dataclass(frozen=True)
class PageForm:
    """A form as it stands: where and how it goes, what a browser would send of it, and its buttons."""

    action: str
    method: str
    fields: Mapping[str, list[str]]
    buttons: tuple[FormButton, ...]

    def value(self, name: str) -> str:
        """Return the one value of a field; "" if the form would not send it."""
        [value] = self.fields.get(name, [""])
        return value


class Document:
    """A page, a fragment of one, or a part of either."""

    def __init__(self, root: LexborNode, markup: str) -> None:
        self.root = root
        # All that was sent: for what may stand nowhere on a page, seen or unseen.
        self.markup = markup

    @property
    def is_page(self) -> bool:
        """Tell a whole page from a fragment."""
        return bool(re.match(r"\s*(<!doctype[^>]*>)?\s*<html\b", self.markup, re.IGNORECASE))

    @property
    def follows(self) -> bool:
        """Tell whether the page asks for itself again within seconds, because something moves."""
        return self.has("[hx-trigger*='every 2s']")

    @property
    def language(self) -> str:
        return self.attribute("html", "lang")

    @property
    def heading(self) -> str:
        """Return the words of the one heading of the first level."""
        [heading] = self.texts("h1")
        return heading

    @property
    def words(self) -> str:
        """Return all words, as a reader sees them: for parts and fragments, where no place is left to name."""
        return _read_words(self.root.css_first("body") or self.root)

    def has(self, css: str) -> bool:
        return self.root.css_first(css) is not None

    def count(self, css: str) -> int:
        return len(self.root.css(css))

    def text(self, css: str = "main") -> str:
        """Return the words of the first element, as a reader sees them."""
        return _read_words(self._first(css))

    def texts(self, css: str) -> list[str]:
        return [_read_words(one) for one in self.root.css(css)]

    def pieces(self) -> list[str]:
        """Return the text between the tags, each piece by itself; scripts and styles are left out."""
        return [piece for one in _pieces(self.root) if (piece := " ".join(one.split()))]

    def attribute(self, css: str, name: str) -> str:
        """Return an attribute of the first element; "" if it has none of the name, or one without a value."""
        return self._first(css).attributes.get(name) or ""

    def attributes(self, css: str, name: str) -> list[str]:
        """Return an attribute of all elements that have it."""
        return [one.attributes[name] or "" for one in self.root.css(css) if name in one.attributes]

    def part(self, css: str) -> "Document":
        """Return the first element as a document of its own."""
        return _of_node(self._first(css))

    def section(self, title: str) -> "Document":
        """Return the section, fieldset or folded part whose title contains the words."""
        for one in self.root.css("h2, h3, summary, legend"):
            if title in _read_words(one):
                above = next((each for each in _ancestors(one) if each.tag in SECTIONS), None)
                if above is not None:
                    return _of_node(above)
        raise LookupError(f"No section with the title {title!r} on {self.texts('h1')}.")

    def sections(self) -> list[str]:
        """Return the titles of the sections."""
        return self.texts("h2")

    def links(self, css: str = "a[href]") -> list[str]:
        """Return the addresses of links."""
        return self.attributes(css, "href")

    def link(self, words: str) -> str:
        """Return the address of the first link whose words contain these."""
        for one in self.root.css("a[href]"):
            if words in _read_words(one):
                return one.attributes["href"] or ""
        raise LookupError(f"No link with the words {words!r} on {self.texts('h1')}.")

    def notices(self, state: str = "") -> list[Notice]:
        """Return the notices in the page, of one state or of all."""
        return [one for one in self._told(".notice") if state in ("", one.state)]

    def notice(self, state: str = "") -> str:
        """Return the words of all notices of a state, or of every state."""
        return " ".join(one.words for one in self.notices(state))

    def toast(self, state: str = "") -> str:
        """Return what the page tells once of the act before it."""
        return " ".join(one.words for one in self._told(".toast") if state in ("", one.state))

    def ticket(self) -> str:
        """Return the ticket by which the act before is taken back."""
        return self.form_of("ticket").value("ticket")

    def alert(self) -> str:
        """Return the words of the first part that is announced as an alert."""
        return self.text("[role=alert]")

    def errors(self) -> list[str]:
        """Return the faults that stand beside fields."""
        return self.texts(".error")

    def error(self, name: str) -> str:
        """Return the fault that the field of the name refers to; "" if it has none."""
        field = self._first(f'[name="{name}"]')
        described = (field.attributes.get("aria-describedby") or "").split()
        found = [self.root.css_first(f'[id="{one}"].error') for one in described]
        return " ".join(_read_words(one) for one in found if one is not None)

    def chips(self) -> list[Notice]:
        """Return the marks of states."""
        return self._told(".chip")

    def facts(self, css: str = "dl") -> dict[str, str]:
        """Return the facts of the first list of names and values; several values of a name are joined."""
        found: dict[str, str] = {}
        name = ""
        for one in self._first(css).css("dt, dd"):
            if one.tag == "dt":
                name = _read_words(one)
            else:
                found[name] = " ".join(filter(None, (found.get(name, ""), _read_words(one))))
        return found

    def rows(self, css: str = "table") -> list[list[str]]:
        """Return the cells of each row in the bodies of the tables."""
        return [
            [_read_words(cell) for cell in row.css("td, th")]
            for table in self.root.css(css)
            for row in table.css("tbody tr")
        ]

    def row(self, key: str) -> list[str]:
        """Return the cells of the row that has the id."""
        return [_read_words(cell) for cell in self._first(f'tr[id="{key}"]').css("td, th")]

    def form(self, css: str = "main form[method=post]") -> PageForm:
        """Return the first form."""
        return self._read_form(self._first(css))

    def form_of(self, field: str) -> PageForm:
        """Return the first form that posts and has a field or button of the name."""
        for one in self.root.css("form[method=post]"):
            if one.css_first(f'[name="{field}"]') is not None:
                return self._read_form(one)
        raise LookupError(f"No form with {field!r} on {self.texts('h1')}.")

    def forms(self, css: str = "form") -> list[PageForm]:
        return [self._read_form(one) for one in self.root.css(css)]

    def acts(self, name: str = "act") -> set[str]:
        """Return the values of the buttons of the name: what can be done here."""
        return set(self.attributes(f'button[name="{name}"]', "value"))

    def without_tokens(self) -> str:
        """Return the markup without what is new in each answer: tokens against forgery and the stamps of forms."""
        copy = read_document(self.markup).root
        for one in copy.css("[name=csrfmiddlewaretoken], [name=stamp]"):
            one.attrs["value"] = ""
        for one in copy.css("[data-stamp]"):
            one.attrs["data-stamp"] = ""
        return copy.html or ""

    def find_forbidden(self) -> list[str]:
        """Return what the policy of our pages forbids: styles and scripts that stand in the page itself."""
        found = [one.html or "" for one in self.root.css("style, [style], script:not([src])")]
        found += [one.html or "" for one in self.root.css("script[src]") if (one.text() or "").strip()]
        for one in self.root.css("*"):
            found += [f"{one.tag} {name}" for name in one.attributes if name.startswith("on")]
        return found

    def styles(self) -> list[str]:
        """Return the style sheets that stand in a mail's document."""
        return [one.text() or "" for one in self.root.css("style")]

    def resources(self) -> list[str]:
        """Return the addresses that a browser asks for by itself."""
        return [
            address
            for one in self.root.css(LOADING)
            for name in ("src", "href")
            if (address := one.attributes.get(name))
        ]

    def _first(self, css: str) -> LexborNode:
        found = self.root.css_first(css)
        if found is None:
            raise LookupError(f"Nothing like {css} on {self.texts('h1')}.")
        return found

    def _told(self, css: str) -> list[Notice]:
        return [Notice(one.attributes.get("data-state") or "", _read_words(one)) for one in self.root.css(css)]

    def _read_form(self, form: LexborNode) -> PageForm:
        own = form.attributes.get("id")
        controls = "input, select, textarea, button"
        inside = [one for one in form.css(controls) if one.attributes.get("form", own) == own]
        outside = [one for one in self.root.css(f'[form="{own}"]') if own and form not in _ancestors(one)]
        fields: dict[str, list[str]] = {}
        buttons = []
        for one in (*inside, *outside):
            facts = one.attributes
            if one.tag == "button" or facts.get("type") == "submit":
                buttons.append(FormButton(facts.get("name") or "", facts.get("value") or "", _read_words(one)))
            elif facts.get("name"):
                fields.setdefault(facts["name"] or "", []).extend(_read_values(one))
        sent = {name: values for name, values in fields.items() if values}
        facts = form.attributes
        return PageForm(facts.get("action") or "", (facts.get("method") or "get").lower(), sent, tuple(buttons))


def read_document(answer: Any) -> Document:
    """Read a response, octets or a string."""
    if hasattr(answer, "status_code"):
        answer = b"".join(answer.streaming_content) if answer.streaming else answer.content
    markup = answer.decode() if isinstance(answer, bytes) else str(answer)
    root = LexborHTMLParser(markup).root
    assert root is not None
    return Document(root, markup)


def get_document(client: Any, path: str, query: Mapping[str, Any] | None = None, **facts: Any) -> Document:
    """Open a page that must be there; `facts` are those of the test client's `get`."""
    answer = client.get(path, query, **facts)
    assert answer.status_code == 200, (path, answer.status_code)
    return read_document(answer)


def post_document(client: Any, path: str, sent: Mapping[str, Any] | None = None, **facts: Any) -> Document:
    """Send a form, follow where it leads, and read the page there, whatever its status."""
    return read_document(client.post(path, sent, **{"follow": True, **facts}))


def _of_node(node: LexborNode) -> Document:
    """Copy a part, because a selector asked of a node of the page finds only what is below it."""
    markup = node.html or ""
    return read_document(markup)


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _read_words(node: LexborNode) -> str:
    return " ".join("".join(_pieces(node)).split())


def _pieces(node: LexborNode) -> Iterator[str]:
    for one in node.iter(include_text=True):
        if one.tag == "-text":
            yield one.text() or ""
        elif one.tag not in UNSEEN and not (one.tag or "").startswith("-"):
            gap = "" if one.tag in INLINE else " "
            yield gap
            yield from _pieces(one)
            yield gap


def _read_values(field: LexborNode) -> list[str]:
    """Return what a browser would send of a field."""
    facts = field.attributes
    kind = facts.get("type")
    if "disabled" in facts or kind in {"file", "button", "reset"}:
        return []
    if kind in {"checkbox", "radio"}:
        return [facts.get("value", "on") or ""] if "checked" in facts else []
    if field.tag == "select":
        options = field.css("option")
        chosen = [one for one in options if "selected" in one.attributes]
        chosen = chosen if "multiple" in facts or chosen else options[:1]
        return [_value_of_option(one) for one in chosen]
    if field.tag == "textarea":
        return [field.text() or ""]
    return [facts.get("value") or ""]


def _value_of_option(option: LexborNode) -> str:
    return option.attributes["value"] or "" if "value" in option.attributes else _read_words(option)
