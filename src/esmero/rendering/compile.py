"""Template → compiled template, once per campaign and language; what is wrong with it is all said at once."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from html import escape

from jinja2 import TemplateSyntaxError

from esmero.rendering.footer import Footer, append_footer
from esmero.rendering.language import RESERVED, check_language, place_of
from esmero.rendering.markup import make_html
from esmero.rendering.masks import WAYS, Masks, mask
from esmero.rendering.mjml import Reader, settle_masks
from esmero.rendering.pattern import Pattern, make_pattern
from esmero.rendering.plaintext import make_text
from esmero.rendering.problem import Problem, Said, TemplateFault
from esmero.rendering.promotion import mark_slots, with_slots, without_slots

_REMARK = re.compile(r"<!--(?!\s*(?:\[if\b|<!\[endif)).*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """What an author wrote: `language` as in BCP 47, all else in the template language."""

    language: str
    subject: str
    preheader: str
    mjml: str


@dataclass(frozen=True, slots=True, eq=False)
class Bare:
    """The two parts of a message as they are without its promotion."""

    html: Pattern
    text: Pattern


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A template ready to print: `links` are the targets of clicks in their order, `fields_used` what it reads.

    `html` and `text` are whole; `bare` are the two without the promotion, None where the template has none. `notes` say
    what was left out of the author's source, for `lint`.
    """

    language: str
    subject: Pattern
    html: Pattern
    text: Pattern
    bare: Bare | None
    links: tuple[str, ...]
    fields_used: frozenset[str]
    notes: tuple[Problem, ...]


def compile_source(source: Source, *, fields: Collection[str], footer: Footer | None) -> Compiled:
    """Compile; `fields` are the names that a recipient may have. Raises TemplateFault with every problem found.

    Web links with a fixed address are registered and counted. A field may stand in the path or query of a link, where
    it is percent-encoded, or be the whole address; such a link goes out as it is and is not counted.
    """
    parts = {
        "subject": source.subject.strip(),
        "preheader": source.preheader.strip(),
        "body": _REMARK.sub(lambda remark: "\n" * remark[0].count("\n"), source.mjml.replace("\r\n", "\n")),
    }
    known = {"subject": frozenset(fields), "preheader": frozenset(fields), "body": frozenset(fields) | WAYS.keys()}
    used: dict[str, frozenset[str]] = {}
    problems: list[Problem] = []
    preheader = parts["preheader"]
    for part, text in parts.items():
        used[part], found = check_language(text, part=part, fields=known[part])
        found += _check_characters(text, part=part)
        problems += found
        if part == "preheader" and found:
            preheader = ""  # said already; the body is read on without it
    if not parts["subject"]:
        problems.append(
            Problem("subject", Said("the subject is empty"), Said("Say in one line what the message is about"))
        )
    try:
        masked, masks = mask(_insert_preheader(parts["body"], preheader))
    except TemplateSyntaxError:
        raise TemplateFault(tuple(problems)) from None
    reader = Reader(masks)
    reader.read(masked)
    problems += reader.problems
    if problems:
        raise TemplateFault(tuple(problems))
    marked = mark_slots(masked, reader.slots, masks)
    document = _make_document(settle_masks(marked, masks, reader.places), masks, source=source, footer=footer)
    body_fields = (used["body"] | used["preheader"]) - WAYS.keys()
    try:
        whole = _make_parts(with_slots(document, masks, language=source.language), masks, fields=body_fields)
        bare = _make_parts(without_slots(document, masks), masks, fields=body_fields) if reader.slots else None
        return Compiled(
            language=source.language,
            subject=make_pattern(_to_inner(parts["subject"]), fields=used["subject"], markup=False),
            html=whole.html,
            text=whole.text,
            bare=bare,
            links=tuple(masks.links),
            fields_used=used["subject"] | body_fields,
            notes=tuple(reader.notes),
        )
    except TemplateSyntaxError as error:
        fault = Problem(
            "body",
            Said("if and for do not close in the order of the elements: %(said)s", said=error.message),
            Said("Let each begin and end in the same element"),
        )
        raise TemplateFault((fault,)) from error


def _to_inner(text: str) -> str:
    """Turn plain template text into the inner language, without any HTML on the way."""
    masked, masks = mask(text)
    return masks.unmask(masked)


def _make_document(mjml: str, masks: Masks, *, source: Source, footer: Footer | None) -> str:
    if footer is not None:
        mjml = append_footer(mjml, footer, masks)
    try:
        return make_html(mjml, masks, language=source.language)
    except OSError as error:
        fault = Problem(
            "body",
            Said("the MJML cannot be read: %(said)s", said=error),
            Said("Check that attributes are quoted and & is &amp;"),
        )
        raise TemplateFault((fault,)) from error


def _make_parts(document: str, masks: Masks, *, fields: frozenset[str]) -> Bare:
    """Take a masked document and the text read off it apart; raises jinja2.TemplateSyntaxError."""
    return Bare(
        html=make_pattern(masks.unmask(document), fields=fields, markup=True),
        text=make_pattern(masks.unmask(make_text(document, masks)), fields=fields, markup=False),
    )


def _insert_preheader(mjml: str, preheader: str) -> str:
    """Put the preheader into the head, in the line of an existing tag so that places stay true."""
    if not preheader:
        return mjml
    mjml = re.sub(r"<mj-preview\b[^>]*>.*?</mj-preview>", lambda old: "\n" * old[0].count("\n"), mjml, flags=re.DOTALL)
    # Words are escaped, constructs are not: they are code until the end.
    words = re.sub(
        r"\{\{.*?\}\}|\{%.*?%\}|[^{]+|\{",
        lambda each: each[0] if each[0][:2] in ("{{", "{%") else escape(each[0], quote=False),
        preheader,
    )
    preview = f"<mj-preview>{words}</mj-preview>"
    if re.search(r"<mj-head\b[^>]*>", mjml):
        return re.sub(r"<mj-head\b[^>]*>", lambda head: head[0] + preview, mjml, count=1)
    return re.sub(r"<mjml\b[^>]*>", lambda root: f"{root[0]}<mj-head>{preview}</mj-head>", mjml, count=1)


def _check_characters(text: str, *, part: str) -> list[Problem]:
    problems = [
        Problem(
            place_of(part, text.count("\n", 0, match.start()) + 1),
            Said("the character U+%(code)s is reserved", code=f"{ord(match[0]):04X}"),
            Said("Remove it"),
        )
        for match in RESERVED.finditer(text)
    ]
    if part != "body" and re.search(r"[\r\n\0]", text):
        problems.append(Problem(part, Said("it has more than one line"), Said("Write it in one line")))
    return problems
