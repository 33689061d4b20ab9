"""Find points to review in a template that compiles. A finding is a code, a place and facts; the web package words it.

`lint` checks at the command line for faults that spoil a mail; this module looks closer, for the template editor.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from esmero.rendering.checks.colours import contrast, read_colour
from esmero.rendering.checks.commerce import find_commerce
from esmero.rendering.checks.css_support import find_unsupported
from esmero.rendering.checks.lint import CLIPPED_OCTETS, measure
from esmero.rendering.checks.part_equality import compare_parts
from esmero.rendering.templates.compile import CompiledTemplate, TemplateSource
from esmero.rendering.templates.language import CLOSE_FIELD, OPEN_FIELD

MAX_DIFFERENCES = 10
LONGEST_SUBJECT = 60  # characters; phones show 30 to 45, desktop programs about 60
_LEAST_CONTRAST, _LEAST_FOR_LARGE = 4.5, 3.0  # WCAG 2.2, 1.4.3
_DARK_CANVAS = (31, 31, 31)  # background of mail programs in dark mode, if the message sets none
_LEAST_VISIBLE = 2.0  # text with a lower contrast can hardly be seen
_NEUTRAL = 40  # mail programs invert black and dark greys in dark mode, but hardly any colours
_LARGE, _LARGE_BOLD = 24.0, 18.66  # CSS pixels
_PLACEHOLDER = re.compile(
    r"^#$|//(www\.)?(example\.(com|org|net)|localhost|127\.0\.0\.1|[^/]*\.local)([:/?#]|$)|lorem|\btodo\b|\bxxx+\b",
    re.IGNORECASE,
)
_CONSTRUCT = re.compile("[\ue000-\ue003].*?[\ue000-\ue003]", re.DOTALL)
_BARE_FIELD = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")


@dataclass(frozen=True, slots=True)
class TemplateFinding:
    """Describe one point to review.

    `part` is subject, preheader or body; `line` counts from 1 in it (0: no single line).
    """

    code: str
    part: str
    line: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)


def find_problems(source: TemplateSource, compiled: CompiledTemplate) -> list[TemplateFinding]:
    """Return the points to review, in the order subject, preheader, body."""
    found = [
        *_check_head(source),
        *_check_notes(compiled),
        *_check_body(source),
        *_check_contrast(source, compiled),
    ]
    octets = measure(compiled)
    if octets > CLIPPED_OCTETS:
        found.append(
            TemplateFinding(
                "clipped", "body", facts={"kilobytes": str(octets // 1000), "most": str(CLIPPED_OCTETS // 1000)}
            )
        )
    words = re.sub(r"https?://\S+", "", "".join(piece for piece in compiled.text.pieces if isinstance(piece, str)))
    if "<img" in compiled.html.source and len(re.findall(r"\w{2,}", words)) < 8:
        found.append(TemplateFinding("text-thin", "body"))
    parts = {"subject": 0, "preheader": 1, "body": 2}
    unique = {(one.code, one.part, one.line, tuple(one.facts.items())): one for one in found}
    return sorted(unique.values(), key=lambda one: (parts[one.part], one.line))


def find_advertising(source: TemplateSource) -> list[TemplateFinding]:
    """Return each phrase of advertising outside of the promotion, for a message that is sent as no advertising."""
    parts = (("subject", source.subject), ("preheader", source.preheader), ("body", source.mjml))
    return [
        TemplateFinding("commerce", part, line if part == "body" else 0, {"words": words})
        for part, text in parts
        for line, words in find_commerce(text, language=source.language)
    ]


def find_part_differences(html: str, text: str) -> list[TemplateFinding]:
    """Return content that only one part of a message has. A text made from its HTML has no differences."""
    return [
        TemplateFinding(f"lacks-{one.kind}-{one.missing_in}", "body", facts={"words": one.words})
        for one in compare_parts(html, text)[:MAX_DIFFERENCES]
    ]


def fields_without_fallback(text: str) -> list[str]:
    """Return the fields of a line that are used without a fallback for missing values."""
    return _BARE_FIELD.findall(text)


def _check_head(source: TemplateSource) -> Iterator[TemplateFinding]:
    shown = _BARE_FIELD.sub("x" * 8, source.subject)
    if len(shown) > LONGEST_SUBJECT:
        yield TemplateFinding(
            "subject-long", "subject", facts={"length": str(len(shown)), "most": str(LONGEST_SUBJECT)}
        )
    if not source.preheader.strip():
        yield TemplateFinding("no-preheader", "preheader")
    for part, text in (("subject", source.subject), ("preheader", source.preheader)):
        for name in fields_without_fallback(text):
            yield TemplateFinding("no-fallback", part, facts={"field": name})


def _check_notes(compiled: CompiledTemplate) -> Iterator[TemplateFinding]:
    for note in compiled.notes:
        line = re.search(r"line (\d+)", note.place)
        code = "relative" if "leads nowhere" in note.what else "font-not-loaded"
        yield TemplateFinding(code, "body", int(line[1]) if line else 0)


def _check_body(source: TemplateSource) -> Iterator[TemplateFinding]:
    text = re.sub(r"<!--.*?-->", lambda remark: re.sub(r"[^\n]", " ", remark[0]), source.mjml, flags=re.DOTALL)
    for match in re.finditer(r"<(mj-image|mj-carousel-image|img)\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", text):
        line = text.count("\n", 0, match.start()) + 1
        if not re.search(r"\balt\s*=", match[2]):
            yield TemplateFinding("no-alt", "body", line)
        elif re.search(r"\balt\s*=\s*(\"\s*\"|'\s*')", match[2]) and match[1] != "img":
            yield TemplateFinding("empty-alt", "body", line)
    for match in re.finditer(r"\b(href|src|background-url)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", text):
        target = unescape(match[2] if match[2] is not None else match[3]).strip()
        line = text.count("\n", 0, match.start()) + 1
        if _PLACEHOLDER.search(target) or not target:
            yield TemplateFinding("placeholder", "body", line, {"address": target[:80]})
        elif target.lower().startswith("http://"):
            code = "link-http" if match[1] == "href" else "image-http"
            yield TemplateFinding(code, "body", line, {"address": target[:80]})
    for line, name, programs in find_unsupported(text):
        yield TemplateFinding("unsupported", "body", line, {"what": name, "programs": ", ".join(programs)})
    for match in _BARE_FIELD.finditer(text):
        start = text.rfind("<", 0, match.start())
        in_address = text.rfind(">", 0, match.start()) < start
        if not in_address and match[1] not in ("unsubscribe_url", "preferences_url", "why_url", "share_url"):
            yield TemplateFinding("no-fallback", "body", text.count("\n", 0, match.start()) + 1, {"field": match[1]})


def _check_contrast(source: TemplateSource, compiled: CompiledTemplate) -> Iterator[TemplateFinding]:
    body = LexborHTMLParser(_CONSTRUCT.sub(f"{OPEN_FIELD}{CLOSE_FIELD}", compiled.html.source)).body
    if body is None:
        return
    lines = source.mjml.split("\n")
    for words, ink, paper, large in _texts(body, _TextStyle("#000000", "", 16.0, bold=False), depth=0):
        colours = read_colour(ink), read_colour(paper or "#ffffff")
        if colours[0] is None or colours[1] is None:
            continue
        line = next((number for number, line in enumerate(lines, 1) if words in unescape(line)), 0)
        if not line:  # added by the compiler (footer, label), so the author cannot mend it
            continue
        is_colour = max(colours[0]) - min(colours[0]) > _NEUTRAL
        if not paper and is_colour and contrast(colours[0], _DARK_CANVAS) < _LEAST_VISIBLE:
            yield TemplateFinding("dark", "body", line, {"words": words, "ink": ink})
        ratio = contrast(colours[0], colours[1])
        if ratio < (_LEAST_FOR_LARGE if large else _LEAST_CONTRAST):
            facts = {"words": words, "ratio": f"{ratio:.1f}", "ink": ink, "paper": paper or "#ffffff"}
            yield TemplateFinding("contrast", "body", line, facts)


@dataclass(frozen=True, slots=True)
class _TextStyle:
    ink: str
    paper: str
    size: float
    bold: bool


def _texts(node: LexborNode, now: _TextStyle, *, depth: int) -> Iterator[tuple[str, str, str, bool]]:
    """Yield each run of text with its colour, its background, and whether it counts as large text."""
    if depth > 80:
        return
    now = _inherit(node, now)
    for each in node.iter(include_text=True):
        if each.tag == "-text":
            words = max(re.split("[\ue000-\ue007]+", each.text_content or ""), key=len).strip()[:40]
            if len(words) > 1:
                large = now.size >= (_LARGE_BOLD if now.bold else _LARGE)
                yield words, now.ink, now.paper, large
        elif each.tag not in ("style", "script", "-comment"):
            yield from _texts(each, now, depth=depth + 1)


def _inherit(node: LexborNode, now: _TextStyle) -> _TextStyle:
    given = node.attributes
    style = {
        name.strip().lower(): value.strip()
        for name, _, value in (rule.partition(":") for rule in (given.get("style") or "").split(";"))
    }
    paper = style.get("background-color") or style.get("background") or given.get("bgcolor") or ""
    size = re.match(r"([\d.]+)px", style.get("font-size", ""))
    weight = style.get("font-weight", "")
    bold = weight in ("bold", "bolder") or (weight.isdigit() and int(weight) >= 600) or node.tag in ("b", "strong")
    return _TextStyle(
        ink=style.get("color") or now.ink,
        paper=paper if read_colour(paper) else now.paper,
        size=float(size[1]) if size and float(size[1]) else now.size,
        bold=bold or (now.bold and not weight),
    )
