"""Compile templates, once per campaign and language. All problems of a template are reported together."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from html import escape

from jinja2 import TemplateSyntaxError

from esmero.rendering.templates.compiled_text import CompiledText, compile_text
from esmero.rendering.templates.footer import Footer, append_footer
from esmero.rendering.templates.html import make_html
from esmero.rendering.templates.language import RESERVED, check_language, place_of
from esmero.rendering.templates.mjml import MjmlReader, wrap_placeholders
from esmero.rendering.templates.placeholders import TOKEN_FIELDS, Placeholders, insert_placeholders
from esmero.rendering.templates.plaintext import make_text
from esmero.rendering.templates.problem import TemplateFault, TemplateProblem, TranslatableText
from esmero.rendering.templates.promotion import mark_slots, with_slots, without_slots

_REMARK = re.compile(r"<!--(?!\s*(?:\[if\b|<!\[endif)).*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """Hold the author's source: `language` as in BCP 47, everything else in the template language."""

    language: str
    subject: str
    preheader: str
    mjml: str


@dataclass(frozen=True, slots=True, eq=False)
class TextWithoutPromotion:
    """Hold the HTML and text parts of a message without its promotion."""

    html: CompiledText
    text: CompiledText


@dataclass(frozen=True, slots=True, eq=False)
class CompiledTemplate:
    """Hold a template ready to render.

    `links` are the click targets in their order, `fields_used` the fields that it reads. `html` and `text` include the
    promotion; `without_promotion` holds both without it, None if the template has none. `notes` list parts of the
    author's source that were left out, for `lint`.
    """

    language: str
    subject: CompiledText
    html: CompiledText
    text: CompiledText
    without_promotion: TextWithoutPromotion | None
    links: tuple[str, ...]
    fields_used: frozenset[str]
    notes: tuple[TemplateProblem, ...]


def compile_source(source: TemplateSource, *, fields: Collection[str], footer: Footer | None) -> CompiledTemplate:
    """Compile a template; `fields` are the names that a recipient may have. Raises TemplateFault with every problem.

    Web links with a fixed address are registered and counted. A field may be part of the path or query of a link, where
    it is percent-encoded, or be the whole address; such a link is sent as it is and is not counted.
    """
    parts = {
        "subject": source.subject.strip(),
        "preheader": source.preheader.strip(),
        "body": _REMARK.sub(lambda remark: "\n" * remark[0].count("\n"), source.mjml.replace("\r\n", "\n")),
    }
    known = {
        "subject": frozenset(fields),
        "preheader": frozenset(fields),
        "body": frozenset(fields) | TOKEN_FIELDS.keys(),
    }
    used: dict[str, frozenset[str]] = {}
    problems: list[TemplateProblem] = []
    preheader = parts["preheader"]
    for part, text in parts.items():
        used[part], found = check_language(text, part=part, fields=known[part])
        found += _check_characters(text, part=part)
        problems += found
        if part == "preheader" and found:
            preheader = ""  # its problems are reported already; check the body without it
    if not parts["subject"]:
        problems.append(
            TemplateProblem(
                "subject",
                TranslatableText("the subject is empty"),
                TranslatableText("Say in one line what the message is about"),
            )
        )
    try:
        with_placeholders, placeholders = insert_placeholders(_insert_preheader(parts["body"], preheader))
    except TemplateSyntaxError:
        raise TemplateFault("template-unusable", problems=tuple(problems)) from None
    reader = MjmlReader(placeholders)
    reader.read(with_placeholders)
    problems += reader.problems
    if problems:
        raise TemplateFault("template-unusable", problems=tuple(problems))
    marked = mark_slots(with_placeholders, reader.slots, placeholders)
    document = _make_document(
        wrap_placeholders(marked, placeholders, reader.places), placeholders, source=source, footer=footer
    )
    body_fields = (used["body"] | used["preheader"]) - TOKEN_FIELDS.keys()
    try:
        whole = _make_parts(
            with_slots(document, placeholders, language=source.language), placeholders, fields=body_fields
        )
        without_promotion = (
            _make_parts(without_slots(document, placeholders), placeholders, fields=body_fields)
            if reader.slots
            else None
        )
        return CompiledTemplate(
            language=source.language,
            subject=compile_text(_to_inner(parts["subject"]), fields=used["subject"], markup=False),
            html=whole.html,
            text=whole.text,
            without_promotion=without_promotion,
            links=tuple(placeholders.links),
            fields_used=used["subject"] | body_fields,
            notes=tuple(reader.notes),
        )
    except TemplateSyntaxError as error:
        fault = TemplateProblem(
            "body",
            TranslatableText("if and for do not close in the order of the elements: %(said)s", said=error.message),
            TranslatableText("Let each begin and end in the same element"),
        )
        raise TemplateFault("template-unusable", problems=(fault,)) from error


def _to_inner(text: str) -> str:
    """Convert plain template text into the inner language."""
    with_placeholders, placeholders = insert_placeholders(text)
    return placeholders.restore(with_placeholders)


def _make_document(mjml: str, placeholders: Placeholders, *, source: TemplateSource, footer: Footer | None) -> str:
    if footer is not None:
        mjml = append_footer(mjml, footer, placeholders)
    try:
        return make_html(mjml, placeholders, language=source.language)
    except OSError as error:
        fault = TemplateProblem(
            "body",
            TranslatableText("the MJML cannot be read: %(said)s", said=error),
            TranslatableText("Check that attributes are quoted and & is &amp;"),
        )
        raise TemplateFault("template-unusable", problems=(fault,)) from error


def _make_parts(document: str, placeholders: Placeholders, *, fields: frozenset[str]) -> TextWithoutPromotion:
    """Compile an HTML document and the text made from it; raises jinja2.TemplateSyntaxError."""
    return TextWithoutPromotion(
        html=compile_text(placeholders.restore(document), fields=fields, markup=True),
        text=compile_text(placeholders.restore(make_text(document, placeholders)), fields=fields, markup=False),
    )


def _insert_preheader(mjml: str, preheader: str) -> str:
    """Insert the preheader into the head, in the line of an existing tag so that line numbers stay the same."""
    if not preheader:
        return mjml
    mjml = re.sub(r"<mj-preview\b[^>]*>.*?</mj-preview>", lambda old: "\n" * old[0].count("\n"), mjml, flags=re.DOTALL)
    # Constructs must not be escaped: they are still code here.
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
