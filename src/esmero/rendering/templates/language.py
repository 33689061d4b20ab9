"""Define the template language: Jinja2's sandbox reduced to fields, filters, comparisons, `if` and `for`.

Nothing can call, import, assign or loop without end, so the cost of a template is bounded by its facts.
"""

import re
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from jinja2 import ChainableUndefined, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from esmero.rendering.templates.problem import TemplateProblem, TranslatableText

# The inner language has these delimiters instead of the author's braces, so that braces in the text are literal.
OPEN_FIELD, CLOSE_FIELD, OPEN_STEP, CLOSE_STEP = "\ue000", "\ue001", "\ue002", "\ue003"
OPEN_TOKEN_LINK, CLOSE_TOKEN_LINK = "\ue006", "\ue007"
RESERVED = re.compile("[\ue000-\ue007]")

_FILTERS = (
    "abs", "capitalize", "default", "first", "join", "last", "length", "lower", "replace", "round", "sort", "title",
    "trim", "truncate", "upper", "int",
)  # fmt: skip
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Tuple, nodes.List,
    nodes.If, nodes.For, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.CondExpr, nodes.Getattr, nodes.Getitem, nodes.Keyword, nodes.Neg, nodes.Add, nodes.Sub, nodes.Concat,
)  # fmt: skip
_UNSAFE_SCHEME = "#"
_MEANS = TranslatableText("Use fields, filters, comparisons, if and for only")


def is_blank(value: object) -> bool:
    """Say whether there is nothing to show: None, a missing field, or only white space."""
    return value is None or isinstance(value, ChainableUndefined) or (isinstance(value, str) and not value.strip())


def to_text(value: object) -> str:
    """Convert a value to text: None to nothing, line ends to LF, half a surrogate pair to a question mark."""
    if value is None:
        return ""
    text = value if type(value) is str else str(value)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _fallback(value: object, instead: object) -> object:
    return instead if is_blank(value) else value


def _web_address(value: object) -> str:
    """Let only addresses pass that a mail program may open: no `javascript:`, no relative path."""
    text = to_text(value).strip()
    return text if re.match(r"(https?://|mailto:|tel:)", text, re.IGNORECASE) else _UNSAFE_SCHEME


def _query_value(value: object) -> str:
    return quote(to_text(value), safe="@")


def _finish(value: Any) -> Any:
    return to_text(None if isinstance(value, ChainableUndefined) else value)


def _environment(*, autoescape: bool, **delimiters: str) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        autoescape=autoescape,
        undefined=ChainableUndefined,
        finalize=_finish,
        keep_trailing_newline=True,
        cache_size=0,
        **delimiters,
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS} | {"fallback": _fallback}
    return made


SOURCE_ENVIRONMENT = _environment(autoescape=False)
# Jinja2 works out what is constant even while it only looks for fields: 'a' * 999999999 took a gigabyte before it was
# refused.
SOURCE_ENVIRONMENT.intercepted_binops = frozenset(SOURCE_ENVIRONMENT.default_binop_table)
_INNER = {
    "variable_start_string": OPEN_FIELD,
    "variable_end_string": CLOSE_FIELD,
    "block_start_string": OPEN_STEP,
    "block_end_string": CLOSE_STEP,
    "comment_start_string": "\ue004",
    "comment_end_string": "\ue005",
}
TEXT_ENVIRONMENT = _environment(autoescape=False, **_INNER)
HTML_ENVIRONMENT = _environment(autoescape=True, **_INNER)
for _each in (TEXT_ENVIRONMENT, HTML_ENVIRONMENT):
    _each.filters |= {"web_address": _web_address, "query_value": _query_value}


def place_of(part: str, line: int) -> str:
    """Name a place for the author; only the body has line numbers."""
    return f"{part} line {line}" if part == "body" else part


def check_language(text: str, *, part: str, fields: frozenset[str]) -> tuple[frozenset[str], list[TemplateProblem]]:
    """Return the fields that `text` uses and every problem found: syntax, forbidden constructs, unknown fields."""
    try:
        tree = SOURCE_ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        return frozenset(), _syntax_problems(text, error, part=part)
    problems = [
        TemplateProblem(
            place_of(part, node.lineno),
            TranslatableText("%(what)s cannot be used in a template", what=_describe(node)),
            _MEANS,
        )
        for node in tree.find_all((nodes.Stmt, nodes.Expr))
        if not isinstance(node, _NODES)
    ]
    for kind, known, substitute in (
        (nodes.Filter, SOURCE_ENVIRONMENT.filters, "fallback"),
        (nodes.Test, SOURCE_ENVIRONMENT.tests, "none"),
    ):
        for node in tree.find_all(kind):
            if node.name not in known:
                what = TranslatableText(
                    "the %(kind)s “%(name)s” does not exist", kind=kind.__name__.lower(), name=node.name
                )
                problems.append(TemplateProblem(place_of(part, node.lineno), what, _suggest(node.name, known)))
                node.name = substitute  # Jinja2 refuses unknown filters in the search for unknown fields below
    used = frozenset(meta.find_undeclared_variables(tree))
    unknown = {
        (node.lineno, node.name)
        for node in tree.find_all(nodes.Name)
        if node.ctx == "load" and node.name in used and node.name not in fields
    }
    problems += [
        TemplateProblem(
            place_of(part, line),
            TranslatableText("the field “%(name)s” does not exist", name=name),
            _suggest(name, fields),
        )
        for line, name in sorted(unknown)
    ]
    return used, problems


def _syntax_problems(text: str, error: TemplateSyntaxError, *, part: str) -> list[TemplateProblem]:
    """Return all syntax errors: Jinja2 stops at its first, so each field is also parsed alone."""
    found = {(error.lineno, error.message or "cannot be read")}
    for match in re.finditer(r"\{\{.*?\}\}", text, re.DOTALL):
        try:
            SOURCE_ENVIRONMENT.parse(match[0])
        except TemplateSyntaxError as inner:
            found.add((text.count("\n", 0, match.start()) + inner.lineno, inner.message or "cannot be read"))
    return [
        TemplateProblem(
            place_of(part, line),
            TranslatableText("the template language is not understood: %(said)s", said=said),
            TranslatableText("Mend what stands between the braces"),
        )
        for line, said in sorted(found)
    ]


def _describe(node: nodes.Node) -> str:
    return {"Call": "calling a function", "Assign": "set", "Mul": "multiplication", "Div": "division"}.get(
        type(node).__name__, f"“{type(node).__name__.lower()}”"
    )


def _suggest(name: str, known: Any) -> TranslatableText:
    near = get_close_matches(name, list(known), n=1)
    return (
        TranslatableText("Write “%(name)s”", name=near[0])
        if near
        else TranslatableText("Known are: %(names)s", names=", ".join(sorted(known)))
    )
