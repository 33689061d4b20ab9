"""Write an SVG drawing anew with what is allowed in it, by lists: shapes, text, gradients, references into itself.

Neither scripts, event handlers, animation, embedded pages and pictures nor addresses are on the lists (SVG 2; OWASP
"Cross Site Scripting Prevention"); a style sheet or an entity refuses the drawing, because without it the drawing would
look different.
"""

import re
from xml.etree.ElementTree import Element, ParseError, SubElement, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from esmero.refusal import InvalidValue

NAMESPACE = "http://www.w3.org/2000/svg"
MOST_ELEMENTS = 10_000
MOST_DEPTH = 60
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"

_DRAWN = """
svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan linearGradient
radialGradient stop clipPath mask pattern marker
"""
_DESCRIBING = """
id class x y x1 y1 x2 y2 cx cy r rx ry fx fy fr d points width height viewBox preserveAspectRatio transform
gradientTransform gradientUnits spreadMethod patternTransform patternUnits patternContentUnits clipPathUnits maskUnits
maskContentUnits markerUnits markerWidth markerHeight refX refY orient offset dx dy rotate textLength lengthAdjust
pathLength version role aria-label aria-hidden
fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit
stroke-dasharray stroke-dashoffset opacity color display visibility clip-path clip-rule mask marker-start marker-mid
marker-end stop-color stop-opacity font-family font-size font-style font-weight text-anchor dominant-baseline
letter-spacing word-spacing text-decoration vector-effect paint-order shape-rendering
"""
_ELEMENTS, _ATTRIBUTES = frozenset(_DRAWN.split()), frozenset(_DESCRIBING.split())
_REFERRING = frozenset({"use", "linearGradient", "radialGradient", "pattern"})
_FRAGMENT = re.compile(r"#[\w.-]+")
_INNER_URL = re.compile(r"url\(\s*(['\"]?)#[\w.-]+\1\s*\)")
_UNSAFE = re.compile(r"url\(|[\\@<>]|expression|image-set|javascript:", re.IGNORECASE)


class NotADrawing(InvalidValue):
    """Refuse an upload that is no usable SVG drawing."""


def sanitise_svg(content: bytes) -> bytes:
    """Return the drawing as UTF-8 without all that is not on the lists.

    Raises:
        NotADrawing: it is no well-formed SVG, declares a document type or entities, has a style sheet, or would grow
            without bounds when it is drawn.

    """
    try:
        root = fromstring(content, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as fault:
        raise NotADrawing("svg-with-entities") from fault
    except (ParseError, ValueError, LookupError) as fault:
        raise NotADrawing("svg-unreadable") from fault
    if root.tag != f"{{{NAMESPACE}}}svg":
        raise NotADrawing("svg-unreadable")
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise NotADrawing("svg-too-large")
    if root.find(f".//{{{NAMESPACE}}}style") is not None:
        raise NotADrawing("svg-with-style-sheet")
    clean = Element(root.tag, _attributes(root, "svg"))
    _copy(root, clean, depth=1)
    _refuse_nested_uses(clean)
    register_namespace("", NAMESPACE)
    written: bytes = tostring(clean, encoding="utf-8")
    return written


def _copy(source: Element, target: Element, *, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise NotADrawing("svg-too-large")
    target.text = source.text
    for child in source:
        name = _name(child)
        if name in _ELEMENTS:
            kept = SubElement(target, child.tag, _attributes(child, name))
            kept.tail = child.tail
            _copy(child, kept, depth=depth + 1)


def _name(element: Element) -> str:
    # Comments and processing instructions have a function for a tag; defusedxml's parser leaves them out.
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.removeprefix(f"{{{NAMESPACE}}}") if tag.startswith(f"{{{NAMESPACE}}}") else ""


def _attributes(element: Element, name: str) -> dict[str, str]:
    kept: dict[str, str] = {}
    for key, value in element.attrib.items():
        if key in {"href", _XLINK_HREF}:
            if name in _REFERRING and _FRAGMENT.fullmatch(value.strip()):
                kept["href"] = value.strip()
        elif key == "style":
            kept.update(_read_style(value))
        elif key in _ATTRIBUTES and _is_safe(value):
            kept.setdefault(key, value)
    return kept


def _read_style(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute as presentation attributes, which mean the same."""
    pairs = (one.partition(":") for one in style.split(";"))
    return {
        name.strip(): value.strip()
        for name, _colon, value in pairs
        if name.strip() in _ATTRIBUTES and value.strip() and _is_safe(value)
    }


def _is_safe(value: str) -> bool:
    return not _UNSAFE.search(_INNER_URL.sub("", value))


def _refuse_nested_uses(root: Element) -> None:
    """Refuse a copy of something that holds a copy: ten levels of ten copies are ten thousand million shapes."""
    use = f"{{{NAMESPACE}}}use"
    used = {one.get("href", "")[1:] for one in root.iter(use)}
    for element in root.iter():
        if element.get("id") in used and next(element.iter(use), None) is not None:
            raise NotADrawing("svg-too-large")
