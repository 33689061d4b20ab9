"""Compile a part of a template into pieces: constant text, fields, token links, and steps for Jinja2."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any, cast

from jinja2 import Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from esmero.rendering.templates.language import (
    CLOSE_TOKEN_LINK,
    HTML_ENVIRONMENT,
    OPEN_TOKEN_LINK,
    TEXT_ENVIRONMENT,
    is_blank,
    to_text,
)
from esmero.rendering.tokens import TokenPurpose

_WAY = re.compile(f"{OPEN_TOKEN_LINK}([a-z])([0-9]+){CLOSE_TOKEN_LINK}")


@dataclass(frozen=True, slots=True)
class TokenLink:
    """Describe an address of the installation with a token; `link` is the index of a click target among the links."""

    purpose: TokenPurpose
    link: int = 0


@dataclass(frozen=True, slots=True)
class TemplateField:
    """Describe a field: its name, and the fallback for a blank value."""

    name: str
    fallback: str | None

    def read(self, values: Mapping[str, object]) -> str:
        value = values.get(self.name)
        if self.fallback is not None and is_blank(value):
            return self.fallback
        return to_text(value)


@dataclass(frozen=True, slots=True, eq=False)
class JinjaSteps:
    """Hold code that needs Jinja2: loops, conditions, other filters.

    `constants` are the literal chunks that it yields.
    """

    template: Template
    constants: frozenset[str]

    def chunks(self, values: Mapping[str, object]) -> Iterator[str]:
        template = self.template
        facts = cast("dict[str, Any]", values)  # Jinja2 only reads it
        return template.root_render_func(template.new_context(facts, shared=True))


type Piece = str | TemplateField | TokenLink | JinjaSteps


@dataclass(frozen=True, slots=True, eq=False)
class CompiledText:
    """Hold a compiled text: `source` in the inner template language, `pieces` the same split; `markup` escapes values.

    `token_links` are the addresses with tokens, one for each occurrence, also within steps.
    """

    source: str
    pieces: tuple[Piece, ...]
    fields: frozenset[str]
    token_links: tuple[TokenLink, ...]
    markup: bool

    def render(self, values: Mapping[str, object], token_links: Mapping[TokenLink, str]) -> str:
        """Render the text for one recipient: for previews, and for tests that compare the encoded mail with it."""
        written = []
        for piece in self.pieces:
            if isinstance(piece, str):
                written.append(piece)
            elif isinstance(piece, TemplateField):
                value = piece.read(values)
                written.append(str(escape(value)) if self.markup else value)
            elif isinstance(piece, TokenLink):
                written.append(token_links[piece])
            else:
                for chunk in piece.chunks(values):
                    written += [
                        each if isinstance(each, str) else token_links[each] for each in split_token_links(chunk)
                    ]
        return "".join(written)


def split_token_links(text: str) -> list[str | TokenLink]:
    """Split constant text into text and token links."""
    parts: list[str | TokenLink] = []
    end = 0
    for match in _WAY.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        parts.append(TokenLink(TokenPurpose(match[1]), int(match[2])))
        end = match.end()
    if end < len(text):
        parts.append(text[end:])
    return parts


def compile_text(source: str, *, fields: frozenset[str], markup: bool) -> CompiledText:
    """Compile a checked template; raises jinja2.TemplateSyntaxError if a step is not closed."""
    environment = HTML_ENVIRONMENT if markup else TEXT_ENVIRONMENT
    tree = environment.parse(source)
    pieces: list[Piece] = []
    for statement in tree.body:
        for node in statement.nodes if isinstance(statement, nodes.Output) else [statement]:
            if isinstance(node, nodes.TemplateData):
                pieces += split_token_links(node.data)
            else:
                pieces.append(_field(node) or _steps(node, environment))
    token_links = tuple(part for part in split_token_links(source) if isinstance(part, TokenLink))
    return CompiledText(source, tuple(pieces), fields, token_links, markup)


def _field(node: nodes.Node) -> TemplateField | None:
    """Recognise `{{ name }}` and `{{ name | fallback("words") }}`, which need no Jinja2."""
    match node:
        case nodes.Name(name=name):
            return TemplateField(name, None)
        case nodes.Filter(name="fallback", node=nodes.Name(name=name), args=[nodes.Const(value=str(words))], kwargs=[]):
            return TemplateField(name, words)
    return None


def _steps(node: nodes.Node, environment: ImmutableSandboxedEnvironment) -> JinjaSteps:
    body = [nodes.Output([node], lineno=node.lineno)] if isinstance(node, nodes.Expr) else [node]
    tree = nodes.Template(body, lineno=1)
    tree.set_environment(environment)
    code = environment.compile(tree)
    return JinjaSteps(Template.from_code(environment, code, {}), frozenset(_strings(code)))


def _strings(code: CodeType) -> Iterator[str]:
    constant: Any
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _strings(constant)
