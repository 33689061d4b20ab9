"""Template → compiled template, once per campaign and language; what is wrong with it is all said at once."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from html import escape

from jinja2 import TemplateSyntaxError

from esmero.rendering.templates.compiled_text import CompiledText, make_pattern
from esmero.rendering.templates.footer import Footer, append_footer
from esmero.rendering.templates.html import make_html
from esmero.rendering.templates.language import RESERVED, check_language, place_of
from esmero.rendering.templates.mjml import MjmlReader, settle_masks
from esmero.rendering.templates.placeholders import WAYS, Placeholders, mask
from esmero.rendering.templates.plaintext import make_text
from esmero.rendering.templates.problem import TemplateFault, TemplateProblem, TranslatableText
from esmero.rendering.templates.promotion import mark_slots, with_slots, without_slots

_REMARK = re.compile(r"<!--(?!\s*(?:\[if\b|<!\[endif)).*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """What an author wrote: `language` as in BCP 47, all else in the template language."""

    language: str
    subject: str
    preheader: str
    mjml: str


@dataclass(frozen=True, slots=True, eq=False)
class TextWithoutPromotion:
    """The two parts of a message as they are without its promotion."""

    html: CompiledText
    text: CompiledText


@dataclass(frozen=True, slots=True, eq=False)
class CompiledTemplate:
    """A template ready to print: `links` are the targets of clicks in their order, `fields_used` what it reads.

    `html` and `text` are whole; `bare` are the two without the promotion, None where the template has none. `notes` say
    what was left out of the author's source, for `lint`.
    """

    language: str
    subject: CompiledText
    html: CompiledText
    text: CompiledText
    bare: TextWithoutPromotion | None
    links: tuple[str, ...]
    fields_used: frozenset[str]
    notes: tuple[TemplateProblem, ...]


def compile_source(source: TemplateSource, *, fields: Collection[str], footer: Footer | None) -> CompiledTemplate:
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
    problems: list[TemplateProblem] = []
    preheader = parts["preheader"]
    for part, text in parts.items():
        used[part], found = check_language(text, part=part, fields=known[part])
        found += _check_characters(text, part=part)
        problems += found
        if part == "preheader" and found:
            preheader = ""  # said already; the body is read on without it
    if not parts["subject"]:
        problems.append(
            TemplateProblem(
                "subject",
                TranslatableText("the subject is empty"),
                TranslatableText("Say in one line what the message is about"),
            )
        )
    try:
        masked, masks = mask(_insert_preheader(parts["body"], preheader))
    except TemplateSyntaxError:
        raise TemplateFault(tuple(problems)) from None
    reader = MjmlReader(masks)
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
        return CompiledTemplate(
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
        fault = TemplateProblem(
            "body",
            TranslatableText("if and for do not close in the order of the elements: %(said)s", said=error.message),
            TranslatableText("Let each begin and end in the same element"),
        )
        raise TemplateFault((fault,)) from error


def _to_inner(text: str) -> str:
    """Turn plain template text into the inner language, without any HTML on the way."""
    masked, masks = mask(text)
    return masks.unmask(masked)


def _make_document(mjml: str, masks: Placeholders, *, source: TemplateSource, footer: Footer | None) -> str:
    if footer is not None:
        mjml = append_footer(mjml, footer, masks)
    try:
        return make_html(mjml, masks, language=source.language)
    except OSError as error:
        fault = TemplateProblem(
            "body",
            TranslatableText("the MJML cannot be read: %(said)s", said=error),
            TranslatableText("Check that attributes are quoted and & is &amp;"),
        )
        raise TemplateFault((fault,)) from error


def _make_parts(document: str, masks: Placeholders, *, fields: frozenset[str]) -> TextWithoutPromotion:
    """Take a masked document and the text read off it apart; raises jinja2.TemplateSyntaxError."""
    return TextWithoutPromotion(
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


def _check_characters(text: str, *, part: str) -> list[TemplateProblem]:
    problems = [
        TemplateProblem(
            place_of(part, text.count("\n", 0, match.start()) + 1),
            TranslatableText("the character U+%(code)s is reserved", code=f"{ord(match[0]):04X}"),
            TranslatableText("Remove it"),
        )
        for match in RESERVED.finditer(text)
    ]
    if part != "body" and re.search(r"[\r\n\0]", text):
        problems.append(
            TemplateProblem(
                part, TranslatableText("it has more than one line"), TranslatableText("Write it in one line")
            )
        )
    return problems
