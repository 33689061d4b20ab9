"""Convert MJML into mail HTML: compile, inline CSS, sanitise, register links and replace them by placeholders."""

import html
import re

import css_inline
import mrml
import nh3
from selectolax.lexbor import LexborHTMLParser

from esmero.rendering.templates.footer import FOOTER_IN_THE_DARK
from esmero.rendering.templates.links import SCHEMES, rewrite
from esmero.rendering.templates.placeholders import Placeholders

TAGS = (
    "a", "abbr", "address", "area", "article", "aside", "b", "big", "blockquote", "br", "caption", "center",
    "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure",
    "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "input", "ins", "kbd",
    "label", "li", "main", "map", "mark", "nav", "ol", "p", "pre", "q", "s", "section", "small", "span",
    "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr",
    "tt", "u", "ul", "var", "wbr",
)  # fmt: skip
_EVERYWHERE = (
    "align", "aria-hidden", "aria-label", "aria-roledescription", "background", "bgcolor", "border", "class",
    "dir", "height", "id", "lang", "role", "style", "title", "valign", "width",
)  # fmt: skip
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "*": _EVERYWHERE,
    "a": ("href", "target", "name"),
    "area": ("href", "alt", "coords", "shape"),
    "col": ("span",),
    "font": ("color", "face", "size"),
    "img": ("src", "alt", "srcset", "sizes", "usemap", "hspace", "vspace"),
    "input": ("type", "name", "checked"),
    "label": ("for",),
    "map": ("name",),
    "ol": ("start", "type"),
    "table": ("cellpadding", "cellspacing", "summary"),
    "td": ("colspan", "rowspan", "nowrap", "abbr", "vertical-align"),
    "th": ("colspan", "rowspan", "nowrap", "scope", "abbr"),
    "time": ("datetime",),
}
_METAS = (
    '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)
# Dark mode is declared only if the author designed it: dark text on a dark background is worse than a light page.
_LIGHT = '<meta name="color-scheme" content="light only"><meta name="supported-color-schemes" content="light only">'
_DARK = (
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
    f"<style>{FOOTER_IN_THE_DARK}</style>"
)
_CONDITION = re.compile(r"\s*(\[if\b|<!\[endif|\[endif)")
_IMPORT = re.compile(r"@import[^;]*;?", re.IGNORECASE)
# mrml's reset for old mail programs stays one rule in the head; inlined it would add 70 octets to each cell.
_RESET = '<style type="text/css">\n#outlook'
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, remove_inlined_selectors=True)


def make_html(mjml: str, placeholders: Placeholders, *, language: str) -> str:
    """Return the whole HTML document, still with placeholders; raises OSError from mrml."""
    mjml = re.sub(r"<mjml\b(?![^>]*\blang=)", f'<mjml lang="{html.escape(language)}"', mjml, count=1)
    # mrml would inline such styles by an HTML parser of its own, before the tables are repaired below.
    mjml = re.sub(r"(<mj-style\b[^>]*?)\s+inline=(?:\"inline\"|'inline')", r"\1", mjml)
    made = mrml.to_html(mjml, render_options=mrml.RenderOptions(disable_comments=False, fonts={})).content
    # An HTML parser would insert the missing <tbody> after the first step and close it before the last, so that a loop
    # would contain only one of the two tags.
    made = re.sub(rf"(<table\b[^>]*>)(?=\s*(?:{placeholders.step}\s*)+<tr\b)", r"\1<tbody>", made)
    inlined = _INLINER.inline(made.replace(_RESET, _RESET.replace(">", ' data-css-inline="ignore">', 1)))
    tree = LexborHTMLParser(inlined)
    assert tree.body is not None
    assert tree.head is not None

    def rewrite_address(_tag: str, name: str, value: str) -> str:
        return rewrite(name, value, placeholders) if name in ("href", "src", "background") else value

    body = nh3.clean(
        tree.body.inner_html or "",
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=rewrite_address,
        url_schemes=set(SCHEMES),
        strip_comments=False,
        link_rel=None,
    )
    opening = "".join(
        f' {name}="{html.escape(tree.body.attributes[name] or "")}"'
        for name in ("class", "style")
        if name in tree.body.attributes
    )
    document = (
        f'<!doctype html><html lang="{html.escape(language)}" xmlns="http://www.w3.org/1999/xhtml" '
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        f"<head>{_make_head(tree)}</head><body{opening}>{body}</body></html>\n"
    )
    return _drop_comments(document, placeholders)


def _make_head(tree: LexborHTMLParser) -> str:
    """Build a new head from title, styles and Outlook's conditional comments; everything else is removed."""
    assert tree.head is not None
    parts = [_METAS]
    for node in tree.head.iter(include_text=True):
        if node.tag == "title":
            parts.append(f"<title>{html.escape(node.text())}</title>")
        elif node.tag == "style":
            media = node.attributes.get("media")
            css = " ".join(_IMPORT.sub("", node.text()).split())
            if css:
                parts.append(f"<style{f' media="{html.escape(media)}"' if media else ''}>{css}</style>")
    conditions = re.findall(r"<!--\[if (?:lte )?mso[^>]*\]>.*?<!\[endif\]-->", tree.head.inner_html or "", re.DOTALL)
    parts.insert(1, _DARK if any("prefers-color-scheme" in part for part in parts) else _LIGHT)
    return "".join(parts) + " ".join("".join(conditions).split())


def _drop_comments(document: str, placeholders: Placeholders) -> str:
    """Remove comments except steps and Outlook's conditional comments: remarks of the author are not published."""

    def kept(match: re.Match[str]) -> str:
        return match[0] if placeholders.pattern.fullmatch(match[0]) or _CONDITION.match(match[1]) else ""

    return re.sub(r"<!--(.*?)-->", kept, document, flags=re.DOTALL)
