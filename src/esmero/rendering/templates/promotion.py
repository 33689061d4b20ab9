"""Cut the promotion slot, `<em-promotion>`: it is rendered only for recipients to whom the gate permits it.

The slot is no condition of the template language. The document is split when it is compiled, into one with and one
without the slot, so that both cost the same per message and no field value can bring a removed promotion back. The
label is inserted after the author's styles have been applied, and each of its properties is `!important`, which no
style sheet overrules (CSS Cascading 4, section 6.4.4); so the author cannot hide, shrink or discolour it. Sources:
Directive 2000/31/EC art. 6(a); Spain: Ley 34/2002 art. 20; France: LCEN art. 20.
"""

import re
from collections.abc import Sequence
from html import escape

from esmero.rendering.templates.placeholders import SLOT_CLOSE, SLOT_OPEN, Placeholders

SLOT = "em-promotion"
LABELS = {"es": "Publicidad", "fr": "Publicité", "en": "Advertisement"}
_STYLE = (
    "display:block", "visibility:visible", "opacity:1", "position:static", "overflow:visible", "float:none",
    "clear:both", "box-sizing:border-box", "width:auto", "max-width:600px", "height:auto", "max-height:none",
    "margin:0 auto", "padding:10px 20px", "background:#f1f1ef", "color:#4a4a4a", "font:600 13px/18px Arial,sans-serif",
    "letter-spacing:normal", "text-align:left", "text-indent:0", "text-transform:none", "mso-hide:none",
)  # fmt: skip


def label_of(language: str) -> str:
    """Return the word that marks advertising in this language, in English for languages without one."""
    return LABELS.get(language[:2], LABELS["en"])


def mark_slots(mjml: str, tags: Sequence[tuple[int, int, bool]], placeholders: Placeholders) -> str:
    """Replace slot tags, given as (start, end, opens) in the MJML, by raw elements that survive compilation."""
    for start, end, opens in sorted(tags, reverse=True):
        mark = placeholders.placeholder(SLOT_OPEN if opens else SLOT_CLOSE, 0)
        mjml = f"{mjml[:start]}<mj-raw><!--{mark}--></mj-raw>{mjml[end:]}"
    return mjml


def with_slots(document: str, placeholders: Placeholders, *, language: str) -> str:
    """Return the document with its promotions, each under its label."""
    style = ";".join(f"{each}!important" for each in _STYLE)
    label = f'<div role="note" style="{escape(style)}">{escape(label_of(language))}</div>'
    document = document.replace(_comment(SLOT_OPEN, placeholders), label)
    return document.replace(_comment(SLOT_CLOSE, placeholders), "")


def without_slots(document: str, placeholders: Placeholders) -> str:
    """Return the document without its promotions."""
    opening, closing = (re.escape(_comment(kind, placeholders)) for kind in (SLOT_OPEN, SLOT_CLOSE))
    return re.sub(f"{opening}.*?{closing}", "", document, flags=re.DOTALL)


def _comment(kind: str, placeholders: Placeholders) -> str:
    return f"<!--{placeholders.placeholder(kind, 0)}-->"
