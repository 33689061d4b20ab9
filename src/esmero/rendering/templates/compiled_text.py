"""A finished part of a template as a row of pieces: constant text, fields, addresses with tokens, and steps."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any, cast

from jinja2 import Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from esmero.rendering.templates.language import CLOSE_WAY, HTML, OPEN_WAY, PLAIN, is_blank, put_plainly
from esmero.rendering.tokens import TokenPurpose

_WAY = re.compile(f"{OPEN_WAY}([a-z])([0-9]+){CLOSE_WAY}")


@dataclass(frozen=True, slots=True)
class TokenLink:
    """An address of ours with a token; `link` is the place of a click's target among the registered links."""

    purpose: TokenPurpose
    link: int = 0


@dataclass(frozen=True, slots=True)
class TemplateField:
    """The value of a field, or the fallback when there is nothing to show."""

    name: str
    fallback: str | None

    def read(self, values: Mapping[str, object]) -> str:
        value = values.get(self.name)
        if self.fallback is not None and is_blank(value):
            return self.fallback
        return put_plainly(value)


@dataclass(frozen=True, slots=True, eq=False)
class JinjaSteps:
    """Whatever needs Jinja2: loops, conditions, other filters. `constants` are the literal chunks that it yields."""

    template: Template
    constants: frozenset[str]

    def chunks(self, values: Mapping[str, object]) -> Iterator[str]:
        template = self.template
        facts = cast("dict[str, Any]", values)  # Jinja2 only reads it
        return template.root_render_func(template.new_context(facts, shared=True))


type Piece = str | TemplateField | TokenLink | JinjaSteps


@dataclass(frozen=True, slots=True, eq=False)
class CompiledText:
    """`source` is the whole in the inner template language; `pieces` the same, taken apart; `markup` escapes values.

    `ways` are the addresses with tokens, one for each place where one stands, also within steps.
    """

    source: str
    pieces: tuple[Piece, ...]
    fields: frozenset[str]
    ways: tuple[TokenLink, ...]
    markup: bool

    def render(self, values: Mapping[str, object], ways: Mapping[TokenLink, str]) -> str:
        """Give the plain text for one recipient: previews use it, and tests hold the encoded mail against it."""
        written = []
        for piece in self.pieces:
            if isinstance(piece, str):
                written.append(piece)
            elif isinstance(piece, TemplateField):
                value = piece.read(values)
                written.append(str(escape(value)) if self.markup else value)
            elif isinstance(piece, TokenLink):
                written.append(ways[piece])
            else:
                for chunk in piece.chunks(values):
                    written += [each if isinstance(each, str) else ways[each] for each in part_ways(chunk)]
        return "".join(written)


def part_ways(text: str) -> list[str | TokenLink]:
    """Part constant text from the addresses with tokens that stand in it."""
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


def make_pattern(source: str, *, fields: frozenset[str], markup: bool) -> CompiledText:
    """Take a checked template apart; raises jinja2.TemplateSyntaxError when its steps do not close."""
    environment = HTML if markup else PLAIN
    tree = environment.parse(source)
    pieces: list[Piece] = []
    for statement in tree.body:
        for node in statement.nodes if isinstance(statement, nodes.Output) else [statement]:
            if isinstance(node, nodes.TemplateData):
                pieces += part_ways(node.data)
            else:
                pieces.append(_field(node) or _steps(node, environment))
    ways = tuple(part for part in part_ways(source) if isinstance(part, TokenLink))
    return CompiledText(source, tuple(pieces), fields, ways, markup)


def _field(node: nodes.Node) -> TemplateField | None:
    """Recognise `{{ name }}` and `{{ name | fallback("words") }}`, which need no Jinja2 at all."""
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
